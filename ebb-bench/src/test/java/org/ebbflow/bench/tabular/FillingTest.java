package org.ebbflow.bench.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.junit.jupiter.api.Test;

/** Cells removed at random, and gaps filled by neighbours, against what can be told by hand. */
class FillingTest {
  private static final double NONE = Double.NaN;

  @Test
  void removesTheShareAndKeepsTheRest() {
    Table toy = MixedTable.toy(2_000, 1);
    GappyTable gaps = GappyTable.remove(toy, 0.2, 3);
    for (Column column : toy.columns()) {
      int[] removed = gaps.removed(column.name());
      assertThat(removed.length / 2000.0).isCloseTo(0.2, within(0.04));
      Column left = gaps.gappy().column(column.name());
      assertThat(left.missing()).isEqualTo(removed.length);
      assertThat(left.type()).isEqualTo(column.type());
      for (int row = 0; row < toy.rows(); row++) {
        assertThat(left.isMissing(row) ? column.text(row) : left.text(row))
            .isEqualTo(column.text(row));
      }
    }
    assertThat(GappyTable.remove(toy, 0.2, 3).gappy().fingerprint())
        .isEqualTo(gaps.gappy().fingerprint());
    // Gaps of its own were not removed: nothing is known of them.
    assertThat(GappyTable.remove(gaps.gappy(), 0.2, 3).removed("x")).isEmpty();
  }

  @Test
  void neighboursShareColumnsAndHaveTheValue() {
    Table known =
        Table.of(
            Column.numbers("a", 0, 1, 2, 10, NONE),
            Column.numbers("b", 5, NONE, 7, 9, 8),
            Column.texts("c", "u", "u", "v", "v", "v"));
    NearestNeighbours neighbours = new NearestNeighbours(known, List.of("c"));
    Table rows =
        Table.of(
            Column.numbers("a", 1, NONE),
            Column.numbers("b", NONE, 8),
            Column.texts("c", "u", "v"));
    List<List<Integer>> found = new ArrayList<>();
    neighbours.each(
        rows,
        2,
        (row, column, nearest) -> {
          found.add(List.of(row, column));
          if (row == 0) {
            // Row 1 is nearest and has no b.
            assertThat(nearest).containsExactly(0, 2);
            assertThat(neighbours.mean(column, nearest)).isEqualTo(6);
          } else {
            // Row 4 is the same and has no a.
            assertThat(nearest).containsExactlyInAnyOrder(2, 3);
            assertThat(neighbours.mode(2, nearest)).isEqualTo("v");
          }
        });
    assertThat(found).containsExactly(List.of(0, 1), List.of(1, 0));
    assertThat(neighbours.mode(2, neighbours.all(2))).isEqualTo("v");
  }

  @Test
  void aForestTellsWhatItCan() {
    Table train = MixedTable.toy(600, 1);
    Table test = MixedTable.toy(600, 2);
    assertThat(Forest.train(train, "answer", "yes", 20, 1).test(test).auroc()).isGreaterThan(0.9);
  }
}
