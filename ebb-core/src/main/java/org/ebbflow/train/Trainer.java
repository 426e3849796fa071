package org.ebbflow.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.NumericalException;
import org.ebbflow.flow.Flow;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.objective.Evaluation;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Parallel;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Minimises an objective's mean over random batches, validates by negative log-likelihood, keeps
 * checkpoints and resumes from them with the same numbers as if never stopped (same seed, data,
 * settings and thread count). After {@link #run} the averaged flow holds the last average; the
 * listener has been told of the best.
 */
public final class Trainer implements TrainRun {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
  private static final int MAX_SKIPPED_IN_A_ROW = 20;
  private static final int LOSS_POINT_STEPS = 100;
  private static final long MIN_VALIDATION_STEPS = 25;

  private final TrainTask task;
  private final TrainSettings settings;
  private final TrainListener listener;
  private final Map<String, Tensor> parameters;
  private final IdentityHashMap<Tensor, Tensor> rooms = new IdentityHashMap<>();
  private final Optimizer optimizer;
  private final MovingAverage average;
  private final Flow matched;
  private final BatchOrder order;
  private final long totalSteps;
  private final @Nullable Path checkpointFile;
  private final @Nullable Checkpoint checkpoint;
  private final String runFingerprint;
  private TrainState state = new TrainState();
  private volatile boolean stopping;
  private boolean restored;
  private long sessionStart;
  private double secondsBefore;

  /**
   * @param checkpointFile where the state is kept; null to keep none
   * @param runFingerprint says which data and settings a checkpoint belongs to
   * @throws EbbException if there are no rows to train or validate on
   */
  public Trainer(
      TrainTask task,
      TrainSettings settings,
      @Nullable Path checkpointFile,
      String runFingerprint,
      TrainListener listener) {
    if (task.train().rows() == 0 || task.validation().rows() == 0) {
      throw new EbbException(
          "there are "
              + task.train().rows()
              + " training and "
              + task.validation().rows()
              + " validation rows",
          "give more data or another validation share");
    }
    this.task = task;
    this.settings = settings;
    this.listener = listener;
    this.runFingerprint = runFingerprint;
    this.parameters = task.flow().parameters();
    this.optimizer = settings.optimizer().build(parameters);
    this.average = new MovingAverage(settings.ema(), parameters, task.averaged().parameters());
    this.matched =
        settings.matchAfterPreprocessing()
            ? task.flow()
            : task.flow().after(task.preprocessing().transform());
    this.order = new BatchOrder(task.train().rows(), settings.batch(), task.seed());
    this.totalSteps = settings.totalSteps(order.batchesPerEpoch());
    this.checkpointFile = checkpointFile;
    this.checkpoint =
        checkpointFile == null
            ? null
            : new Checkpoint(
                checkpointFile, parameters, task.averaged().parameters(), optimizer.state());
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
    if (!restored && checkpoint != null && checkpointFile != null && Files.exists(checkpointFile)) {
      state = checkpoint.read(runFingerprint);
    }
    restored = true;
  }

  @Override
  public Outcome run() {
    restore();
    sessionStart = System.nanoTime();
    secondsBefore = state.seconds;
    Outcome outcome = loop();
    state.seconds = elapsed();
    save();
    rooms.values().forEach(Scope::release);
    rooms.clear();
    return outcome;
  }

  private Outcome loop() {
    try (Autograd.Mode on = Autograd.on();
        Rng rng = task.flow().engine().rng(task.seed())) {
      if (state.step == 0) {
        rng.reseed(task.seed(), -1);
        initialise(rng);
      }
      long lastSave = System.nanoTime();
      long every = validationSteps();
      while (state.step < totalSteps) {
        if (settings.patience() > 0 && state.validationsSinceBest >= settings.patience()) {
          return Outcome.STOPPED_EARLY; // also when resumed from where patience ran out
        }
        if (stopping || Thread.currentThread().isInterrupted()) {
          return Outcome.INTERRUPTED;
        }
        if (settings.minutes() > 0 && elapsed() >= 60 * settings.minutes()) {
          break;
        }
        rng.reseed(task.seed(), state.step);
        step(rng);
        state.seconds = elapsed();
        listener.stepped(state, totalSteps);
        if (state.step % every == 0) {
          validate();
        }
        if (System.nanoTime() - lastSave > settings.checkpointSeconds() * 1_000_000_000L) {
          save();
          lastSave = System.nanoTime();
        }
      }
      if (state.validations.isEmpty()
          || state.validations.get(state.validations.size() - 1).step() != state.step) {
        validate();
      }
      return Outcome.FINISHED;
    }
  }

  /** Whole epochs, several of them where one has but few steps. */
  private long validationSteps() {
    if (settings.validateEvery() > 0) {
      return settings.validateEvery();
    }
    long epoch = order.batchesPerEpoch();
    return epoch * Math.max(1, (MIN_VALIDATION_STEPS + epoch - 1) / epoch);
  }

  private void initialise(Rng rng) {
    try (Scope scope = Scope.open()) {
      Tensor x = batch(0, rng);
      matched.initialise(x, condition(0));
    }
    average.reset();
  }

  /** The batch of a step in the space where the objective works. */
  private Tensor batch(long step, Rng rng) {
    int[] rows = order.rows(step);
    try (Parallel.Limit limit = Parallel.alone((long) rows.length * task.train().columns())) {
      Tensor drawn = task.preprocessing().draw(task.train(), rows, rng);
      Tensor x = settings.matchAfterPreprocessing() ? task.preprocessing().apply(drawn) : drawn;
      return settings.noise() == 0 ? x : Ops.addScaled(x, rng.normalLike(x), settings.noise());
    }
  }

  private @Nullable Tensor condition(long step) {
    return task.preprocessing().condition(task.train(), order.rows(step));
  }

  private void step(Rng rng) {
    double rate =
        settings.optimizer().learningRate()
            * settings
                .schedule()
                .factorAt(state.step, state.step / order.batchesPerEpoch(), totalSteps);
    boolean averaged = false;
    try (Scope scope = Scope.open()) {
      FiniteBatch losses =
          FiniteBatch.of(
              task.objective(), matched, batch(state.step, rng), condition(state.step), rng);
      if (losses.dropped() > 0) {
        state.droppedSamples += losses.dropped();
        LOG.info(
            "step {}: {} samples without a finite loss left out", state.step, losses.dropped());
      }
      Evaluation evaluation = losses.evaluation();
      List<Tensor> gradients =
          evaluation == null
              ? null
              : Clipping.clipped(
                  evaluation.gradients(parameters.values(), this::room), settings.clip());
      if (gradients == null) {
        skipped(rate, null);
      } else {
        optimizer.step(gradients, rate, average.piecewise(state.step));
        averaged = true;
        state.skippedInARow = 0;
        state.lossSum += losses.mean();
        state.lossCount++;
      }
    } catch (NumericalException e) {
      skipped(rate, e); // a matrix without determinant or inverse at this step
    }
    if (!averaged) {
      average.update(state.step);
    }
    state.step++;
    if (state.step % LOSS_POINT_STEPS == 0 && state.lossCount > 0) {
      state.losses.add(new LossPoint(state.step, state.lossSum / state.lossCount));
      state.lossSum = 0;
      state.lossCount = 0;
    }
  }

  /** For a parameter's gradient, the same in every step. */
  private Tensor room(Tensor parameter) {
    return rooms.computeIfAbsent(parameter, Moments::like);
  }

  private void skipped(double rate, @Nullable NumericalException cause) {
    state.skippedSteps++;
    state.skippedInARow++;
    String why = cause == null ? "no finite loss or gradient" : String.valueOf(cause.getMessage());
    LOG.info("step {} skipped: {}", state.step, why);
    if (state.skippedInARow >= MAX_SKIPPED_IN_A_ROW) {
      String problem =
          String.format(
              Locale.ROOT,
              "training diverged: %s in %d steps in a row, up to epoch %d, step %d, learning rate"
                  + " %.3g",
              why,
              MAX_SKIPPED_IN_A_ROW,
              state.step / order.batchesPerEpoch() + 1,
              state.step + 1,
              rate);
      throw cause == null
          ? new DivergenceException(problem)
          : new DivergenceException(problem, cause);
    }
  }

  private void validate() {
    LogLikelihood.Summary summary =
        LogLikelihood.of(task.averaged(), task.preprocessing(), task.validation(), task.seed());
    state.seconds = elapsed();
    ValidationPoint point =
        new ValidationPoint(state.step, summary.nll(), summary.standardError(), state.seconds);
    if (!Double.isFinite(point.nll())) {
      throw new DivergenceException(
          "the validation likelihood is not finite at step " + state.step);
    }
    if (state.take(point)) {
      listener.improved(state);
    }
    listener.validated(state, point);
  }

  private void save() {
    if (checkpoint != null) {
      checkpoint.write(state, runFingerprint);
    }
  }

  private double elapsed() {
    return secondsBefore + (System.nanoTime() - sessionStart) * 1e-9;
  }
}
