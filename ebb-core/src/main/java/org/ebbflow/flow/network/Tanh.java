package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Ops;

/** {@code y = tanh x}, entry by entry. */
public record Tanh() implements Network {
  @Override
  public Jet apply(Jet x) {
    Tensor y = x.value().tanh();
    if (x.order() == 0) {
      return x.compose(y);
    }
    Tensor slope = Ops.rsub(1, y.square());
    if (x.order() == 1) {
      return x.compose(y, slope);
    }
    return x.compose(y, slope, Ops.mul(y.mul(slope), -2));
  }
}
