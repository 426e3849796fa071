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
    if (isPoint()) {
      return lower;
    }
    // In logarithms of the tail that it is in: far out, masses cannot be told from 0 or 1.
    double below = StandardNormal.logMeanBelow(lower, upper);
    double above = StandardNormal.logMeanBelow(-upper, -lower);
    return below < above
        ? StandardNormal.quantileOfLog(below)
        : -StandardNormal.quantileOfLog(above);
  }

  /** The marginal mass, 0 for a point. */
  public double mass() {
    return StandardNormal.between(lower, upper);
  }

  /** Whether a score stands for the value. */
  public boolean contains(double z) {
    return isPoint() ? z == lower : z >= lower && z < upper;
  }
}
