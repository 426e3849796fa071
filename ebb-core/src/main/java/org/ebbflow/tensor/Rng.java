package org.ebbflow.tensor;

import java.util.SplittableRandom;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A random generator of its own: two with the same seed draw the same numbers, whatever else runs
 * in the JVM.
 *
 * <p>Draws advance the state. Not thread-safe: one thread, one generator.
 */
public final class Rng implements AutoCloseable {
  private final Engine engine;
  private final Generator generator;
  private final GeneratorOptional handle;

  Rng(Engine engine, long seed) {
    this.engine = engine;
    this.generator = Scope.own(torch.make_generator_cpu(seed));
    this.handle = Scope.own(new GeneratorOptional(generator));
  }

  /** Restarts the sequence at {@code seed}. */
  public void reseed(long seed) {
    generator.set_current_seed(seed);
  }

  /**
   * Restarts the sequence at a point that belongs to {@code (seed, stream)} alone. Training reseeds
   * each step with its number, so that a resumed run draws what an uninterrupted one would.
   */
  public void reseed(long seed, long stream) {
    reseed(mix(seed, stream));
  }

  /**
   * A seed for the pair, as good as independent of other pairs'. libtorch's processor generator
   * takes the low 32 bits of a seed, so that among 50,000 streams two may share their numbers.
   */
  public static long mix(long seed, long stream) {
    return new SplittableRandom(seed ^ (stream * 0x9E3779B97F4A7C15L)).split().nextLong();
  }

  /** Independent N(0, 1) draws. */
  public Tensor normal(long... shape) {
    try (Scope scope = Scope.open()) {
      Tensor drawn = engine.empty(shape);
      drawn.normal_(0, 1, handle); // in-place operations give a reference that does not own
      return scope.pass(drawn.to(engine.device(), engine.scalarType()));
    }
  }

  /** Independent N(0, 1) draws in the shape of {@code like}. */
  public Tensor normalLike(Tensor like) {
    return Ops.as(normal(like.shape()), like);
  }

  /** Independent uniform draws from [0, 1). */
  public Tensor uniform(long... shape) {
    try (Scope scope = Scope.open()) {
      Tensor drawn = engine.empty(shape);
      drawn.uniform_(0, 1, handle);
      return scope.pass(drawn.to(engine.device(), engine.scalarType()));
    }
  }

  /** Independent signs, ±1 with equal probability, in the shape of {@code like}. */
  public Tensor rademacherLike(Tensor like) {
    long n = like.numel();
    try (Scope scope = Scope.open();
        Parallel.Limit limit = Parallel.alone(n)) {
      // A bit each, eight from a byte: numbers between 0 and 1 would cost ten times as much.
      Tensor words =
          torch.empty(
              new long[] {(n + Long.SIZE - 1) / Long.SIZE}, Engine.options(ScalarType.Long), null);
      words.random_(Long.MIN_VALUE, new LongOptional(), handle); // all 64 bits
      Tensor places = torch.arange(new Scalar(Byte.SIZE), Engine.options(ScalarType.Byte));
      Tensor bits =
          words
              .view(ScalarType.Byte)
              .bitwise_right_shift(places.unsqueeze(1))
              .bitwise_and(new Scalar(1))
              .reshape(-1);
      Tensor ones = Ops.rows(bits, 0, n).to(engine.device(), like.scalar_type());
      return scope.pass(Ops.add(Ops.mul(ones, 2), -1).reshape(like.shape()));
    }
  }

  /**
   * A matrix (rows, columns) with orthonormal rows or columns, whichever are fewer, uniformly
   * distributed among them.
   *
   * <p>Source: Saxe et al., 2014, arXiv:1312.6120; the signs after Mezzadri, 2007,
   * arXiv:math-ph/0609050.
   */
  public Tensor orthogonal(long rows, long columns) {
    try (Scope scope = Scope.open()) {
      Tensor tall = normal(Math.max(rows, columns), Math.min(rows, columns));
      T_TensorTensor_T factors = torch.linalg_qr(tall);
      Tensor q = factors.get0().mul(factors.get1().diagonal().sgn());
      return scope.pass(rows >= columns ? q : q.t().contiguous());
    }
  }

  @Override
  public void close() {
    Scope.release(handle);
    Scope.release(generator);
  }
}
