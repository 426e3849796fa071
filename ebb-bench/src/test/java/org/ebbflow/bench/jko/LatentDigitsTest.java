package org.ebbflow.bench.jko;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.ebbflow.bench.tabular.GaussianMixture;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.FrechetDistance;
import org.junit.jupiter.api.Test;

final class LatentDigitsTest {

  @Test
  void drawsOfAMixtureHaveItsMoments() {
    Random random = new Random(1);
    double[][] rows = new double[4_000][];
    for (int i = 0; i < rows.length; i++) {
      double x = random.nextGaussian() + (i % 4 == 0 ? 6 : 0);
      rows[i] = new double[] {x, 0.5 * x + random.nextGaussian()};
    }
    Dataset data = Dataset.of(rows);
    for (int components : new int[] {1, 2}) {
      GaussianMixture mixture = GaussianMixture.fit(data, components, 40, 1);
      double[][] drawn = LatentDigits.arrays(mixture.sample(20_000, 2));
      assertThat(FrechetDistance.squared(rows, drawn)).isCloseTo(0, within(0.02));
    }
  }
}
