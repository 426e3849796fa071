package org.ebbflow.tabular;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** What a model says of a table's rows. Immutable. */
public final class Scores {
  private final double[] logDensities;
  private final double[] byDensity;
  private final double[] byMargins;
  private final double[] strangeness;
  private final double[] pValues;

  /**
   * @param all log-densities by the model, and by the floor if there is one
   * @param marginalTails of the same rows
   */
  Scores(double[][] all, double[] marginalTails, Calibration calibration) {
    this.logDensities = all[0];
    this.byDensity = calibration.ofDensities(all);
    this.byMargins = calibration.ofMargins(marginalTails);
    this.strangeness = Calibration.sum(byDensity, byMargins);
    this.pValues = calibration.pValues(strangeness);
  }

  /**
   * {@code log p(row)} in nats, in the table's own units: a density in its continuous columns, a
   * probability in the others; copied.
   */
  public double[] logDensities() {
    return logDensities.clone();
  }

  /**
   * How strange rows are, by density and margins together, see {@link Calibration}: the sum of
   * both, to rank rows by, the strangest highest; copied.
   */
  public double[] strangeness() {
    return strangeness.clone();
  }

  /**
   * How strange rows are by density: minus the logarithm of the share of held-out rows that are
   * less likely; copied.
   */
  public double[] strangenessByDensity() {
    return byDensity.clone();
  }

  /**
   * How strange rows are by their single values: minus the logarithm of the share of held-out rows
   * whose values are further out, taken together; copied.
   */
  public double[] strangenessByMargins() {
    return byMargins.clone();
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
