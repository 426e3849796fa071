package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
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
    Tensor value = x.value();
    Tensor y = Ops.leakyRelu(value, alpha);
    if (x.order() == 0) {
      return x.compose(y);
    }
    Tensor slope =
        Ops.add(
            Ops.mul(Ops.as(Ops.less(value.detach(), 0).logical_not(), value), 1 - alpha), alpha);
    Tensor none = Ops.zerosLike(value);
    return x.compose(y, slope, none);
  }
}
