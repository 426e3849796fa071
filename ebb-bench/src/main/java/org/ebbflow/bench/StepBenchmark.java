package org.ebbflow.bench;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.EbFlowFc;
import org.ebbflow.objective.Objective;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.Optimizer;
import org.ebbflow.train.OptimizerSettings;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One training step of the fully connected EBFlow, two layers, batch 100: loss, gradients, RMSprop.
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 2, time = 5)
public class StepBenchmark {
  private static final int BATCH = 100;

  /** That of the published image experiments. */
  private static final EbFlowFc ARCHITECTURE =
      new EbFlowFc(2, 0.3, false, FullyConnected.Structure.FULL, true);

  /** D. */
  @Param({"196", "784"})
  public int dimension;

  /** The objective's name. */
  @Param({"ml", "sml", "ssm", "dsm", "fdssm"})
  public String objective;

  private Flow flow;
  private Objective loss;
  private Rng rng;
  private Tensor batch;
  private Map<String, Tensor> parameters;
  private Optimizer optimizer;

  /** Builds the flow and a batch of normal draws. */
  @Setup
  public void build() {
    Engine engine = Engine.cpu();
    DataShape shape = new DataShape(dimension, false, null, List.of());
    flow = ARCHITECTURE.build(engine, shape);
    loss = ObjectiveSettings.of(objective).build();
    rng = engine.rng(1);
    try (Scope scope = Scope.open()) {
      batch = Scope.own(rng.normal(BATCH, dimension));
    }
    parameters = flow.parameters();
    optimizer = OptimizerSettings.of("rmsprop", 1e-4).build(parameters);
  }

  /** One step; returns the loss. */
  @Benchmark
  public double step() {
    try (Scope scope = Scope.open()) {
      Tensor mean = loss.losses(flow, batch, null, rng).mean();
      optimizer.step(Autograd.gradients(mean, parameters.values(), false), 1e-4);
      return Ops.item(mean);
    }
  }

  /** Frees the generator. */
  @TearDown
  public void close() {
    rng.close();
  }
}
