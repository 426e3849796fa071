package org.ebbflow.bench.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableSource;
import org.ebbflow.tabular.table.TableWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables made fit for densities: gaps, grids, parts and units. */
class ContinuousTableTest {
  private static final int ROWS = 400;

  @TempDir Path temp;

  /** Halves, a column without repeats, whole numbers with one gap, and texts. */
  private static Table table(long seed) {
    Random random = new Random(seed);
    double[] halves = new double[ROWS];
    double[] smooth = new double[ROWS];
    double[] whole = new double[ROWS];
    String[] texts = new String[ROWS];
    for (int i = 0; i < ROWS; i++) {
      halves[i] = i % 6 / 2.0;
      smooth[i] = random.nextGaussian();
      whole[i] = random.nextInt(50);
      texts[i] = "word " + i % 7;
    }
    whole[3] = Double.NaN;
    return Table.of(
        Column.numbers("halves", halves),
        Column.numbers("smooth", smooth),
        Column.integers("whole", whole),
        Column.texts("text", texts));
  }

  @Test
  void dropsTextsAndGapsAndSplits() {
    ContinuousTable table = ContinuousTable.of(table(1), 1);
    assertThat(table.train().names()).containsExactly("halves", "smooth", "whole");
    assertThat(table.validation().rows()).isEqualTo(39);
    assertThat(table.test().rows()).isEqualTo(39);
    assertThat(table.train().rows()).isEqualTo(ROWS - 1 - 78);
    assertThat(table.schema().modelled()).hasSize(3);
  }

  @Test
  void standardisesByTheTrainingRows() {
    ContinuousTable table = ContinuousTable.of(table(1), 1);
    for (Column column : table.train().columns()) {
      double[] values = column.numbers();
      assertThat(Arrays.stream(values).average().orElseThrow()).isCloseTo(0, within(1e-6));
      assertThat(Arrays.stream(values).map(x -> x * x).average().orElseThrow())
          .isCloseTo(1, within(1e-6));
    }
    assertThat(ContinuousTable.of(table(1), 1).test().fingerprint())
        .isEqualTo(table.test().fingerprint())
        .isNotEqualTo(ContinuousTable.of(table(1), 2).test().fingerprint());
  }

  @Test
  void noiseIsAsWideAsTheGridAndOnlyWhereValuesRepeat() {
    // In units of a deviation: 0.5 of uniform halves on 0..2.5 and noise on top.
    double[] halves = ContinuousTable.of(table(1), 1).train().column("halves").numbers();
    Arrays.sort(halves);
    double deviation = Math.sqrt((35.0 / 12 + 1.0 / 12) / 4);
    double range = 3 / deviation;
    assertThat(halves[halves.length - 1] - halves[0]).isBetween(0.95 * range, 1.05 * range);
    assertThat(Arrays.stream(halves).distinct().count()).isGreaterThan(300);
    double largest = 0;
    for (int i = 1; i < halves.length; i++) {
      largest = Math.max(largest, halves[i] - halves[i - 1]);
    }
    assertThat(largest).isLessThan(0.25 / deviation);
  }

  @Test
  void valuesThatDoNotRepeatAreMovedAndScaledOnly() {
    double[] before = table(1).column("smooth").numbers();
    ContinuousTable table = ContinuousTable.of(table(1).select(List.of("smooth")), 1);
    double[] after =
        Stream.of(table.train(), table.validation(), table.test())
            .flatMapToDouble(part -> Arrays.stream(part.column("smooth").numbers()))
            .sorted()
            .toArray();
    Arrays.sort(before);
    double scale = (after[ROWS - 1] - after[0]) / (before[ROWS - 1] - before[0]);
    for (int i = 0; i < ROWS; i++) {
      assertThat(after[i]).isCloseTo(after[0] + scale * (before[i] - before[0]), within(1e-5));
    }
  }

  @Test
  void readsOneFileOrTwoAndWritesWhatReadsBackEqual() {
    Path first = temp.resolve("first.csv");
    Path second = temp.resolve("second.csv");
    TableWriter.write(first, table(1));
    TableWriter.write(second, table(2));
    ContinuousTable two = ContinuousTable.read(first, second, 1);
    assertThat(two.test().rows()).isEqualTo(ROWS - 1);
    assertThat(two.validation().rows()).isEqualTo((ROWS - 1) / 10);
    assertThat(two.train().rows() + two.validation().rows()).isEqualTo(ROWS - 1);

    ContinuousTable some =
        ContinuousTable.read(first, List.of("smooth", "whole"), List.of(), 100, 1);
    assertThat(some.train().names()).containsExactly("smooth", "whole");
    assertThat(some.train().rows()).isEqualTo(80);
    assertThat(ContinuousTable.read(first, List.of(), List.of("halves"), 100, 1).train().names())
        .containsExactly("smooth", "whole");

    two.write(temp);
    try (TableSource source = TableSource.open(temp.resolve("train.csv"))) {
      assertThat(source.readAll().fingerprint()).isEqualTo(two.train().fingerprint());
    }
    assertThatThrownBy(() -> ContinuousTable.read(temp.resolve("none.csv"), first, 1))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("--data");
  }
}
