package org.ebbflow.bench.jko;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.ebbflow.bench.toy.PlaneShape;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.MaximumMeanDiscrepancy;

/**
 * Draws from a model against rows it has not seen, at the three published bandwidths: MMD-1 (γ =
 * 1), MMD-m (γ = m, the median distance of the data) and MMD-c (γ = m/10), each with the threshold
 * τ of the two-sample test at level 0.05.
 */
final class SampleQuality {
  private static final double LEVEL = 0.05;

  private SampleQuality() {}

  /**
   * The three by name, each with its τ.
   *
   * @param compared how many rows of both at most
   * @param redraws that τ is found by
   */
  static Map<String, Object> of(Dataset test, Dataset draws, int compared, int redraws, long seed) {
    double[][] data = PlaneShape.rows(first(test, compared));
    double[][] drawn = PlaneShape.rows(first(draws, compared));
    double median = MaximumMeanDiscrepancy.medianDistance(data);
    Map<String, Object> row = new LinkedHashMap<>();
    put(row, "MMD-1", data, drawn, 1, redraws, seed);
    put(row, "MMD-m", data, drawn, median, redraws, seed);
    put(row, "MMD-c", data, drawn, 0.1 * median, redraws, seed);
    return row;
  }

  /** The first n rows, or all. */
  static Dataset first(Dataset data, int n) {
    return data.subset(IntStream.range(0, Math.min(n, data.rows())).toArray());
  }

  private static void put(
      Map<String, Object> row,
      String name,
      double[][] data,
      double[][] drawn,
      double gamma,
      int redraws,
      long seed) {
    MaximumMeanDiscrepancy.Test test =
        MaximumMeanDiscrepancy.test(data, drawn, gamma, LEVEL, redraws, seed);
    row.put(name, test.squared());
    row.put("τ of " + name, test.threshold());
  }
}
