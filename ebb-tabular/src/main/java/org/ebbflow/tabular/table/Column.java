package org.ebbflow.tabular.table;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ebbflow.data.DataException;
import org.jspecify.annotations.Nullable;

/**
 * A named column of values, some of which may be missing. Never changes; safe for several threads.
 *
 * <p>Numbers of every type are doubles, NaN where missing: booleans 1 and 0, points in time seconds
 * since 1970-01-01T00:00Z with microseconds. Texts are codes into a dictionary, −1 where missing.
 * Row indices count from 0.
 */
public final class Column {
  /** The largest whole number up to which all are doubles. */
  static final double LARGEST_WHOLE = 9007199254740992.0;

  private final String name;
  private final ColumnType type;
  private final double[] numbers;
  private final int[] codes;
  private final List<String> dictionary;

  private Column(
      String name, ColumnType type, double[] numbers, int[] codes, List<String> dictionary) {
    if (name.isBlank()) {
      throw new DataException("a column without a name", "name every column");
    }
    this.name = name;
    this.type = type;
    this.numbers = numbers;
    this.codes = codes;
    this.dictionary = dictionary;
  }

  /** Takes over arrays that nobody else will change. */
  static Column owning(String name, ColumnType type, double[] numbers) {
    return new Column(name, type, numbers, new int[0], List.of());
  }

  /** Takes over codes and a dictionary that nobody else will change. */
  static Column owning(String name, int[] codes, List<String> dictionary) {
    return new Column(name, ColumnType.TEXT, new double[0], codes, dictionary);
  }

  /**
   * Real numbers.
   *
   * @param values copied; NaN is missing
   */
  public static Column numbers(String name, double... values) {
    return owning(name, ColumnType.NUMBER, values.clone());
  }

  /**
   * Whole numbers.
   *
   * @param values copied; NaN is missing
   * @throws DataException if a value is not whole or above 2^53 in size
   */
  public static Column integers(String name, double... values) {
    for (int row = 0; row < values.length; row++) {
      double value = values[row];
      if (!Double.isNaN(value) && (Math.rint(value) != value || Math.abs(value) > LARGEST_WHOLE)) {
        throw new DataException(
            "column '%s', row index %d: %s is not a whole number up to 2^53"
                .formatted(name, row, value),
            "make it a column of numbers");
      }
    }
    return owning(name, ColumnType.INTEGER, values.clone());
  }

  /**
   * Truth values.
   *
   * @param values copied; 1 is true, 0 false, NaN missing
   * @throws DataException if there is another value
   */
  public static Column booleans(String name, double... values) {
    for (int row = 0; row < values.length; row++) {
      if (values[row] != 0 && values[row] != 1 && !Double.isNaN(values[row])) {
        throw new DataException(
            "column '%s', row index %d: %s is not a truth value".formatted(name, row, values[row]),
            "give 0, 1 or NaN");
      }
    }
    return owning(name, ColumnType.BOOLEAN, values.clone());
  }

  /**
   * Points in time.
   *
   * @param seconds since 1970-01-01T00:00Z, copied; NaN is missing
   */
  public static Column timestamps(String name, double... seconds) {
    return owning(name, ColumnType.TIMESTAMP, seconds.clone());
  }

  /**
   * Texts.
   *
   * @param values null is missing; the empty text is not
   */
  public static Column texts(String name, @Nullable String... values) {
    Map<String, Integer> known = new HashMap<>();
    List<String> dictionary = new ArrayList<>();
    int[] codes = new int[values.length];
    for (int row = 0; row < codes.length; row++) {
      String value = values[row];
      if (value == null) {
        codes[row] = -1;
        continue;
      }
      Integer code = known.putIfAbsent(value, dictionary.size());
      if (code == null) {
        codes[row] = dictionary.size();
        dictionary.add(value);
      } else {
        codes[row] = code;
      }
    }
    return owning(name, codes, List.copyOf(dictionary));
  }

  /**
   * Texts by their codes.
   *
   * @param codes indices into the dictionary, −1 for missing; copied
   * @param dictionary copied; may hold texts that no row has
   * @throws DataException if a code has no text
   */
  public static Column coded(String name, int[] codes, List<String> dictionary) {
    for (int row = 0; row < codes.length; row++) {
      if (codes[row] < -1 || codes[row] >= dictionary.size()) {
        throw new DataException(
            "column '%s', row index %d: there is no text for code %d"
                .formatted(name, row, codes[row]),
            "use -1 to " + (dictionary.size() - 1));
      }
    }
    return owning(name, codes.clone(), List.copyOf(dictionary));
  }

