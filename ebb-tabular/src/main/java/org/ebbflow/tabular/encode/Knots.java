package org.ebbflow.tabular.encode;

import java.util.Arrays;

/**
 * Points of a distribution function that a sample fixes well.
 *
 * @param x at least two, rising, strictly between the bounds
 * @param scores Φ⁻¹ of the shares of the sample below them, rising
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, never compared
record Knots(double[] x, double[] scores) {
  private static final int TAIL_ROWS = 30;
  private static final double SMALLEST_GAP = 1e-13;
  private static final double LEAST_GAP = 1e-290; // nearer ones would have infinite slopes

  /**
   * About as many quantiles as wanted, evenly spread over the rows between two tails.
   *
   * @param sorted at least one number, rising
   */
  static Knots choose(double[] sorted, double lower, double upper, int wanted) {
    int rows = sorted.length;
    double tail = Math.max(0.01, Math.min((double) TAIL_ROWS / rows, 0.16));
    double range = sorted[rows - 1] / 2 - sorted[0] / 2; // halves: the whole may overflow
    int outside = Math.min((int) Math.round(tail * rows), (rows - 1) / 2);
    double within = sorted[rows - 1 - outside] / 2 - sorted[outside] / 2;
    double[] x = new double[wanted];
    double[] scores = new double[wanted];
    int count = 0;
    for (int k = 0; k < wanted; k++) {
      double share = tail + (1 - 2 * tail) * k / (wanted - 1);
      int rank = Math.max(1, Math.min((int) Math.round(share * rows), rows - 1));
      if (rows == 1) {
        break;
      }
      double at = sorted[rank - 1] / 2 + sorted[rank] / 2;
      double below = rank;
      if (sorted[rank - 1] == sorted[rank]) {
        at = sorted[rank];
        below = midrank(sorted, rank);
      }
      double score = StandardNormal.quantile(below / rows, (rows - below) / rows);
      double gap = SMALLEST_GAP * Math.max(within, Math.abs(at)) + LEAST_GAP;
      if (at > lower + gap
          && at < upper - gap
          && (count == 0 || (at > x[count - 1] + gap && score > scores[count - 1] + 1e-9))) {
        x[count] = at;
        scores[count++] = score;
      }
    }
    return count < 2
        ? around(sorted[rows / 2], range, lower, upper)
        : new Knots(Arrays.copyOf(x, count), Arrays.copyOf(scores, count));
  }

  // Rows below a repeated value and half of those that have it.
  private static double midrank(double[] sorted, int rank) {
    double value = sorted[rank];
    int from = rank;
    while (from > 0 && sorted[from - 1] == value) {
      from--;
    }
    int to = rank;
    while (to < sorted.length && sorted[to] == value) {
      to++;
    }
    return 0.5 * (from + to);
  }

  // Two knots one deviation to both sides, for samples that have one value or hardly more.
  private static Knots around(double centre, double range, double lower, double upper) {
    double spread = Math.max(range, Math.max(Math.abs(centre) * 1e-3, 1e-3));
    double left = Math.max(centre - spread, -Double.MAX_VALUE / 4);
    double right = Math.min(centre + spread, Double.MAX_VALUE / 4);
    if (left <= lower) {
      left = lower + Math.max(0, Math.min(right, upper) - lower) * 0.16;
    }
    if (right >= upper) {
      right = upper - (upper - left) * 0.16;
    }
    return new Knots(new double[] {left, right}, new double[] {-1, 1});
  }
}
