package org.ebbflow.cli.input;

import org.ebbflow.cli.input.DataFile.Summary;

/**
 * Running extremes, mean and sum of squared deviations.
 *
 * <p>Welford's update, and Chan's to join two: the sum of squares minus the square of the sum loses
 * every digit for a column like a year or a time stamp.
 */
final class Moments {
  private long count;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private double mean;
  private double squares;

  void add(double value) {
    count++;
    min = Math.min(min, value);
    max = Math.max(max, value);
    double deviation = value - mean;
    mean += deviation / count;
    squares += deviation * (value - mean);
  }

  /** Joins the numbers of another. */
  void add(Moments other) {
    if (other.count == 0) {
      return;
    }
    long joined = count + other.count;
    double deviation = other.mean - mean;
    squares += other.squares + deviation * deviation * ((double) count * other.count / joined);
    mean += deviation * other.count / joined;
    min = Math.min(min, other.min);
    max = Math.max(max, other.max);
    count = joined;
  }

  boolean isConstant() {
    return min == max;
  }

  Summary summary(String label) {
    return isConstant()
        ? new Summary(label, min, min, max, 0)
        : new Summary(label, min, mean, max, Math.sqrt(squares / count));
  }
}
