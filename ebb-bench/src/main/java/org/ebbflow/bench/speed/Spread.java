package org.ebbflow.bench.speed;

import java.util.Arrays;
import java.util.Collection;

/**
 * Repeated measurements in three numbers.
 *
 * @param least of them
 * @param median the middle one, or the mean of the two
 * @param most of them
 */
public record Spread(double least, double median, double most) {

  /** Of one measurement or more. */
  public static Spread of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(sorted[0], median, sorted[sorted.length - 1]);
  }

  /** Of one measurement or more. */
  public static Spread of(Collection<Double> values) {
    return of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
