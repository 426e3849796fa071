package org.ebbflow.metric;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How well scores put positives above negatives.
 *
 * @param auroc area under the receiver operating characteristic: the probability that a positive
 *     scores higher than a negative, ties counting half; NaN without either
 * @param averagePrecision area under the precision–recall curve by steps, {@code Σ (R_k −
 *     R_{k−1})·P_k} over the different scores from the highest down; NaN without positives
 */
public record Ranking(double auroc, double averagePrecision) {

  /**
   * Ranks scores.
   *
   * @param scores the higher, the more likely positive
   * @param positive of the same length
   */
  public static Ranking of(double[] scores, boolean[] positive) {
    if (scores.length != positive.length) {
      throw new IllegalArgumentException(scores.length + " scores, " + positive.length + " labels");
    }
    for (int i = 0; i < scores.length; i++) {
      if (Double.isNaN(scores[i])) {
        throw new IllegalArgumentException("score " + (i + 1) + " is not a number");
      }
    }
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(i -> scores[i]).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    double positives = 0;
    double negatives = 0;
    double above = 0; // pairs in the right order
    double precision = 0;
    for (int from = 0; from < order.length; ) {
      int to = from;
      int hits = 0;
      while (to < order.length && scores[order[to]] == scores[order[from]]) {
        hits += positive[order[to]] ? 1 : 0;
        to++;
      }
      int misses = to - from - hits;
      above += misses * (positives + 0.5 * hits);
      positives += hits;
      negatives += misses;
      precision += hits * positives / (positives + negatives);
      from = to;
    }
    return new Ranking(above / (positives * negatives), precision / positives);
  }
}
