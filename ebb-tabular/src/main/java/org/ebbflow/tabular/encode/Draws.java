package org.ebbflow.tabular.encode;

import java.util.List;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;

/** Uniform numbers, one for each row, for values of a column that are intervals. */
@FunctionalInterface
public interface Draws {
  /**
   * A number between 0 and 1, neither of them.
   *
   * @param row index in the whole table
   */
  double uniform(long row);

  /** Numbers that depend on nothing but a seed, a row's index and the column's. */
  static Draws byIndex(long seed, int column) {
    return row -> unit(mix(mix(mix(seed) + row) + column));
  }

  /**
   * The {@code k}-th of {@code n} numbers for each row that depend on nothing but what is in the
   * row: equal rows have equal ones, wherever they are. Of a row's n numbers each n-th part of [0,
   * 1] has one, in an order that changes from column to column (a Latin hypercube).
   *
   * @param contents of the rows, see {@link #contents}
   * @param firstRow index of the first of them in the whole table
   * @param n a power of two
   */
  static Draws byContent(long[] contents, long firstRow, int column, int k, int n) {
    return row -> {
      long order = mix(contents[Math.toIntExact(row - firstRow)] + column);
      long part = (k * (order | 1) + (order >>> 32)) & (n - 1); // an odd factor permutes
      return (part + unit(mix(order + k))) / n;
    };
  }

  /** What is in each row of some columns, as numbers that differ as good as always if rows do. */
  static long[] contents(List<Column> columns) {
    long[] contents = new long[columns.get(0).rows()];
    for (Column column : columns) {
      boolean texts = column.type() == ColumnType.TEXT;
      long[] ofTexts =
          texts ? column.dictionary().stream().mapToLong(Draws::content).toArray() : new long[0];
      for (int row = 0; row < contents.length; row++) {
        long value;
        if (column.isMissing(row)) {
          value = 0;
        } else if (texts) {
          value = ofTexts[column.code(row)];
        } else {
          value = Double.doubleToLongBits(column.number(row) + 0.0); // −0 is 0
        }
        contents[row] = mix(contents[row] + mix(value));
      }
    }
    return contents;
  }

  private static long content(String text) {
    return text.chars().asLongStream().reduce(text.length(), (sum, c) -> mix(sum + c));
  }

  private static double unit(long bits) {
    return ((bits >>> 11) + 0.5) * 0x1p-53;
  }

  // Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators: the mixing function
  // with Stafford's constants, after a step by the golden ratio.
  private static long mix(long x) {
    long z = x + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
