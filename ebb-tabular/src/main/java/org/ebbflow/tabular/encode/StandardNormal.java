package org.ebbflow.tabular.encode;

/**
 * The standard normal distribution, to the last digits in both tails.
 *
 * <p>Everything goes through Mills' ratio R(x) = Q(x)/φ(x), Q the upper tail, for x ≥ 0. It solves
 * R′ = xR − 1, whose errors shrink on the way to smaller x. So a continued fraction starts it at
 * {@value #LARGEST_NODE}, Taylor's series carry it from node to node down to 0, and the same series
 * give it between nodes.
 */
final class StandardNormal {
  /** ½ log 2π. */
  static final double HALF_LOG_TWO_PI = 0.9189385332046728;

  private static final int LARGEST_NODE = 12;
  private static final int NODES_PER_UNIT = 8;
  private static final int TERMS = 15;
  private static final double[][] SERIES = series();

  private StandardNormal() {}

  /** log φ(x). */
  static double logDensity(double x) {
    return -0.5 * x * x - HALF_LOG_TWO_PI;
  }

  /** φ(x). */
  static double density(double x) {
    return Math.exp(logDensity(x));
  }

  /** Φ(x): below ½ to full relative precision until it underflows. */
  static double below(double x) {
    return x > 0 ? 1 - mills(x) * density(x) : mills(-x) * density(x);
  }

  /** Φ(b) − Φ(a) for a ≤ b, from the tail that they are in. */
  static double between(double a, double b) {
    return Math.max(a > 0 ? below(-a) - below(-b) : below(b) - below(a), 0);
  }

  /** log Φ(x), without underflow. */
  static double logBelow(double x) {
    return x > 0 ? Math.log1p(-mills(x) * density(x)) : Math.log(mills(-x)) + logDensity(x);
  }

  /** {@code log ½[Φ(a) + Φ(b)]} for a < b, without underflow. */
  static double logMeanBelow(double a, double b) {
    double greater = logBelow(b);
    return greater == Double.NEGATIVE_INFINITY
        ? greater
        : greater + Math.log(0.5 * (1 + Math.exp(logBelow(a) - greater)));
  }

  /**
   * Φ⁻¹ of the point that splits the mass into two.
   *
   * @param lower the mass below, at least 0
   * @param upper the mass above, at least 0; the smaller of the two decides
   * @return infinite where the smaller one is 0
   */
  static double quantile(double lower, double upper) {
    return lower < upper ? quantileOfLog(Math.log(lower)) : -quantileOfLog(Math.log(upper));
  }

  /**
   * The x with log Φ(x) as given.
   *
   * @param logLower at most log ½; may be far below what a probability can be
   */
  static double quantileOfLog(double logLower) {
    if (logLower == Double.NEGATIVE_INFINITY) {
      return Double.NEGATIVE_INFINITY;
    }
    // Abramowitz and Stegun (1964), 26.2.23, to 4.5e-4; then Halley's iteration on log Q.
    double t = Math.sqrt(Math.max(-2 * logLower, 0));
    double x =
        Math.max(
            t
                - ((0.010328 * t + 0.802853) * t + 2.515517)
                    / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1),
            0);
    for (int i = 0; i < 4; i++) {
      double ratio = mills(x);
      double error = Math.log(ratio) + logDensity(x) - logLower;
      // d/dx log Q = −1/R, d²/dx² log Q = (xR − 1)/R²
      double step = error * ratio / (1 + 0.5 * error * (x * ratio - 1));
      x = Math.max(x + step, 0);
      if (Math.abs(step) <= 1e-9 * (1 + x)) {
        break; // the next step would be of the order of its cube
      }
    }
    return -x;
  }

  /** Mills' ratio at x ≥ 0. */
  static double mills(double x) {
    if (x >= LARGEST_NODE) {
      return continuedFraction(x);
    }
    int node = (int) (x * NODES_PER_UNIT + 0.5);
    return taylor(SERIES[node], x - (double) node / NODES_PER_UNIT);
  }

  private static double taylor(double[] terms, double step) {
    double sum = terms[TERMS - 1];
    for (int n = TERMS - 2; n >= 0; n--) {
      sum = sum * step + terms[n];
    }
    return sum;
  }

  private static double[][] series() {
    double[][] all = new double[LARGEST_NODE * NODES_PER_UNIT + 1][];
    double ratio = continuedFraction(LARGEST_NODE);
    for (int node = all.length - 1; node >= 0; node--) {
      all[node] = terms((double) node / NODES_PER_UNIT, ratio);
      ratio = taylor(all[node], -1.0 / NODES_PER_UNIT);
    }
    return all;
  }

  // Taylor's coefficients c_n = R^(n)/n!: c_1 = xR − 1, (n+1) c_{n+1} = x c_n + c_{n−1}.
  private static double[] terms(double x, double ratio) {
    double[] terms = new double[TERMS];
    terms[0] = ratio;
    terms[1] = x * ratio - 1;
    for (int n = 1; n + 1 < TERMS; n++) {
      terms[n + 1] = (x * terms[n] + terms[n - 1]) / (n + 1);
    }
    return terms;
  }

  // R(x) = 1/(x + 1/(x + 2/(x + 3/(x + …
  private static double continuedFraction(double x) {
    double tail = x;
    for (int n = 40; n > 0; n--) {
      tail = x + n / tail;
    }
    return 1 / tail;
  }
}
