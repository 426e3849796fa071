package org.ebbflow.tabular.encode;

/**
 * The normal scores that stand for one value: a point for a number with a density, else an
 * interval.
 *
 * @param lower the least score, or negative infinity
 * @param upper the least score above that belongs to other values, or positive infinity; equal to
 *     {@code lower} for a point
 */
public record Interval(double lower, double upper) {
  /** Whether the value fixes the score. */
  public boolean isPoint() {
    return lower == upper;
  }

  /** The score in the middle by marginal mass. */
  public double middle() {
    return isPoint()
        ? lower
        : NormalScores.quantile(0.5 * (NormalScores.below(lower) + NormalScores.below(upper)));
  }

  /** The marginal mass, 0 for a point. */
  public double mass() {
    return NormalScores.below(upper) - NormalScores.below(lower);
  }

  /** Whether a score stands for the value. */
  public boolean contains(double z) {
    return isPoint() ? z == lower : z >= lower && z < upper;
  }
}
