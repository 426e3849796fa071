package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;
import org.ebbflow.flow.elementwise.ElementwiseTrace;
import org.ebbflow.tensor.Ops;

/**
 * {@code y = x} for {@code x ≥ 0} and {@code αx} below, entry by entry; its second derivative is
 * zero almost everywhere.
 *
 * @param alpha slope on the left
 */
public record LeakyRelu(double alpha) implements Network {
  @Override
  public Jet apply(Jet x) {
    Tensor at = x.value().detach();
    return x.piecewiseLinear(
        Ops.leakyRelu(x.value(), alpha), t -> Ops.leakyReluSlope(at, alpha, t));
  }

  @Override
  public boolean isTraced() {
    return true;
  }

  @Override
  public Trace trace(Tensor x, int order, Products products) {
    Tensor slope = Ops.leakyReluSlope(x, alpha, Ops.add(Ops.zerosLike(x), 1));
    return new ElementwiseTrace(order, Ops.leakyRelu(x, alpha), slope);
  }
}
