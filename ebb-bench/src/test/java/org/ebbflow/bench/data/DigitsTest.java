package org.ebbflow.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Setup;
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
}
