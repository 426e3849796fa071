package org.ebbflow.bench;

import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
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
 * The three kinds of matrix product of a dense layer, on the rows of one batch or of three stacked
 * ones: 2·rows·D² operations each.
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 2, time = 2)
public class ProductBenchmark {
  /** D. */
  @Param({"784", "3072"})
  public int dimension;

  /** Rows. */
  @Param({"100", "300"})
  public int rows;

  /** Whether factors and result are bfloat16. */
  @Param({"false", "true"})
  public boolean bfloat16;

  private Tensor weight;
  private Tensor x;
  private Tensor y;
  private Tensor result;
  private Tensor gradient;

  /** Fills the factors with normal draws. */
  @Setup
  public void build() {
    try (Scope scope = Scope.open();
        Rng rng = Engine.cpu().rng(1)) {
      weight = factor(rng, dimension);
      x = factor(rng, rows);
      y = factor(rng, rows);
      result = Scope.own(Ops.emptyLike(x));
      gradient = Scope.own(Ops.emptyLike(weight));
    }
  }

  private Tensor factor(Rng rng, int height) {
    Tensor drawn = rng.normal(height, dimension);
    return Scope.own(bfloat16 ? Ops.toBfloat16(drawn) : drawn);
  }

  /** {@code X·Wᵀ}: values and derivatives on their way forward. */
  @Benchmark
  public void forward() {
    try (Scope scope = Scope.open()) {
      torch.mm_out(result, x, weight.t());
    }
  }

  /** {@code Y·W}: adjoints on their way back. */
  @Benchmark
  public void backward() {
    try (Scope scope = Scope.open()) {
      torch.mm_out(result, y, weight);
    }
  }

  /** {@code Yᵀ·X}: the gradient of the weights. */
  @Benchmark
  public void gradient() {
    try (Scope scope = Scope.open()) {
      torch.mm_out(gradient, y.t(), x);
    }
  }

  /** Frees the factors. */
  @TearDown
  public void close() {
    for (Tensor each : new Tensor[] {weight, x, y, result, gradient}) {
      Scope.release(each);
    }
  }
}
