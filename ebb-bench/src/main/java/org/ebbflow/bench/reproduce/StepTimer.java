package org.ebbflow.bench.reproduce;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.bench.speed.Spread;
import org.ebbflow.flow.Flow;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.RunConfig;
import org.ebbflow.objective.Objective;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.Optimizer;
import org.ebbflow.train.TrainSettings;

/**
 * One training step of a configuration on a fixed batch of normal draws: loss, gradients,
 * optimiser; without data, checkpoints and validation.
 *
 * <p>Times are compared within one process, the contenders taking turns, so that what disturbs the
 * machine disturbs all of them alike.
 */
public final class StepTimer implements AutoCloseable {
  private final Flow flow;
  private final Objective objective;
  private final TrainSettings training;
  private final Map<String, Tensor> parameters;
  private final Optimizer optimizer;
  private final Rng rng;
  private final Tensor batch;

  /** Builds the flow and the batch. */
  public StepTimer(RunConfig config, DataShape shape) {
    Engine engine = Engine.on(config.device(), config.dtype());
    this.flow = config.model().build(engine, shape);
    this.objective = config.objective().build();
    this.training = config.training();
    this.parameters = flow.parameters();
    this.optimizer = training.optimizer().build(parameters);
    this.rng = engine.rng(1);
    try (Scope scope = Scope.open()) {
      this.batch = Scope.own(rng.normal(training.batch(), shape.dimension()));
      flow.initialise(batch, null);
    }
  }

  /** Takes one step and returns its time in milliseconds. */
  public double step() {
    long start = System.nanoTime();
    try (Scope scope = Scope.open()) {
      Tensor loss = objective.losses(flow, batch, null, rng).mean();
      optimizer.step(
          Autograd.gradients(loss, parameters.values(), false),
          training.optimizer().learningRate());
      if (!Double.isFinite(Ops.item(loss))) {
        throw new IllegalStateException("a step's loss is not finite");
      }
    }
    return (System.nanoTime() - start) * 1e-6;
  }

  /** Median times of a step in milliseconds, one step of each by turns. */
  public static double[] medians(List<StepTimer> timers, int warmUp, int rounds) {
    double[][] times = new double[timers.size()][rounds];
    for (int round = -warmUp; round < rounds; round++) {
      for (int i = 0; i < timers.size(); i++) {
        double time = timers.get(i).step();
        if (round >= 0) {
          times[i][round] = time;
        }
      }
    }
    return Arrays.stream(times).mapToDouble(each -> Spread.of(each).median()).toArray();
  }

  @Override
  public void close() {
    Scope.release(batch);
    parameters.values().forEach(Scope::release);
    optimizer.state().values().forEach(Scope::release);
    rng.close();
  }
}
