package org.ebbflow.tabular.schema;

import java.util.Arrays;
import org.ebbflow.data.DataException;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.jspecify.annotations.Nullable;

/** A column read with another type than the schema has, where its values allow that. */
final class Conversion {
  private Conversion() {}

  /**
   * @param firstRow index in the whole table of the first value, for messages
   * @throws DataException naming column, row and value of the first that does not fit
   */
  static Column convert(Column column, ColumnSpec spec, long firstRow) {
    ColumnType wanted = spec.type();
    if (column.type() == wanted) {
      return column;
    }
    if (wanted == ColumnType.TEXT) {
      @Nullable String[] texts = new String[column.rows()];
      for (int row = 0; row < texts.length; row++) {
        texts[row] = column.text(row);
      }
      return Column.texts(column.name(), texts);
    }
    double[] values =
        column.type() == ColumnType.TEXT ? parsed(column, wanted) : numbers(column, wanted);
    for (int row = 0; row < values.length; row++) {
      boolean absent = column.isMissing(row);
      if (!absent && !fits(values[row], wanted)) {
        throw new DataException(
            "column '%s', row %d: '%s' is %s, and the schema has %s there"
                .formatted(
                    column.name(),
                    firstRow + row + 1,
                    column.text(row),
                    words(column.type()),
                    words(wanted)),
            "correct the value or give the column that the model was fitted to");
      }
    }
    return switch (wanted) {
      case INTEGER -> Column.integers(column.name(), values);
      case BOOLEAN -> Column.booleans(column.name(), values);
      case TIMESTAMP -> Column.timestamps(column.name(), values);
      default -> Column.numbers(column.name(), values);
    };
  }

  private static boolean fits(double value, ColumnType wanted) {
    return switch (wanted) {
      case INTEGER -> Math.rint(value) == value && Math.abs(value) <= 0x1p53;
      case BOOLEAN -> value == 0 || value == 1;
      default -> !Double.isNaN(value);
    };
  }

  // Times are no numbers and numbers are no times: NaN, which does not fit.
  private static double[] numbers(Column column, ColumnType wanted) {
    double[] values = column.numbers();
    if (column.type() == ColumnType.TIMESTAMP || wanted == ColumnType.TIMESTAMP) {
      Arrays.fill(values, Double.NaN);
    }
    return values;
  }

  private static double[] parsed(Column column, ColumnType wanted) {
    double[] ofCode =
        column.dictionary().stream().mapToDouble(text -> parse(text, wanted)).toArray();
    double[] values = new double[column.rows()];
    for (int row = 0; row < values.length; row++) {
      values[row] = column.isMissing(row) ? Double.NaN : ofCode[column.code(row)];
    }
    return values;
  }

  private static double parse(String text, ColumnType wanted) {
    if (wanted == ColumnType.TIMESTAMP) {
      Double seconds = IsoTime.seconds(text);
      return seconds == null ? Double.NaN : seconds;
    }
    if (wanted == ColumnType.BOOLEAN && text.equalsIgnoreCase("true")) {
      return 1;
    }
    if (wanted == ColumnType.BOOLEAN && text.equalsIgnoreCase("false")) {
      return 0;
    }
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static String words(ColumnType type) {
    return switch (type) {
      case NUMBER -> "a number";
      case INTEGER -> "a whole number";
      case BOOLEAN -> "a truth value";
      case TEXT -> "a text";
      case TIMESTAMP -> "a time";
    };
  }
}
