package org.ebbflow.flow.linear;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.LinearAlgebra;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Determinant and inverse of a square matrix {@code W = W(θ)} made from one parameter, from one LU
 * factorisation, O(D³), in double precision and kept until the parameter changes.
 *
 * <p>Thread-safe as long as no thread changes the parameter.
 */
public final class DenseFactors {
  private final Engine engine;
  private final Tensor parameter;
  private final UnaryOperator<Tensor> matrix;
  private @Nullable Cached cached;

  private record Cached(long version, LinearAlgebra.Factorisation factors) {}

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
      LinearAlgebra.Factorisation factors = engine.linearAlgebra().factorise(w, false);
      try {
        Tensor gradient = factors.inverse().t();
        // Worth zero, with gradient W⁻ᵀ.
        Tensor carrier = w.sub(w.detach()).mul(gradient).sum();
        return scope.pass(Ops.add(Ops.toDouble(carrier), factors.logAbsDet()));
      } finally {
        factors.release();
      }
    }
  }

  /**
   * {@code x} with {@code x·Wᵀ = z} for rows, (B, D), solved in double precision; not recorded.
   *
   * @throws org.ebbflow.NumericalException if the matrix is singular
   */
  public Tensor solve(Tensor z) {
    return Ops.as(factors().solve(Ops.toDouble(z.detach()).t()).t(), z);
  }

  private synchronized LinearAlgebra.Factorisation factors() {
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
}
