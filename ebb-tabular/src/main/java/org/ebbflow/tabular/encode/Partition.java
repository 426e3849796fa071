package org.ebbflow.tabular.encode;

import java.util.Arrays;

/**
 * [0, 1] cut into pieces, and the same cuts on the line of normal scores.
 *
 * <p>Masses are kept from both ends, so that cuts near 1 are as exact as those near 0.
 */
final class Partition {
  private final double[] weights;
  private final double[] below;
  private final double[] above;
  private final double[] cuts;

  /**
   * @param weights of the pieces from left to right, not negative, scaled here to sum to one
   */
  Partition(double[] weights) {
    int count = weights.length;
    double total = Arrays.stream(weights).sum();
    this.weights = Arrays.stream(weights).map(w -> w / total).toArray();
    this.below = new double[count + 1];
    this.above = new double[count + 1];
    for (int k = 0; k < count; k++) {
      below[k + 1] = below[k] + this.weights[k];
    }
    for (int k = count; k > 0; k--) {
      above[k - 1] = above[k] + this.weights[k - 1];
    }
    this.cuts = new double[count + 1];
    cuts[0] = Double.NEGATIVE_INFINITY;
    cuts[count] = Double.POSITIVE_INFINITY;
    for (int k = 1; k < count; k++) {
      cuts[k] =
          below[k] == 0
              ? Double.NEGATIVE_INFINITY
              : above[k] == 0
                  ? Double.POSITIVE_INFINITY
                  : Math.max(cuts[k - 1], StandardNormal.quantile(below[k], above[k]));
    }
  }

  int size() {
    return weights.length;
  }

  double weight(int piece) {
    return weights[piece];
  }

  /** The mass left of a piece. */
  double below(int piece) {
    return below[piece];
  }

  /** The mass right of a piece. */
  double above(int piece) {
    return above[piece + 1];
  }

  /** The scores of a piece. */
  Interval interval(int piece) {
    return new Interval(cuts[piece], cuts[piece + 1]);
  }

  /** The score at a share of a piece's mass, within the piece. */
  double score(int piece, double share) {
    double z =
        StandardNormal.quantile(
            below[piece] + weights[piece] * share, above[piece + 1] + weights[piece] * (1 - share));
    return within(piece, z);
  }

  /** The nearest finite score that belongs to a piece. */
  double within(int piece, double z) {
    double least = Math.max(cuts[piece], -Double.MAX_VALUE);
    double greatest = Math.nextDown(cuts[piece + 1]);
    return Math.max(least, Math.min(z, greatest));
  }

  /** The piece that a score belongs to. */
  int piece(double z) {
    int low = 0;
    int high = weights.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (z < cuts[middle + 1]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