  /**
   * Columns one below the other, with the name of the first.
   *
   * @param parts at least one
   * @throws DataException if types differ
   */
  static Column concatenate(List<Column> parts) {
    Column first = parts.get(0);
    int rows = 0;
    for (Column part : parts) {
      if (part.type != first.type) {
        throw new DataException(
            "column '%s' is %s and %s".formatted(first.name, first.type, part.type),
            "put columns of the same type together");
      }
      rows = Math.addExact(rows, part.rows());
    }
    if (first.type == ColumnType.TEXT) {
      String[] texts = new String[rows];
      int at = 0;
      for (Column part : parts) {
        for (int row = 0; row < part.rows(); row++) {
          texts[at++] = part.text(row);
        }
      }
      return texts(first.name, texts);
    }
    double[] numbers = new double[rows];
    int at = 0;
    for (Column part : parts) {
      part.copyNumbers(0, numbers, at, part.rows());
      at += part.rows();
    }
    return owning(first.name, first.type, numbers);
  }

  /** What the column is called. */
  public String name() {
    return name;
  }

  /** How values are kept. */
  public ColumnType type() {
    return type;
  }

  /** The number of rows. */
  public int rows() {
    return type == ColumnType.TEXT ? codes.length : numbers.length;
  }

  /** Whether a row has no value. */
  public boolean isMissing(int row) {
    return type == ColumnType.TEXT ? codes[row] < 0 : Double.isNaN(numbers[row]);
  }

  /** How many rows have no value. */
  public int missing() {
    int count = 0;
    for (int row = 0; row < rows(); row++) {
      if (isMissing(row)) {
        count++;
      }
    }
    return count;
  }

  /**
   * One number, NaN if missing.
   *
   * @throws DataException if the values are texts
   */
  public double number(int row) {
    requireNumeric();
    return numbers[row];
  }

  /**
   * All numbers, copied.
   *
   * @throws DataException if the values are texts
   */
  public double[] numbers() {
    requireNumeric();
    return numbers.clone();
  }

  /**
   * Copies numbers.
   *
   * @param from the first row
   * @param out receives {@code count} numbers from {@code offset}
   * @throws DataException if the values are texts
   */
  public void copyNumbers(int from, double[] out, int offset, int count) {
    requireNumeric();
    System.arraycopy(numbers, from, out, offset, count);
  }

  /**
   * A text's code, −1 if missing.
   *
   * @throws DataException if the values are no texts
   */
  public int code(int row) {
    requireText();
    return codes[row];
  }

  /**
   * All codes, copied.
   *
   * @throws DataException if the values are no texts
   */
  public int[] codes() {
    requireText();
    return codes.clone();
  }

  /** The texts that codes stand for, which no row need have; empty for numbers. Unmodifiable. */
  public List<String> dictionary() {
    return dictionary;
  }

  /**
   * A value as a file would have it, or null if missing: numbers in digits that read back equal;
   * {@code true} and {@code false}; points in time as ISO 8601 in UTC.
   */
  public @Nullable String text(int row) {
    if (isMissing(row)) {
      return null;
    }
    return type == ColumnType.TEXT ? dictionary.get(codes[row]) : text(type, numbers[row]);
  }

  /** A value as a category is called: its text, but −0 is 0; null if missing. */
  public @Nullable String category(int row) {
    return type == ColumnType.TEXT || isMissing(row) ? text(row) : text(type, numbers[row] + 0.0);
  }

  /** A number of some type as a file would have it. */
  public static String text(ColumnType type, double value) {
    return switch (type) {
      case BOOLEAN -> value == 0 ? "false" : "true";
      case INTEGER ->
          Math.abs(value) <= LARGEST_WHOLE ? Long.toString((long) value) : Double.toString(value);
      case TIMESTAMP -> iso(value);
      case NUMBER, TEXT -> Double.toString(value);
    };
  }

  private static String iso(double seconds) {
    if (Math.abs(seconds) > 3e11) {
      return Double.toString(seconds); // beyond the year 9999, where ISO has no digits for it
    }
    return Instant.EPOCH.plus(Math.round(seconds * 1e6), ChronoUnit.MICROS).toString();
  }

  /**
   * Some rows, in the order asked for.
   *
   * @param rows indices, repeats allowed
   */
  public Column select(int[] rows) {
    if (type == ColumnType.TEXT) {
      int[] chosen = new int[rows.length];
      for (int i = 0; i < rows.length; i++) {
        chosen[i] = codes[rows[i]];
      }
      return owning(name, chosen, dictionary);
    }
    double[] chosen = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      chosen[i] = numbers[rows[i]];
    }
    return owning(name, type, chosen);
  }

  /** Rows {@code from} to {@code to - 1}. */
  public Column slice(int from, int to) {
    return type == ColumnType.TEXT
        ? owning(name, Arrays.copyOfRange(codes, from, to), dictionary)
        : owning(name, type, Arrays.copyOfRange(numbers, from, to));
  }

  /** The same values under another name. */
  public Column named(String other) {
    return new Column(other, type, numbers, codes, dictionary);
  }

  /** Name, type and size, for people. */
  @Override
  public String toString() {
    return "Column[%s %s × %d]".formatted(name, type, rows());
  }

  private void requireNumeric() {
    if (type == ColumnType.TEXT) {
      throw new DataException("column '" + name + "' holds texts", "ask for codes or texts");
    }
  }

  private void requireText() {
    if (type != ColumnType.TEXT) {
      throw new DataException("column '" + name + "' holds no texts", "ask for numbers");
    }
  }
}
