package org.ebbflow.tabular;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** What a model says of a table's rows. Immutable. */
public final class Scores {
  private final double[] logDensities;
  private final double[] strangeness;
  private final double[] pValues;

  Scores(double[] logDensities, double[] strangeness, double[] pValues) {
    this.logDensities = logDensities;
    this.strangeness = strangeness;
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
   * How strange rows are, by density and margins together, see {@link Calibration}: to rank rows
   * by, the strangest highest; copied.
   */
  public double[] strangeness() {
    return strangeness.clone();
  }

  /**
   * The share of held-out rows that are as strange: the smaller, the stranger. Among rows like
   * these it is uniform; below the smallest share that their number can tell it is extrapolated;
   * copied.
   */
  public double[] pValues() {
    return pValues.clone();
  }

  /** The rows whose p-value is at most {@code level}, the strangest first. */
  public int[] flagged(double level) {
    return IntStream.range(0, pValues.length)
        .filter(row -> pValues[row] <= level)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer row) -> strangeness[row]).reversed())
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @Override
  public String toString() {
    return "Scores[%d rows, mean %.4g nats]"
        .formatted(logDensities.length, Arrays.stream(logDensities).average().orElse(Double.NaN));
  }
}
