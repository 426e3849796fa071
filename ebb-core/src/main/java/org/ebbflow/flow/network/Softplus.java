package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * {@code y = log(1 + e^{βx})/β}, entry by entry: a ReLU whose corner is rounded over a width of
 * about 1/β.
 *
 * <p>A value alone, and all that autograd records, is exact to its own rounding. With a slope and
 * without recording, and in {@link #record}, both come of one exponential and are exact to rounding
 * relative to 1/β and to 1: far to the left, where both are smaller than that, they are zero.
 *
 * @param beta β, positive
 */
public record Softplus(double beta) implements Network {

  /** Checks the range. */
  public Softplus {
    if (!(beta > 0 && Double.isFinite(beta))) {
      throw new EbbException("softplus's beta is " + beta, "give a positive number");
    }
  }

  @Override
  public Jet apply(Jet x) {
    if (x.order() <= 1 && !Autograd.isOn()) {
      return unrecorded(x);
    }
    Tensor y = Ops.softplus(x.value(), beta);
    if (x.order() == 0) {
      return x.compose(y);
    }
    Tensor slope = Ops.mul(x.value(), beta).sigmoid();
    if (x.order() == 1) {
      return x.compose(y, slope);
    }
    return x.compose(y, slope, Ops.mul(slope.mul(Ops.rsub(1, slope)), beta));
  }

  private Jet unrecorded(Jet x) {
    if (x.order() == 0) {
      return Jet.of(Ops.softplus(x.value(), beta));
    }
    Tensor rest = rest(x.value());
    Tensor y = Ops.emptyLike(x.value());
    InPlace.softplusInto(y, x.value(), rest, beta);
    Tensor first = Ops.each(x.first(), rest, t -> Ops.complement(t, rest));
    return Jet.of(1, y, first, null);
  }

  /**
   * With {@code r = 1/(1 + e^{βx})}, one minus the slope: {@code y = −log(r)/β}, or x where r is
   * too small to tell, and {@code y′ = x′ − r·x′}.
   */
  @Override
  public Recorded record(Dual x, Products products) {
    Tensor rest = rest(x.value());
    Tensor rows = Ops.emptyLike(x.rows());
    Dual y = x.with(rows);
    InPlace.softplusInto(y.value(), x.value(), rest, beta);
    if (!x.derived()) {
      return new Recorded(y, (adjoint, g) -> Ops.complement(adjoint, rest));
    }
    InPlace.complementInto(y.first(), x.first(), rest);
    return new Recorded(y, (adjoint, g) -> back(x.first(), rest, adjoint));
  }

  /** {@code 1/(1 + e^{βx})}. */
  private Tensor rest(Tensor x) {
    Tensor rest = Ops.mul(x, -beta);
    InPlace.sigmoidInPlace(rest);
    return rest;
  }

  /** From adjoints (ȳ, ȳ′) to {@code (s·ȳ + βs(1 − s)·x′·ȳ′, s·ȳ′)}, s the slope. */
  private Tensor back(Tensor first, Tensor rest, Tensor adjoint) {
    try (Scope scope = Scope.open()) {
      Tensor both = Ops.complement(adjoint.reshape(pair(rest)), rest);
      InPlace.increase(both.select(0, 0), both.select(0, 1).mul(first), rest, beta);
      return scope.pass(both.flatten(0, 1));
    }
  }

  private static long[] pair(Tensor x) {
    long[] shape = new long[(int) x.dim() + 1];
    shape[0] = 2;
    System.arraycopy(x.shape(), 0, shape, 1, shape.length - 1);
    return shape;
  }
}
