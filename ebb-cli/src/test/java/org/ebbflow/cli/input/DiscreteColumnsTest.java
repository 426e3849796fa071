package org.ebbflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.ebbflow.data.Dataset;
import org.junit.jupiter.api.Test;

class DiscreteColumnsTest {
  @Test
  void few_whole_numbers_are_found_and_many_or_broken_ones_are_not() {
    Random random = new Random(3);
    double[][] rows = new double[400][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {random.nextInt(4), random.nextGaussian(), i, random.nextInt(4) + 0.5};
    }
    Dataset data = Dataset.of(rows).withColumnNames(List.of("kind", "level", "id", "half"));
    assertThat(DiscreteColumns.of(data)).singleElement().asString().contains("kind");
  }

  @Test
  void bytes_are_dequantised_and_need_no_warning() {
    assertThat(DiscreteColumns.of(Dataset.ofBytes(new byte[400], 200, 2))).isEmpty();
  }
}
