package org.ebbflow.objective;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.DensityTrace;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.tensor.Autograd;
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
 * @param differentiation how the derivatives are computed
 * @param products precision of the matrix products in training, where derivatives are made by hand
 */
public record DenoisingScoreMatching(
    double sigma,
    boolean perDimension,
    double lambda,
    Differentiation differentiation,
    Products products)
    implements Objective {

  /** Checks the ranges. */
  public DenoisingScoreMatching {
    if (!(sigma > 0 && Double.isFinite(sigma))) {
      throw new EbbException("sigma is " + sigma, "give a positive number");
    }
    Energy.requireWeight(lambda);
    differentiation.require(products);
  }

  /** In full precision. */
  public DenoisingScoreMatching(
      double sigma, boolean perDimension, double lambda, Differentiation differentiation) {
    this(sigma, perDimension, lambda, differentiation, Products.FULL);
  }

  /** By hand in full precision. */
  public DenoisingScoreMatching(double sigma, boolean perDimension, double lambda) {
    this(sigma, perDimension, lambda, Differentiation.HAND);
  }

  @Override
  public String name() {
    return "dsm";
  }

  @Override
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    return losses(flow, x, condition, rng.normalLike(x));
  }

  @Override
  public Evaluation evaluate(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    return evaluate(flow, x, condition, rng.normalLike(x));
  }

  /** As {@link #evaluate(Flow, Tensor, Tensor, Rng)} with given noise n, (B, D). */
  public Evaluation evaluate(Flow flow, Tensor x, @Nullable Tensor condition, Tensor noise) {
    return differentiation.byHand(flow, products)
        ? byHand(flow, x, noise)
        : Evaluation.recorded(losses(flow, x, condition, noise));
  }

  /** As {@link #losses(Flow, Tensor, Tensor, Rng)} with given noise n, (B, D). */
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Tensor noise) {
    Tensor noisy = Ops.addScaled(x, noise, sigma).detach();
    return differentiation == Differentiation.AUTOGRAD
        ? doubleBackward(flow, noisy, condition, noise)
        : taylor(flow, noisy, condition, noise);
  }

  /** As {@link #taylor}, with the score's way through the flow shared by its derivative. */
  private Evaluation byHand(Flow flow, Tensor x, Tensor noise) {
    double weight = perDimension ? 1.0 / flow.dimension() : 1;
    return Evaluation.traced(
        flow,
        x.size(0),
        (from, to) -> {
          Tensor n = Ops.rows(noise, from, to);
          Tensor noisy = Ops.addScaled(Ops.rows(x, from, to), n, sigma);
          DensityTrace trace = DensityTrace.of(flow, noisy, 1, products);
          Tensor residual = Ops.addScaled(trace.score(), n, 1 / sigma);
          Tensor matching = Ops.mul(Ops.dotEvent(residual, residual), 0.5 * weight);
          return new Evaluation.Matching(trace, matching, () -> List.of(trace.along(residual)));
        },
        weight,
        lambda);
  }

  /** {@code ½‖r‖²} for {@code r = s(x̃) + n/σ}, with the gradient of {@code D_r̄ log p(x̃)}. */
  private Tensor taylor(Flow flow, Tensor noisy, @Nullable Tensor condition, Tensor noise) {
    Tensor score = flow.score(noisy, condition, false).detach();
    Tensor residual = Ops.addScaled(score, noise, 1 / sigma);
    Jet along = flow.negativeEnergy(Jet.along(noisy, residual, 1), condition);
    Tensor offset = Ops.mul(Ops.dotEvent(residual, residual), 0.5).sub(along.first().detach());
    return new Energy(noisy, along.value()).add(scaled(along.first().add(offset), flow), lambda);
  }

  private Tensor doubleBackward(Flow flow, Tensor noisy, @Nullable Tensor condition, Tensor noise) {
    try (Autograd.Mode on = Autograd.on()) { // a score is a derivative, whoever asks for it
      Energy energy = Energy.at(flow, noisy, condition);
      Tensor residual = Ops.addScaled(energy.score(), noise, 1 / sigma);
      Tensor matching = Ops.mul(Ops.dotEvent(residual, residual), 0.5);
      return energy.add(scaled(matching, flow), lambda);
    }
  }

  private Tensor scaled(Tensor matching, Flow flow) {
    return perDimension ? Ops.mul(matching, 1.0 / flow.dimension()) : matching;
  }
}
