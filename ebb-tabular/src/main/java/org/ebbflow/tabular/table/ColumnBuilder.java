package org.ebbflow.tabular.table;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ebbflow.data.DataException;

/** Collects a column's values from a result set. */
final class ColumnBuilder {
  private static final int FIRST_ROOM = 1024;
  private static final int LARGEST_ROOM = Integer.MAX_VALUE - 8;

  private final TableSource.Field field;
  private final int index;
  private final Map<String, Integer> known = new HashMap<>();
  private final List<String> dictionary = new ArrayList<>();
  private double[] numbers = new double[0];
  private int[] codes = new int[0];
  private int rows;

  /**
   * @param index in the result, from 1
   */
  ColumnBuilder(TableSource.Field field, int index) {
    this.field = field;
    this.index = index;
  }

  /** Adds the value of the row that the result is at. */
  void add(ResultSet result, long row) throws SQLException {
    if (field.type() == ColumnType.TEXT) {
      String text = result.getString(index);
      if (rows == codes.length) {
        codes = Arrays.copyOf(codes, room(rows));
      }
      codes[rows++] = text == null ? -1 : code(text);
      return;
    }
    if (rows == numbers.length) {
      numbers = Arrays.copyOf(numbers, room(rows));
    }
    numbers[rows++] = number(result, row);
  }

  private double number(ResultSet result, long row) throws SQLException {
    switch (field.type()) {
      case NUMBER -> {
        double value = result.getDouble(index);
        return value == 0 && result.wasNull() ? Double.NaN : value;
      }
      case BOOLEAN -> {
        boolean value = result.getBoolean(index);
        return value ? 1 : result.wasNull() ? Double.NaN : 0;
      }
      default -> {
        long value = result.getLong(index);
        if (value == 0 && result.wasNull()) {
          return Double.NaN;
        }
        if (field.type() == ColumnType.TIMESTAMP) {
          return value / 1e6;
        }
        if (Math.abs(value) > (1L << 53) || value == Long.MIN_VALUE) {
          throw new DataException(
              "column '%s', row %d: %d has more digits than a double keeps"
                  .formatted(field.name(), row + 1, value),
              "read the column as text, as the command line does by --query 'select * replace"
                  + " (cast(\"%1$s\" as varchar) as \"%1$s\") from data'".formatted(field.name()));
        }
        return value;
      }
    }
  }

  private int code(String text) {
    Integer next = dictionary.size();
    Integer code = known.putIfAbsent(text, next);
    if (code == null) {
      dictionary.add(text);
      return next;
    }
    return code;
  }

  private static int room(int rows) {
    if (rows == LARGEST_ROOM) {
      throw new DataException("a table of more than 2^31 rows", "read it in pieces");
    }
    return (int) Math.min(LARGEST_ROOM, Math.max(FIRST_ROOM, rows * 3L / 2));
  }

  /** The column so far; the next value begins another one. */
  Column take() {
    Column column;
    if (field.type() == ColumnType.TEXT) {
      column = Column.owning(field.name(), Arrays.copyOf(codes, rows), List.copyOf(dictionary));
      known.clear();
      dictionary.clear();
    } else {
      column = Column.owning(field.name(), field.type(), Arrays.copyOf(numbers, rows));
    }
    rows = 0;
    return column;
  }
}
