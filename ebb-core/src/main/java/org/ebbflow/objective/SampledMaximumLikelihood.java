package org.ebbflow.objective;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * {@code E(x) − E(x⁻)} with {@code x⁻} drawn from the model by inversion and held fixed: its
 * gradient estimates that of the negative log-likelihood without determinants, at the price of
 * inverses.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 4.2 (stochastic maximum likelihood).
 */
public record SampledMaximumLikelihood() implements Objective {
  @Override
  public String name() {
    return "sml";
  }

  @Override
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    Tensor latent = flow.base().sample(x.size(0), flow.dimension(), condition, rng);
    return losses(flow, x, condition, latent);
  }

  /** As {@link #losses(Flow, Tensor, Tensor, Rng)} with {@code x⁻ = g⁻¹(latent)}. */
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Tensor latent) {
    Tensor negative;
    try (Autograd.Mode off = Autograd.off()) {
      negative = flow.inverse(latent, condition).detach();
    }
    return flow.energy(x, condition).sub(flow.energy(negative, condition));
  }
}
