package org.ebbflow.tabular.encode;

import java.util.Arrays;

/**
 * A smooth distribution function F on the line, as the normal score s(x) = Φ⁻¹(F(x)).
 *
 * <p>Between the outer knots s is a monotone rational quadratic spline through quantiles of the
 * sample (Gregory and Delbourgo 1982), which has its inverse in closed form; beyond them F has
 * generalised Pareto tails that take over with the same density. So s rises strictly, F′ is
 * continuous, and scores stay finite for every double.
 */
final class ScoreCurve {
  private static final int FEWEST_ROWS_BETWEEN_KNOTS = 30;
  private static final int MOST_KNOTS = 128;
  private static final double STEEPEST = 20;

  private final double[] knots;
  private final double[] scores;
  private final double[] slopes;
  private final Tail lowerTail;
  private final Tail upperTail;
  private final double logLowerMass;
  private final double logUpperMass;

  /**
   * @param knots x, rising
   * @param scores s there, rising
   * @param slopes s′ there, above 0
   */
  ScoreCurve(double[] knots, double[] scores, double[] slopes, Tail lowerTail, Tail upperTail) {
    this.knots = knots;
    this.scores = scores;
    this.slopes = slopes;
    this.lowerTail = lowerTail;
    this.upperTail = upperTail;
    this.logLowerMass = StandardNormal.logBelow(scores[0]);
    this.logUpperMass = StandardNormal.logBelow(-scores[scores.length - 1]);
  }

  double[] knots() {
    return knots.clone();
  }

  double[] scores() {
    return scores.clone();
  }

  double[] slopes() {
    return slopes.clone();
  }

  Tail lowerTail() {
    return lowerTail;
  }

  Tail upperTail() {
    return upperTail;
  }

  /**
   * The curve of a sample.
   *
   * @param sorted at least one finite number, rising
   * @param lower no value is below, or negative infinity
   * @param upper no value is above, or infinity
   */
  static ScoreCurve fit(double[] sorted, double lower, double upper) {
    Knots chosen = Knots.choose(sorted, lower, upper, knotCount(sorted.length));
    double[] x = chosen.x();
    double[] s = chosen.scores();
    int last = x.length - 1;
    double[] secants = new double[last];
    for (int k = 0; k < last; k++) {
      secants[k] = (s[k + 1] - s[k]) / (x[k + 1] - x[k]);
    }
    double[] slopes = new double[last + 1];
    for (int k = 1; k < last; k++) {
      // The parabola through three knots: the nearer one counts more.
      double share = (x[k] - x[k - 1]) / (x[k + 1] - x[k - 1]);
      slopes[k] = secants[k - 1] * (1 - share) + secants[k] * share;
    }
    double[] below = new double[-insertion(sorted, x[0])];
    for (int i = 0; i < below.length; i++) {
      below[i] = x[0] - sorted[i];
    }
    int first = -insertion(sorted, Math.nextUp(x[last]));
    double[] above = new double[sorted.length - first];
    for (int i = 0; i < above.length; i++) {
      above[i] = sorted[first + i] - x[last];
    }
    Tail lowerTail = Tail.fit(below, scale(s[0], secants[0]), x[0] - lower);
    Tail upperTail = Tail.fit(above, scale(-s[last], secants[last - 1]), upper - x[last]);
    slopes[0] = joined(lowerTail, s[0], secants[0]);
    slopes[last] = joined(upperTail, -s[last], secants[last - 1]);
    return new ScoreCurve(
        x,
        s,
        slopes,
        lowerTail.withScale(scale(s[0], slopes[0])),
        upperTail.withScale(scale(-s[last], slopes[last])));
  }

  private static int knotCount(int rows) {
    double wanted = Math.min(1.2 * Math.pow(rows, 0.4), (double) rows / FEWEST_ROWS_BETWEEN_KNOTS);
    return (int) Math.max(3, Math.min(wanted, MOST_KNOTS));
  }

