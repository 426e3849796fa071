package org.ebbflow.tabular.select;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.ebbflow.data.Dataset;
import org.junit.jupiter.api.Test;

class TrimmingTest {
  @Test
  void leavesOutWhatIsFarFromTheOthers() {
    Random random = new Random(1);
    int outliers = 40;
    double[][] rows = new double[600][2];
    for (int i = 0; i < rows.length; i++) {
      double a = random.nextGaussian();
      rows[i][0] = a;
      // Each coordinate is ordinary by itself.
      rows[i][1] = (i < outliers ? -1 : 1) * a + 0.1 * random.nextGaussian();
      if (i < outliers && Math.abs(a) < 0.5) {
        rows[i][0] += 2;
      }
    }
    int[] kept = Trimming.kept(Dataset.of(rows), 0.1);
    assertThat(kept).hasSize(540).isSorted().doesNotHaveDuplicates();
    assertThat(IntStream.of(kept)).allMatch(row -> row >= outliers);
  }

  @Test
  void columnsWithoutSpreadDoNotMatter() {
    double[][] rows =
        IntStream.range(0, 50).mapToObj(i -> new double[] {i % 7, 3}).toArray(double[][]::new);
    assertThat(Trimming.kept(Dataset.of(rows), 0.2)).hasSize(40).isSorted();
  }
}
