package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Ops;

/**
 * {@code y = x·σ(x)}, entry by entry: a {@link Swish} whose β stays at 1, in one operation.
 *
 * <p>Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function
 * approximation in reinforcement learning", 2017, arXiv:1702.03118.
 */
public record Silu() implements Network {
  @Override
  public Jet apply(Jet x) {
    Tensor y = Ops.silu(x.value());
    if (x.order() == 0) {
      return x.compose(y);
    }
    Tensor sigma = x.value().sigmoid();
    Tensor falling = Ops.rsub(1, sigma);
    Tensor slope = sigma.add(y.mul(falling));
    if (x.order() == 1) {
      return x.compose(y, slope);
    }
    // σ(1 − σ)·(2 + x·(1 − 2σ)), with 1 − 2σ = (1 − σ) − σ.
    Tensor bend = sigma.mul(falling).mul(Ops.add(x.value().mul(falling.sub(sigma)), 2));
    return x.compose(y, slope, bend);
  }
}
