package org.ebbflow.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.MovingAverage;
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
 * An optimiser's step and the moving average on the parameters of two dense layers D × D, which are
 * 18.9 million for D = 3072, against one plain pass over the same arrays: three that are read and
 * written (parameters, squares, average) and one that is read (gradients).
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 2, time = 5)
public class OptimizerBenchmark {
  private static final long LONG_AGO = 1_000_000;

  private static final int LAYERS = 2;

  /** D. */
  @Param({"784", "3072"})
  public int dimension;

  /** The optimiser's name. */
  @Param({"rmsprop", "adam"})
  public String optimizer;

  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final List<Tensor> gradients = new ArrayList<>();
  private final Map<String, Tensor> averages = new LinkedHashMap<>();
  private final List<Tensor> squares = new ArrayList<>();
  private Optimizer built;
  private MovingAverage average;

  /** Fills the arrays with normal draws. */
  @Setup
  public void build() {
    Engine engine = Engine.cpu();
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(1)) {
      for (int i = 0; i < LAYERS; i++) {
        parameters.put(i + ".weight", engine.parameter(rng.normal(dimension, dimension)));
        parameters.put(i + ".bias", engine.parameter(rng.normal(dimension)));
      }
      parameters.forEach(
          (name, parameter) -> {
            Tensor p = parameter.detach();
            gradients.add(Scope.own(rng.normalLike(p)));
            averages.put(name, Scope.own(rng.normalLike(p)));
            squares.add(Scope.own(rng.normalLike(p)));
          });
    }
    built = OptimizerSettings.of(optimizer, 1e-4).build(parameters);
    average = new MovingAverage(0.999, parameters, averages);
  }

  /** The optimiser alone. */
  @Benchmark
  public void step() {
    built.step(gradients, 1e-4);
  }

  /** The optimiser and the moving average, as a training step has them. */
  @Benchmark
  public void stepAndAverage() {
    built.step(gradients, 1e-4, average.piecewise(LONG_AGO));
  }

  /** Reads all four arrays once and writes three; returns a sum. */
  @Benchmark
  public double plainPass() {
    double sum = 0;
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      for (Collection<Tensor> each : List.of(parameters.values(), averages.values(), squares)) {
        each.forEach(t -> InPlace.mulInto(t, t, 1));
      }
      for (Tensor gradient : gradients) {
        sum += Ops.item(gradient.sum());
      }
    }
    return sum;
  }

  /** Copies of the parameters' entries, then of the averages'. */
  List<double[]> numbers() {
    return Stream.concat(parameters.values().stream(), averages.values().stream())
        .map(Engine::doubles)
        .toList();
  }

  /** Frees the arrays. */
  @TearDown
  public void close() {
    for (Collection<Tensor> each :
        List.of(gradients, squares, averages.values(), parameters.values())) {
      each.forEach(Scope::release);
    }
    built.state().values().forEach(Scope::release);
  }
}
