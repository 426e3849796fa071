package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Ops;

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
}
