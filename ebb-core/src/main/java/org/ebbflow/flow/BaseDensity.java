package org.ebbflow.flow;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Rng;

/** The density a flow maps the data to. Immutable and thread-safe. */
public interface BaseDensity {

  /** {@code log p_u(z)} in nats, (B, …) to (B), with derivatives to the order of {@code z}. */
  Jet logProb(Jet z);

  /** {@code n} draws of {@code dimension} entries, (n, D); advances {@code rng}. */
  Tensor sample(long n, int dimension, Rng rng);
}
