package org.ebbflow.bench.tabular;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;
import org.jspecify.annotations.Nullable;

/**
 * A table and what is left of it when cells are removed completely at random.
 *
 * @param whole the table, which may have gaps of its own
 * @param gappy the same rows and columns with more gaps
 */
record GappyTable(Table whole, Table gappy) {

  /**
   * Removes a share of the cells, each with the same probability whatever it and others hold.
   *
   * @param share in (0, 1)
   */
  static GappyTable remove(Table whole, double share, long seed) {
    Random random = new Random(seed);
    List<Column> columns = new ArrayList<>();
    for (Column column : whole.columns()) {
      boolean[] gone = new boolean[whole.rows()];
      for (int row = 0; row < gone.length; row++) {
        gone[row] = random.nextDouble() < share;
      }
      columns.add(without(column, gone));
    }
    return new GappyTable(whole, Table.of(columns));
  }

  private static Column without(Column column, boolean[] gone) {
    if (column.type() == ColumnType.TEXT) {
      @Nullable String[] texts = new String[gone.length];
      for (int row = 0; row < gone.length; row++) {
        texts[row] = gone[row] ? null : column.text(row);
      }
      return Column.texts(column.name(), texts);
    }
    double[] numbers = column.numbers();
    for (int row = 0; row < gone.length; row++) {
      numbers[row] = gone[row] ? Double.NaN : numbers[row];
    }
    return switch (column.type()) {
      case INTEGER -> Column.integers(column.name(), numbers);
      case BOOLEAN -> Column.booleans(column.name(), numbers);
      case TIMESTAMP -> Column.timestamps(column.name(), numbers);
      default -> Column.numbers(column.name(), numbers);
    };
  }

  /** Some rows of both, drawn without replacement, in the table's order; all if there are fewer. */
  GappyTable drawn(int most, long seed) {
    int[] chosen = MixedTable.drawn(whole.rows(), most, seed);
    return new GappyTable(whole.select(chosen), gappy.select(chosen));
  }

  /** The rows of a column that were removed. */
  int[] removed(String column) {
    Column before = whole.column(column);
    Column after = gappy.column(column);
    return IntStream.range(0, whole.rows())
        .filter(row -> !before.isMissing(row) && after.isMissing(row))
        .toArray();
  }
}
