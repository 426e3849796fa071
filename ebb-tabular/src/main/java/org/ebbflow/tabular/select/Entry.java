package org.ebbflow.tabular.select;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What came of a candidate.
 *
 * @param name of the candidate
 * @param validationNll mean negative log-density of the held-out rows in nats, in the table's own
 *     units; NaN if it failed
 * @param steps of its training
 * @param seconds of its training
 * @param parameters how many numbers it trains
 * @param note why it failed, or empty
 */
public record Entry(
    String name, double validationNll, long steps, double seconds, long parameters, String note) {

  /** The one with the best validation, of those that could be trained. */
  public static Optional<Entry> best(List<Entry> entries) {
    return entries.stream()
        .filter(entry -> Double.isFinite(entry.validationNll))
        .min(Comparator.comparingDouble(Entry::validationNll));
  }

  /** A candidate that could not be trained. */
  static Entry failed(String name, String why) {
    return new Entry(name, Double.NaN, 0, 0, 0, why);
  }
}
