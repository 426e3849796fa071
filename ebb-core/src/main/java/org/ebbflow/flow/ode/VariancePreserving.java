package org.ebbflow.flow.ode;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Ops;

/**
 * The diffusion {@code dx = −½β(t)x dt + β(t)^½ dw} on t ∈ [0, 1] with {@code β(t) = β₀ + (β₁ −
 * β₀)t}: from x at time 0 it comes to {@code N(α(t)x, σ(t)²I)}, where {@code α = e^(−B/2)}, {@code
 * σ² = 1 − e^(−B)} and {@code B(t) = ∫₀ᵗβ}. The pair (α, σ) goes along a quarter of the unit circle
 * and is told by its angle, {@code (α, σ) = (cos φ, sin φ)}.
 *
 * <p>Times are columns (B, 1), positive. Immutable.
 *
 * <p>Source: Song et al., "Score-based generative modeling through stochastic differential
 * equations", 2021, arXiv:2011.13456, section 3.4 and appendix B; the angle: Salimans and Ho, 2022,
 * arXiv:2202.00512, appendix D.
 *
 * @param betaMin β₀, positive; published 0.1
 * @param betaMax β₁, at least β₀; published 20
 */
public record VariancePreserving(double betaMin, double betaMax) {

  /** Checks the ranges. */
  public VariancePreserving {
    if (!(betaMin > 0 && betaMin <= betaMax && Double.isFinite(betaMax))) {
      throw new EbbException(
          "the diffusion's betaMin and betaMax are " + betaMin + " and " + betaMax,
          "give a positive number and one that is not below it, as 0.1 and 20");
    }
  }

  /** α(t), (B, 1): what is left of the data. */
  public Tensor signal(Tensor time) {
    return angle(Jet.of(time)).value().cos();
  }

  /** σ(t), (B, 1): the standard deviation of the noise. */
  public Tensor noise(Tensor time) {
    return angle(Jet.of(time)).value().sin();
  }

  /** {@code φ(t) = atan(σ/α)}, (B, 1), from 0 towards π/2. */
  public Jet angle(Jet time) {
    Jet ratio = ratio(time);
    Tensor r = ratio.value();
    Tensor slope = Ops.add(r.square(), 1).reciprocal();
    return ratio.compose(r.atan(), slope, Ops.mul(r.mul(slope.square()), -2));
  }

  /** {@code φ′(t) = ½β(t)α/σ}, (B, 1); grows beyond all bounds as t goes to 0. */
  public Jet turning(Jet time) {
    Jet ratio = ratio(time);
    Tensor inverse = ratio.value().reciprocal();
    Tensor square = inverse.square();
    Jet beta = time.mul(betaMax - betaMin).add(betaMin);
    return beta.mul(ratio.compose(inverse, square.neg(), Ops.mul(square.mul(inverse), 2))).mul(0.5);
  }

  /** {@code σ/α = (e^B − 1)^½}, without the cancellation of small B. */
  private Jet ratio(Jet time) {
    Jet exponent = time.mul(betaMin).add(time.mul(time).mul(0.5 * (betaMax - betaMin)));
    Tensor r = exponent.value().expm1().sqrt();
    Tensor slope = Ops.mul(exponent.value().exp().div(r), 0.5);
    return exponent.compose(r, slope, slope.sub(slope.square().div(r)));
  }
}
