package org.ebbflow.flow.network;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * {@code y = x·σ(βx)}, entry by entry, with one learnt β that starts at 1.
 *
 * <p>Source: Ramachandran, Zoph and Le, "Searching for activation functions", 2017,
 * arXiv:1710.05941.
 */
public final class Swish implements Network {
  private final Tensor beta;

  /**
   * @param engine where β lives
   */
  public Swish(Engine engine) {
    try (Scope scope = Scope.open()) {
      this.beta = engine.parameter(engine.full(1, 1));
    }
  }

  @Override
  public Jet apply(Jet x) {
    Tensor u = x.value().mul(beta);
    Tensor sigma = u.sigmoid();
    Tensor y = x.value().mul(sigma);
    if (x.order() == 0) {
      return x.compose(y);
    }
    Tensor falling = Ops.rsub(1, sigma);
    Tensor slope = sigma.mul(Ops.add(u.mul(falling), 1));
    if (x.order() == 1) {
      return x.compose(y, slope);
    }
    // β·σ(1 − σ)·(2 + βx·(1 − 2σ)), with 1 − 2σ = (1 − σ) − σ.
    Tensor bend = beta.mul(sigma.mul(falling)).mul(Ops.add(u.mul(falling.sub(sigma)), 2));
    return x.compose(y, slope, bend);
  }

  @Override
  public boolean isTraced() {
    return true;
  }

  @Override
  public Trace trace(Tensor x, int order, Products products) {
    return new SwishTrace(beta, x, order);
  }

  @Override
  public Map<String, Tensor> parameters() {
    return Map.of("beta", beta);
  }
}
