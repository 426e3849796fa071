package org.ebbflow.tabular.encode;

/** The standard normal distribution behind the scores. */
public final class NormalScores {
  private NormalScores() {}

  /** Φ(z), the marginal mass below a score. */
  public static double below(double z) {
    return StandardNormal.below(z);
  }

  /** Φ⁻¹(u) for a mass in [0, 1]; infinite at its ends. */
  public static double quantile(double mass) {
    return StandardNormal.quantile(mass, 1 - mass);
  }

  /** {@code log 2Φ(−|z|)}: the logarithm of the mass as far out on either side. */
  public static double logTwoSided(double z) {
    return Math.log(2) + StandardNormal.logBelow(-Math.abs(z));
  }

  /** log φ(z). */
  public static double logDensity(double z) {
    return StandardNormal.logDensity(z);
  }
}
