package org.ebbflow.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;

/**
 * Minimises a {@link NetworkTask}'s mean loss over random batches, in place, validates after every
 * epoch, keeps checkpoints and resumes from them with the same numbers as if never stopped (same
 * seed, data, settings and thread count). Where a {@link Trainer} leaves out rows without a finite
 * loss, this one ends: a loss that is written for a network has no such rows.
 */
public final class NetworkTrainer implements TrainRun {
  private static final int LOSS_POINT_STEPS = 100;

  private final NetworkTask task;
  private final EpochSettings settings;
  private final long seed;
  private final String runFingerprint;
  private final TrainListener listener;
  private final Map<String, Tensor> parameters;
  private final Optimizer optimizer;
  private final BatchOrder order;
  private final long totalSteps;
  private final Path checkpointFile;
  private final Checkpoint checkpoint;
  private TrainState state = new TrainState();
  private volatile boolean stopping;
  private boolean restored;
  private long sessionStart;
  private double secondsBefore;

  /**
   * @param seed of order and noise
   * @param checkpointFile where the state is kept
   * @param runFingerprint says which data and settings a checkpoint belongs to
   * @param listener told of every step, validation and best validation
   * @throws EbbException if there are no rows to train on
   */
  public NetworkTrainer(
      NetworkTask task,
      EpochSettings settings,
      long seed,
      Path checkpointFile,
      String runFingerprint,
      TrainListener listener) {
    if (task.rows() < 1) {
      throw new EbbException("there are no rows to train on", "give one or more");
    }
    this.task = task;
    this.settings = settings;
    this.seed = seed;
    this.runFingerprint = runFingerprint;
    this.listener = listener;
    this.parameters = task.parameters();
    this.optimizer = settings.optimizer().build(parameters);
    this.order = new BatchOrder(task.rows(), settings.batch(), seed);
    this.totalSteps = (long) Math.ceil(settings.epochs() * order.batchesPerEpoch());
    this.checkpointFile = checkpointFile;
    this.checkpoint = new Checkpoint(checkpointFile, parameters, Map.of(), optimizer.state());
  }

  @Override
  public void stop() {
    stopping = true;
  }

  @Override
  public TrainState state() {
    return state;
  }

  @Override
  public long totalSteps() {
    return totalSteps;
  }

  @Override
  public long stepsPerEpoch() {
    return order.batchesPerEpoch();
  }

  @Override
  public void restore() {
    if (!restored && Files.exists(checkpointFile)) {
      state = checkpoint.read(runFingerprint);
    }
    restored = true;
  }

  @Override
  public Outcome run() {
    restore();
    if (state.step >= totalSteps) {
      return Outcome.FINISHED;
    }
    sessionStart = System.nanoTime();
    secondsBefore = state.seconds;
    Outcome outcome = loop();
    state.seconds = elapsed();
    checkpoint.write(state, runFingerprint);
    return outcome;
  }

  private Outcome loop() {
    long lastSave = System.nanoTime();
    try (Autograd.Mode on = Autograd.on();
        Rng rng = task.engine().rng(seed)) {
      while (state.step < totalSteps) {
        if (stopping || Thread.currentThread().isInterrupted()) {
          return Outcome.INTERRUPTED;
        }
        rng.reseed(seed, state.step);
        step(rng);
        state.seconds = elapsed();
        listener.stepped(state, totalSteps);
        if (state.step % order.batchesPerEpoch() == 0 || state.step == totalSteps) {
          validate();
        }
        if (System.nanoTime() - lastSave > settings.checkpointSeconds() * 1_000_000_000L) {
          checkpoint.write(state, runFingerprint);
          lastSave = System.nanoTime();
        }
      }
      return Outcome.FINISHED;
    }
  }

  private void step(Rng rng) {
    long epoch = state.step / order.batchesPerEpoch();
    double rate =
        settings.optimizer().learningRate()
            * settings.schedule().factorAt(state.step, epoch, totalSteps);
    try (Scope scope = Scope.open()) {
      Tensor mean = task.losses(order.rows(state.step), rng).mean();
      double loss = Ops.item(mean);
      List<Tensor> gradients =
          Double.isFinite(loss) ? Clipping.of(mean, parameters, settings.clip()) : null;
      if (gradients == null) {
        throw new DivergenceException(
            String.format(
                Locale.ROOT,
                "training diverged: no finite loss or gradient in epoch %d, step %d, learning rate"
                    + " %.3g",
                epoch + 1,
                state.step + 1,
                rate));
      }
      optimizer.step(gradients, rate);
      state.lossSum += loss;
      state.lossCount++;
    }
    state.step++;
    if (state.step % LOSS_POINT_STEPS == 0) {
      state.losses.add(new LossPoint(state.step, state.lossSum / state.lossCount));
      state.lossSum = 0;
      state.lossCount = 0;
    }
  }

  private void validate() {
    LogLikelihood.Summary summary = task.validate();
    state.seconds = elapsed();
    ValidationPoint point =
        new ValidationPoint(state.step, summary.nll(), summary.standardError(), state.seconds);
    if (!Double.isFinite(point.nll())) {
      throw new DivergenceException("the validation loss is not finite at step " + state.step);
    }
    if (state.take(point)) {
      listener.improved(state);
    }
    listener.validated(state, point);
  }

  private double elapsed() {
    return secondsBefore + (System.nanoTime() - sessionStart) * 1e-9;
  }
}
