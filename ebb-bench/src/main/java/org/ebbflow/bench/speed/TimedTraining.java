package org.ebbflow.bench.speed;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.model.RealNvp2d;
import org.ebbflow.model.RunConfig;
import org.ebbflow.objective.Objective;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainSettings;
import org.ebbflow.train.TrainState;
import org.ebbflow.train.TrainTask;
import org.ebbflow.train.Trainer;

/**
 * Steps of the trainer itself, timed one by one, on normal draws and without validation: drawing
 * the batch, loss, gradients, their check, optimiser and moving average, all that a step of {@code
 * ebb fit} does.
 *
 * <p>Weights are not left at their usual start, which is the identity, with products of zeros: each
 * matrix gets normal noise of deviation 0.3/√fan-in. Those of the RealNVP start orthogonal and
 * stay.
 */
final class TimedTraining implements AutoCloseable {
  private static final int BATCHES = 8;
  private static final long SEED = 1;

  private final Flow flow;
  private final Flow averaged;
  private final Objective objective;
  private final TrainSettings settings;
  private final Dataset rows;

  /**
   * What the steps came to.
   *
   * @param milliseconds a step
   * @param loss after the last one
   * @param peakMebibytes the process's peak resident memory by then
   */
  record Outcome(Spread milliseconds, double loss, double peakMebibytes) {}

  /**
   * @param config architecture and training
   * @param objective what is minimised, in place of the configuration's
   * @param scale standard deviation of the rows
   */
  TimedTraining(RunConfig config, Objective objective, int dimension, double scale) {
    Engine engine = Engine.on(config.device(), config.dtype());
    this.flow = config.model().build(engine, SpeedModels.table(dimension));
    this.averaged = config.model().build(engine, SpeedModels.table(dimension));
    this.objective = objective;
    this.settings = config.training();
    this.rows = SpeedModels.normalRows(BATCHES * settings.batch(), dimension, scale);
    if (!(config.model() instanceof RealNvp2d)) {
      SpeedModels.stir(flow);
    }
  }

  /** Trains on for some steps that do not count, at least one, and some that do. */
  Outcome run(int warmUp, int steps) {
    TrainTask task =
        new TrainTask(
            flow, averaged, Preprocessing.none(flow.engine()), objective, rows, rows, SEED);
    Clock clock = new Clock(warmUp, steps);
    Trainer trainer = new Trainer(task, settings, null, "", clock);
    clock.whenDone = trainer::stop; // which comes before the end, so that nothing is validated
    trainer.run();
    if (trainer.state().skippedSteps() > 0) {
      throw new IllegalStateException("a step had no finite loss or gradient");
    }
    return new Outcome(Spread.of(clock.milliseconds), loss(), clock.peakMebibytes);
  }

  private double loss() {
    try (Scope scope = Scope.open();
        Rng rng = flow.engine().rng(SEED)) {
      Tensor x =
          flow.engine()
              .tensor(SpeedModels.values(rows, settings.batch()), settings.batch(), rows.columns());
      return Ops.item(objective.evaluate(flow, x, null, rng).losses().mean());
    }
  }

  @Override
  public void close() {
    for (Flow each : List.of(flow, averaged)) {
      each.parameters().values().forEach(Scope::release);
    }
  }

  private static final class Clock implements TrainListener {
    private final int warmUp;
    private final double[] milliseconds;
    private Runnable whenDone = () -> {};
    private long start;
    private double peakMebibytes = Double.NaN;

    Clock(int warmUp, int steps) {
      this.warmUp = warmUp;
      this.milliseconds = new double[steps];
    }

    @Override
    public void stepped(TrainState state, long totalSteps) {
      int step = (int) state.step() - 1;
      if (step >= warmUp) {
        milliseconds[step - warmUp] = (System.nanoTime() - start) * 1e-6;
      }
      if (step == warmUp + milliseconds.length - 1) {
        peakMebibytes = PeakMemory.ofProcess();
        whenDone.run();
      }
      start = System.nanoTime();
    }
  }
}
