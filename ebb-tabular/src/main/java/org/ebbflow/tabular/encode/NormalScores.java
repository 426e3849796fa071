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

  /**
   * The same given that the score is below {@code end}: {@code log 2·min(Φ(z), Φ(end) − Φ(z)) /
   * Φ(end)}, at most 0.
   */
  public static double logTwoSided(double z, double end) {
    if (end == Double.POSITIVE_INFINITY) {
      return logTwoSided(z); // to the last digit, however far out
    }
    double all = StandardNormal.logBelow(end);
    // Above, down to what single scores near the end can tell apart.
    double above = Math.log(Math.max(StandardNormal.between(z, end), Math.ulp(below(z))));
    return Math.min(0, Math.log(2) + Math.min(StandardNormal.logBelow(z), above) - all);
  }

  /** log φ(z). */
  public static double logDensity(double z) {
    return StandardNormal.logDensity(z);
  }
}