  // −(number of entries below x): what a binary search for no entry at all would give.
  private static int insertion(double[] sorted, double x) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < x) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return -low;
  }

  // β of the tail whose density at its threshold is φ(s) s′: Φ(s)/(φ(s) s′), s on the lower side.
  private static double scale(double score, double slope) {
    return Math.min(StandardNormal.mills(Math.abs(score)) / slope, Double.MAX_VALUE);
  }

  // The tail's own density as a slope of s, kept near to that of the knots beside it.
  private static double joined(Tail tail, double score, double secant) {
    double slope = StandardNormal.mills(Math.abs(score)) / tail.scale();
    return Math.max(secant / STEEPEST, Math.min(slope, secant * STEEPEST));
  }

  /** The normal score of x, finite. */
  double score(double x) {
    int last = knots.length - 1;
    if (x < knots[0]) {
      double mass = logLowerMass - lowerTail.exponent(distance(x, knots[0]));
      return Math.min(StandardNormal.quantileOfLog(mass), scores[0]);
    }
    if (x > knots[last]) {
      double mass = logUpperMass - upperTail.exponent(distance(knots[last], x));
      return Math.max(-StandardNormal.quantileOfLog(mass), scores[last]);
    }
    int k = bin(knots, x);
    double width = knots[k + 1] - knots[k];
    double secant = (scores[k + 1] - scores[k]) / width;
    double t = (x - knots[k]) / width;
    double left = slopes[k] / secant;
    double right = slopes[k + 1] / secant;
    double u = t * (1 - t);
    return scores[k]
        + (scores[k + 1] - scores[k]) * (t * t + left * u) / (1 + (left + right - 2) * u);
  }

  /**
   * log s′(x), which is log F′(x) − log φ(s(x)).
   *
   * @param score s(x)
   */
  double logSlope(double x, double score) {
    int last = knots.length - 1;
    if (x < knots[0]) {
      return logLowerMass
          - lowerTail.negativeLogDensity(distance(x, knots[0]))
          - StandardNormal.logDensity(score);
    }
    if (x > knots[last]) {
      return logUpperMass
          - upperTail.negativeLogDensity(distance(knots[last], x))
          - StandardNormal.logDensity(score);
    }
    int k = bin(knots, x);
    double width = knots[k + 1] - knots[k];
    double secant = (scores[k + 1] - scores[k]) / width;
    double t = (x - knots[k]) / width;
    double left = slopes[k] / secant;
    double right = slopes[k + 1] / secant;
    double u = t * (1 - t);
    double lower = 1 + (left + right - 2) * u;
    return Math.log(secant)
        + Math.log((right * t * t + 2 * u + left * (1 - t) * (1 - t)) / (lower * lower));
  }

  /** The x with a score, finite and within the bounds. */
  double inverse(double score) {
    int last = knots.length - 1;
    if (score < scores[0]) {
      double mass = StandardNormal.logBelow(Math.max(score, -1e100));
      return Math.max(
          knots[0] - lowerTail.distance(Math.max(logLowerMass - mass, 0)), -Double.MAX_VALUE);
    }
    if (score > scores[last]) {
      double mass = StandardNormal.logBelow(Math.max(-score, -1e100));
      return Math.min(
          knots[last] + upperTail.distance(Math.max(logUpperMass - mass, 0)), Double.MAX_VALUE);
    }
    int k = bin(scores, score);
    double height = scores[k + 1] - scores[k];
    double width = knots[k + 1] - knots[k];
    double left = slopes[k] / height * width;
    double right = slopes[k + 1] / height * width;
    double share = (score - scores[k]) / height;
    // The root in [0, 1] of (1 − l + c r) t² + (l − c r) t − c, r = left + right − 2, c = share, in
    // the form that loses no digits.
    double bend = share * (left + right - 2);
    double a = 1 - left + bend;
    double b = left - bend;
    double discriminant = Math.max(b * b + 4 * a * share, 0);
    double t = 2 * share / (b + Math.sqrt(discriminant));
    return Math.max(knots[k], Math.min(knots[k] + t * width, knots[k + 1]));
  }

  private static double distance(double from, double to) {
    return Math.min(to - from, Double.MAX_VALUE);
  }

  private static int bin(double[] bounds, double x) {
    int found = Arrays.binarySearch(bounds, x);
    int k = found >= 0 ? found : -found - 2;
    return Math.min(k, bounds.length - 2);
  }
}
