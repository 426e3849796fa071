package org.ebbflow.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.io.StoredTensor;
import org.junit.jupiter.api.Test;

class MaximumMeanDiscrepancyTest {

  @Test
  void agrees_with_published_numbers() {
    String folder = System.getProperty("ebb.oracles", "src/test/resources/oracles");
    SafeTensors file = SafeTensors.read(Path.of(folder, "mmd.safetensors"));
    double[][] x = rows(file, "x");
    double[][] y = rows(file, "y");
    double[] alphas = file.tensors().get("alphas").doubles();
    double[] expected = file.tensors().get("mmd2").doubles();
    for (int i = 0; i < alphas.length; i++) {
      double gamma = Math.sqrt(0.5 / alphas[i]); // exp(−α·d²) = exp(−d²/(2γ²))
      assertThat(MaximumMeanDiscrepancy.squared(x, y, gamma)).isCloseTo(expected[i], within(1e-6));
      assertThat(MaximumMeanDiscrepancy.test(x, y, gamma, 0.05, 10, 1).squared())
          .isCloseTo(expected[i], within(1e-6));
    }
    double median = file.tensors().get("median_pairwise_x").doubles()[0];
    assertThat(MaximumMeanDiscrepancy.medianDistance(x)).isCloseTo(median, within(1e-6 * median));
  }

  @Test
  void threshold_is_passed_by_unequal_distributions_and_seldom_by_equal_ones() {
    int above = 0;
    for (int trial = 0; trial < 40; trial++) {
      MaximumMeanDiscrepancy.Test equal =
          MaximumMeanDiscrepancy.test(
              normal(100, 0, 2 * trial), normal(120, 0, 2 * trial + 1), 1, 0.05, 100, trial);
      above += equal.squared() > equal.threshold() ? 1 : 0;
    }
    assertThat(above).isBetween(0, 7); // 2 expected of 40
    MaximumMeanDiscrepancy.Test unequal =
        MaximumMeanDiscrepancy.test(normal(100, 0, 1), normal(120, 1, 2), 1, 0.05, 100, 1);
    assertThat(unequal.squared()).isGreaterThan(2 * unequal.threshold());
  }

  private static double[][] normal(int n, double mean, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] rows = new double[n][2];
    for (double[] row : rows) {
      Arrays.setAll(row, i -> mean + random.nextGaussian());
    }
    return rows;
  }

  private static double[][] rows(SafeTensors file, String name) {
    StoredTensor stored = file.tensors().get(name);
    double[] values = stored.doubles();
    int n = Math.toIntExact(stored.shape()[0]);
    double[][] rows = new double[n][];
    Arrays.setAll(
        rows, i -> Arrays.copyOfRange(values, i * values.length / n, (i + 1) * values.length / n));
    return rows;
  }
}
