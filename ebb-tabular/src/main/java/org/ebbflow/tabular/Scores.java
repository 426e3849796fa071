package org.ebbflow.tabular;

import java.util.Arrays;

/** What a model says of a table's rows. Immutable. */
public final class Scores {
  private final double[] logDensities;
  private final double[] pValues;

  Scores(double[] logDensities, double[] pValues) {
    this.logDensities = logDensities;
    this.pValues = pValues;
  }

  /**
   * {@code log p(row)} in nats, in the table's own units: a density in its continuous columns, a
   * probability in the others; copied.
   */
  public double[] logDensities() {
    return logDensities.clone();
  }

  /**
   * The share of ordinary rows that are as unlikely, {@code (1 + #{held-out rows with log p ≤
   * own})/(1 + #held-out rows)}: the smaller, the stranger. Among ordinary rows it is uniform;
   * copied.
   */
  public double[] pValues() {
    return pValues.clone();
  }

  /** The rows whose p-value is at most {@code level}, the strangest first. */
  public int[] flagged(double level) {
    return java.util.stream.IntStream.range(0, pValues.length)
        .filter(row -> pValues[row] <= level)
        .boxed()
        .sorted(java.util.Comparator.comparingDouble(row -> logDensities[row]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @Override
  public String toString() {
    return "Scores["
        + logDensities.length
        + " rows, mean "
        + Arrays.stream(logDensities).average().orElse(Double.NaN)
        + " nats]";
  }
}
