package org.ebbflow.autoencoder;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;

/**
 * {@code q(z | x) = N(μ, diag σ²)}, one for each row of a batch.
 *
 * @param mean μ, (B, d)
 * @param logVariance log σ², (B, d)
 */
record Posterior(Tensor mean, Tensor logVariance) {

  /** {@code μ + σ·ε} with ε ~ N(0, I), (B, d); advances {@code rng}. */
  Tensor draw(Rng rng) {
    return mean.add(Ops.mul(logVariance, 0.5).exp().mul(rng.normalLike(mean)));
  }

  /** {@code KL(q ‖ N(0, I)) = ½ Σ_i (μ_i² + σ_i² − log σ_i² − 1)} in nats, (B). */
  Tensor divergence() {
    Tensor each = mean.square().add(logVariance.exp()).sub(logVariance);
    return Ops.mul(Ops.sumEvent(Ops.add(each, -1)), 0.5);
  }
}
