package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * {@code y = log(1 + e^{βx})/β}, entry by entry: a ReLU whose corner is rounded over a width of
 * about 1/β.
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

  @Override
  public Recorded record(Dual x, Products products) {
    try (Scope scope = Scope.open()) {
      Tensor slope = scope.pass(Ops.mul(x.value(), beta).sigmoid());
      Tensor y = Ops.softplus(x.value(), beta);
      if (!x.derived()) {
        return new Recorded(new Dual(scope.pass(y), false), (adjoint, g) -> adjoint.mul(slope));
      }
      Tensor rows = scope.pass(Ops.concatenate(y, slope.mul(x.first())));
      return new Recorded(new Dual(rows, true), (adjoint, g) -> back(x.first(), slope, adjoint));
    }
  }

  /** From adjoints (ȳ, ȳ′) to {@code (s·ȳ + βs(1 − s)·x′·ȳ′, s·ȳ′)}, s the slope. */
  private Tensor back(Tensor first, Tensor slope, Tensor adjoint) {
    try (Scope scope = Scope.open()) {
      Tensor both = adjoint.reshape(pair(slope)).mul(slope);
      Tensor bend = both.select(0, 1).mul(first);
      Ops.increase(both.select(0, 0), bend.sub(bend.mul(slope)), beta);
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
