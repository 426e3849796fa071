package org.ebbflow.tabular.conditional;

import java.util.Comparator;
import java.util.stream.Stream;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.Interval;
import org.ebbflow.tabular.table.Column;

/**
 * The values between two quantiles of a conditional distribution.
 *
 * <p>Where the values at its ends have a probability of their own, no interval of values need hold
 * the level exactly. Of those that have or leave out these two values the one is taken whose
 * probability is nearest to the level, so that coverage is right on average over many intervals;
 * one that always held the level at least would hold more by half of what its ends hold.
 *
 * @param scores between the quantiles, cutting through the values at its ends
 * @param lower a score of the least value
 * @param upper a score of the greatest value
 * @param probability of the values from the least to the greatest
 */
record CentralInterval(Interval scores, double lower, double upper, double probability) {

  /** An end: a score of the value that it is at, and the probability that it leaves out. */
  private record End(double score, double out) {}

  /**
   * The interval of central values whose probability is nearest to {@code level}.
   *
   * @param p probabilities of the grid's cells
   * @param level in (0, 1)
   */
  static CentralInterval nearest(ColumnEncoder encoder, ColumnGrid grid, double[] p, double level) {
    double tail = (1 - level) / 2;
    Interval scores = new Interval(grid.quantile(p, tail), grid.quantile(p, 1 - tail));
    Column ends = encoder.decode(new double[] {scores.lower(), scores.upper()});
    Interval first = encoder.interval(ends, 0);
    Interval last = encoder.interval(ends, 1);
    End at = new End(scores.lower(), first.isPoint() ? tail : grid.below(p, first.lower()));
    End to = new End(scores.upper(), last.isPoint() ? tail : 1 - grid.below(p, last.upper()));
    End after = first.isPoint() ? at : new End(first.upper(), grid.below(p, first.upper()));
    End before =
        last.isPoint() ? to : new End(Math.nextDown(last.lower()), 1 - grid.below(p, last.lower()));
    return Stream.of(
            between(scores, at, to),
            between(scores, after, to),
            between(scores, at, before),
            between(scores, after, before))
        .filter(interval -> interval.lower <= interval.upper)
        .min(Comparator.comparingDouble(interval -> Math.abs(interval.probability - level)))
        .orElseThrow();
  }

  private static CentralInterval between(Interval scores, End from, End to) {
    return new CentralInterval(scores, from.score, to.score, 1 - (from.out + to.out));
  }
}
