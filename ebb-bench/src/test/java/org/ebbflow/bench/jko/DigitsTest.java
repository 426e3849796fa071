package org.ebbflow.bench.jko;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.tabular.GaussianMixture;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.FrechetDistance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsTest {
  @TempDir Path folder;

  @Test
  void imagesKeepTheirLabels() {
    Digits digits = Digits.load(new Setup(true, folder, 1, 1, 0));
    assertThat(digits.rows().train().rows()).isEqualTo(600);
    assertThat(digits.rows().validation().rows()).isEqualTo(100);
    assertThat(digits.test().rows()).isEqualTo(100);
    // The bundled images begin with 7 2 1 0 4 1 4 9 5 9, as in every copy of them.
    int[] labels = Digits.labels(digits.rows().train().condition().orElseThrow());
    assertThat(Arrays.copyOf(labels, 10)).containsExactly(7, 2, 1, 0, 4, 1, 4, 9, 5, 9);
    assertThat(Digits.labels(Digits.oneHot(labels))).isEqualTo(labels);
  }

  @Test
  void missingFilesAreNamed() {
    Setup setup = new Setup(false, folder, 1, 1, 0);
    assertThatThrownBy(() -> Digits.load(setup))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("train-images-idx3-ubyte.gz")
        .hasMessageContaining("ebb data fetch mnist");
  }

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
