package org.ebbflow.flow.linear;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.LinearAlgebra.Factorisation;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Determinant and inverse of a square matrix {@code W = W(θ)} made from one parameter, from one LU
 * factorisation, O(D³), in double precision and kept until the parameter changes. Rows in single
 * precision are solved for in it where that is good enough.
 *
 * <p>Thread-safe as long as no thread changes the parameter.
 */
public final class DenseFactors {
  /** How far solutions in single precision may be from those in double, relative to their norm. */
  private static final double SINGLE_ERROR = 1e-5;

  private static final int PROBES = 8;

  private final Engine engine;
  private final Tensor parameter;
  private final UnaryOperator<Tensor> matrix;
  private @Nullable Cached cached;
  private @Nullable Rounded rounded;

  private record Cached(long version, Factorisation factors) {}

  /**
   * @param best factors in single precision, or the exact ones where those are not good enough
   */
  private record Rounded(Factorisation exact, Factorisation best) {}

  /**
   * @param parameter θ; held, not copied
   * @param matrix {@code W(θ)}, (D, D), in the element type of its argument; differentiable
   */
  public DenseFactors(Engine engine, Tensor parameter, UnaryOperator<Tensor> matrix) {
    this.engine = engine;
    this.parameter = parameter;
    this.matrix = matrix;
  }

  /**
   * {@code log|det W|} in nats, a double-precision scalar. With autograd on it is factorised in θ's
   * own precision and carries its gradient {@code W⁻ᵀ} from the same factors.
   */
  public Tensor logAbsDet() {
    if (!Autograd.isOn() || !parameter.requires_grad()) {
      return engine.exact(new double[] {factors().logAbsDet()}, 1).sum();
    }
    try (Scope scope = Scope.open()) {
      Tensor w = matrix.apply(parameter);
      Factorisation factors = engine.linearAlgebra().factorise(w, false);
      try {
        // Its gradient is W⁻ᵀ, its value is made the logarithm.
        Tensor carrier = Ops.toDouble(Ops.dot(w, factors.inverse().t()));
        return scope.pass(Ops.add(carrier, factors.logAbsDet() - Ops.item(carrier)).sum());
      } finally {
        factors.release();
      }
    }
  }

  /**
   * {@code x} with {@code x·Wᵀ = z} for rows, (B, D), not recorded: solved in double precision, or
   * in single for rows in single where that leaves probes a relative error of 1e−5 at most.
   *
   * @throws org.ebbflow.NumericalException if the matrix is singular
   */
  public Tensor solve(Tensor z) {
    Tensor right = z.detach();
    Factorisation factors = Ops.isDouble(z) ? factors() : factorsForSingle();
    return Ops.as(factors.solve(factors.like(right).t()).t(), z);
  }

  private synchronized Factorisation factors() {
    long version = parameter._version();
    if (cached == null || cached.version() != version) {
      if (cached != null) {
        cached.factors().release();
      }
      try (Scope scope = Scope.open();
          Autograd.Mode off = Autograd.off()) {
        Tensor w = matrix.apply(Ops.toDouble(parameter.detach()));
        cached = new Cached(version, engine.linearAlgebra().factorise(w, true));
      }
    }
    return cached.factors();
  }

  private synchronized Factorisation factorsForSingle() {
    Factorisation exact = factors();
    if (!Double.isFinite(exact.logAbsDet())) {
      return exact; // whose solve says so
    }
    if (rounded == null || rounded.exact() != exact) {
      if (rounded != null && rounded.best() != rounded.exact()) {
        rounded.best().release();
      }
      Factorisation single = exact.toSingle();
      boolean enough = error(single, exact) <= SINGLE_ERROR;
      if (!enough) {
        single.release();
      }
      rounded = new Rounded(exact, enough ? single : exact);
    }
    return rounded.best();
  }

  /** The largest distance of solutions for a few right sides, relative to their norm. */
  private double error(Factorisation single, Factorisation exact) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off();
        Rng rng = engine.rng(1)) {
      Tensor drawn = rng.normal(exact.size(), PROBES);
      // Right sides of ordinary solutions too: those of random ones are large, and their errors
      // hide.
      Tensor product = matrix.apply(parameter.detach()).matmul(drawn);
      Tensor probes = Ops.join(drawn, product, 1);
      Tensor truth = exact.solve(exact.like(probes));
      Tensor gap = Ops.toDouble(single.solve(single.like(probes))).sub(truth);
      return Math.sqrt(Ops.item(gap.square().sum(0).div(truth.square().sum(0)).max()));
    }
  }
}
