package org.ebbflow.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.sample.Langevin;
import org.ebbflow.sample.Mask;
import org.junit.jupiter.api.Test;

/** What is filled in depends on what is given, and on nothing that is hidden. */
class InpainterTest {
  private static final int ROWS = 5;
  private static final int COLUMNS = 8;
  private static final Langevin CHAIN = new Langevin(0.1, 20);

  private static byte[] bytes() {
    byte[] values = new byte[ROWS * COLUMNS];
    new Random(1).nextBytes(values);
    return values;
  }

  @Test
  void hiddenBytesTellNothing() {
    byte[] values = bytes();
    Dataset first = Dataset.ofBytes(values, ROWS, COLUMNS);
    Mask mask = Mask.named("random:0.5", null, 3);
    byte[] other = values.clone();
    for (int row = 0; row < ROWS; row++) {
      boolean[] hidden = mask.row(row, COLUMNS);
      for (int j = 0; j < COLUMNS; j++) {
        other[row * COLUMNS + j] = (byte) (other[row * COLUMNS + j] + (hidden[j] ? 77 : 0));
      }
    }
    DataShape shape = DataShape.of(first);
    DensityModel model = DensityModel.fresh(RunConfig.defaults("ebflow-fc", "ssm", shape), shape);
    Inpainter inpainter = new Inpainter(model, CHAIN);
    Dataset filled = inpainter.fill(first, mask, 1, share -> {}).rows();
    Dataset again =
        inpainter.fill(Dataset.ofBytes(other, ROWS, COLUMNS), mask, 1, share -> {}).rows();
    for (int row = 0; row < ROWS; row++) {
      boolean[] hidden = mask.row(row, COLUMNS);
      for (int j = 0; j < COLUMNS; j++) {
        assertThat(again.value(row, j)).isEqualTo(filled.value(row, j));
        if (!hidden[j]) {
          assertThat(filled.value(row, j)).isEqualTo(first.value(row, j));
        }
      }
    }
  }

  @Test
  void mixedColumnsAreRefused() {
    Dataset data = Dataset.of(new double[][] {{1, 2}, {3, 4}});
    DataShape shape = DataShape.of(data);
    DensityModel whitened = DensityModel.fresh(RunConfig.defaults("cnf", "fm", shape), shape);
    assertThat(whitened.preprocessing().mixesColumns()).isTrue();
    assertThatThrownBy(
            () ->
                new Inpainter(whitened, CHAIN)
                    .fill(data, Mask.of(Dataset.of(new double[][] {{0, 1}}), data), 1, share -> {}))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("mixes columns");
  }
}
