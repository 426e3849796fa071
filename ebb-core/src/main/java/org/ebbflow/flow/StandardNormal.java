package org.ebbflow.flow;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/** {@code N(0, I)}: {@code log p_u(z) = −½‖z‖² − (D/2)·log 2π}. */
public final class StandardNormal implements BaseDensity {
  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  @Override
  public Jet logProb(Jet z, @Nullable Tensor condition) {
    long dimension = Ops.eventSize(z.value());
    Jet quadratic = z.mul(z).sumEvent().mul(-0.5);
    return quadratic.add(-dimension * HALF_LOG_TWO_PI);
  }

  @Override
  public Tensor sample(long n, int dimension, @Nullable Tensor condition, Rng rng) {
    return rng.normal(n, dimension);
  }
}
