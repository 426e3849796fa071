package org.ebbflow.objective;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * {@code E(x) + log Z}, the negative log-likelihood in nats; computes every determinant at every
 * step.
 */
public record MaximumLikelihood() implements Objective {
  @Override
  public String name() {
    return "ml";
  }

  @Override
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    return flow.energy(x, condition).add(flow.logZ());
  }
}
