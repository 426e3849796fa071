package org.ebbflow.sample;

import java.util.function.DoubleConsumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * The published chain that fills in images: {@code x ← x + ½τ²·s(x) + γ·(blur(x) − x) +
 * (snr·r)·τ·n} on the free entries, {@code r = (‖n‖/‖s‖)²} over the same, no noise in the last
 * iteration. It is not adjusted: its noise follows the score, not a stationary distribution.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 5.3 and appendix (inpainting).
 *
 * @param tau τ, positive
 * @param snr how much noise, at least 0
 * @param gamma γ, weight of smoothing, 0 to 1
 * @param iterations how many, at least 1
 * @param blur smooths a batch (B, D); the identity for rows that are no images
 */
public record Inpainting(
    double tau, double snr, double gamma, int iterations, UnaryOperator<Tensor> blur)
    implements MarkovChain {

  /** Checks the ranges. */
  public Inpainting {
    Langevin.requirePositive("tau", tau);
    Langevin.requireIterations(iterations);
    if (!(snr >= 0 && Double.isFinite(snr))) {
      throw new EbbException("snr is " + snr, "give 0 or a positive number");
    }
    if (!(gamma >= 0 && gamma <= 1)) {
      throw new EbbException("gamma is " + gamma, "give a number from 0 to 1");
    }
  }

  /** τ = 0.5, snr = 0.1, γ = 0.01, 500 iterations. */
  public static Inpainting published(UnaryOperator<Tensor> blur) {
    return new Inpainting(0.5, 0.1, 0.01, 500, blur);
  }

  @Override
  public Result run(
      Flow flow,
      Tensor start,
      @Nullable Tensor free,
      @Nullable Tensor condition,
      Rng rng,
      DoubleConsumer progress) {
    Tensor x = start.clone();
    for (int i = 0; i < iterations; i++) {
      try (Scope scope = Scope.open()) {
        Tensor score = Target.at(flow, x, free, condition).score();
        Tensor smoothing = Target.restricted(blur.apply(x).sub(x), free);
        Tensor next = Ops.addScaled(x, score, 0.5 * tau * tau);
        next = Ops.addScaled(next, smoothing, gamma);
        if (i < iterations - 1) {
          Tensor noise = Target.restricted(rng.normalLike(x), free);
          // Nothing free, no score: the smallest number keeps 0/0 away.
          Tensor norm = Ops.atLeast(Target.squaredNorm(score), Float.MIN_NORMAL);
          Tensor ratio = Target.squaredNorm(noise).div(norm).unsqueeze(1);
          next = Ops.addScaled(next, noise.mul(ratio), snr * tau);
        }
        InPlace.assign(x, next);
      }
      progress.accept((i + 1.0) / iterations);
    }
    return new Result(x, Double.NaN);
  }
}
