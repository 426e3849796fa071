package org.ebbflow.flow.linear;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.LinearAlgebra;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * A matrix with all of its D² entries free.
 *
 * <p>Determinant and inverse come from one LU factorisation, O(D³), in double precision and kept
 * until the entries change. With autograd on, {@code log|det W|} is factorised in W's own precision
 * and carries its gradient {@code W⁻ᵀ} from the same factors.
 */
public final class FullMatrix implements SquareMatrix {
  private final Engine engine;
  private final Tensor weight;
  private @Nullable Cached cached;

  private record Cached(long version, LinearAlgebra.Factorisation factors) {}

  /**
   * @param engine where the matrix lives
   * @param initial (D, D) entries to start from; copied
   */
  public FullMatrix(Engine engine, Tensor initial) {
    this.engine = engine;
    this.weight = engine.parameter(initial);
  }

  @Override
  public int dimension() {
    return Math.toIntExact(weight.size(0));
  }

  @Override
  public Jet product(Jet x) {
    return x.linear(weight, null);
  }

  @Override
  public Tensor logAbsDet() {
    if (!Autograd.isOn() || !weight.requires_grad()) {
      return engine.exact(new double[] {factors().logAbsDet()}, 1).sum();
    }
    try (Scope scope = Scope.open()) {
      LinearAlgebra.Factorisation factors = engine.linearAlgebra().factorise(weight, false);
      try {
        Tensor gradient = factors.inverse().t();
        // Worth zero, with gradient W⁻ᵀ.
        Tensor carrier = weight.sub(weight.detach()).mul(gradient).sum();
        return scope.pass(Ops.add(carrier, factors.logAbsDet()));
      } finally {
        factors.release();
      }
    }
  }

  @Override
  public Tensor solve(Tensor z) {
    return Ops.as(factors().solve(Ops.toDouble(z.detach()).t()).t(), z);
  }

  @Override
  public Map<String, Tensor> parameters() {
    return Map.of("weight", weight);
  }

  @Override
  public String kind() {
    return "full";
  }

  private synchronized LinearAlgebra.Factorisation factors() {
    long version = weight._version();
    if (cached == null || cached.version() != version) {
      if (cached != null) {
        cached.factors().release();
      }
      cached = new Cached(version, engine.linearAlgebra().factorise(weight, true));
    }
    return cached.factors();
  }
}
