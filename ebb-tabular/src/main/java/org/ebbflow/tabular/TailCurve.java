package org.ebbflow.tabular;

import java.util.Arrays;

/**
 * How rare large values of a statistic are: {@code S(s)}, the share of held-out rows with at least
 * s; beyond their highest tenth an exponential of the mean excess there, so that rows stranger than
 * any of them are still told apart.
 */
final class TailCurve {
  private static final double TAIL = 0.1;
  private static final int FEWEST_IN_TAIL = 5;

  private final double[] sorted;
  private final int inTail;
  private final double threshold;
  private final double excess;

  /**
   * @param values of held-out rows, finite, at least one; copied
   */
  TailCurve(double[] values) {
    this.sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    this.inTail = Math.min(n, Math.max(FEWEST_IN_TAIL, (int) Math.round(TAIL * n)));
    this.threshold = sorted[n - inTail];
    double sum = 0;
    for (int i = n - inTail; i < n; i++) {
      sum += sorted[i] - threshold;
    }
    this.excess = Math.max(sum / inTail, 1e-9 * Math.max(1, Math.abs(threshold)));
  }

  /** {@code −log S(s)}, at least 0, rising. */
  double exponent(double s) {
    int n = sorted.length;
    double atThreshold = Math.log((n + 1.0) / (inTail + 1.0));
    if (s > threshold) {
      return atThreshold + (s - threshold) / excess;
    }
    int low = 0;
    int high = n;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < s) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return Math.min(atThreshold, Math.log((n + 1.0) / (n - low + 1.0)));
  }
}
