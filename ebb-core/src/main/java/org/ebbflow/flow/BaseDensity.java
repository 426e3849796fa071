package org.ebbflow.flow;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/** The density a flow maps the data to. Immutable and thread-safe. */
public interface BaseDensity {

  /**
   * {@code log p_u(z)} in nats, (B, …) to (B), with derivatives to the order of {@code z}.
   *
   * @param condition labels or covariates (B, C), or null; ignored by densities that depend on none
   */
  Jet logProb(Jet z, @Nullable Tensor condition);

  /** {@code log p_u(z)} without a condition. */
  default Jet logProb(Jet z) {
    return logProb(z, null);
  }

  /**
   * {@code n} draws of {@code dimension} entries, (n, D); advances {@code rng}.
   *
   * @param condition labels or covariates (n, C), or null
   */
  Tensor sample(long n, int dimension, @Nullable Tensor condition, Rng rng);
}
