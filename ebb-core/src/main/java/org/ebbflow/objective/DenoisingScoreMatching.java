package org.ebbflow.objective;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * {@code ½‖s(x̃) + n/σ‖² + λ·E(x̃)} at {@code x̃ = x + σn}, {@code n ~ N(0, I)}, the first term
 * divided by D where asked for. Fits the data smoothed by N(0, σ²I).
 *
 * <p>Source: Vincent, "A connection between score matching and denoising autoencoders", 2011; for
 * flows Chao et al., 2023, arXiv:2305.15267, section 4.2.
 *
 * @param sigma standard deviation of the noise, in the space the score is matched in; positive
 * @param perDimension whether to divide by D, as the image experiments do
 * @param lambda weight of the energy term, at least 0
 */
public record DenoisingScoreMatching(double sigma, boolean perDimension, double lambda)
    implements Objective {

  /** Checks the ranges. */
  public DenoisingScoreMatching {
    if (!(sigma > 0 && Double.isFinite(sigma))) {
      throw new EbbException("sigma is " + sigma, "give a positive number");
    }
    Energy.requireWeight(lambda);
  }

  @Override
  public String name() {
    return "dsm";
  }

  @Override
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    return losses(flow, x, condition, rng.normalLike(x));
  }

  /** As {@link #losses(Flow, Tensor, Tensor, Rng)} with given noise n, (B, D). */
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Tensor noise) {
    Energy energy = Energy.at(flow, Ops.addScaled(x, noise, sigma), condition);
    Tensor residual = Ops.addScaled(energy.score(), noise, 1 / sigma);
    Tensor matching = Ops.mul(Ops.dotEvent(residual, residual), 0.5);
    return energy.add(perDimension ? Ops.mul(matching, 1.0 / flow.dimension()) : matching, lambda);
  }
}
