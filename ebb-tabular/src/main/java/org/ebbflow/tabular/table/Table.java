package org.ebbflow.tabular.table;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Holdout;

/**
 * Columns of equal length and different names. Never changes; safe for several threads.
 *
 * <p>Row indices count from 0.
 */
public final class Table {
  private final Map<String, Column> columns;
  private final int rows;

  /**
   * Two tables that together are the one that was split.
   *
   * @param train the rows to fit to
   * @param validation the rows held out; may have none
   */
  public record Split(Table train, Table validation) {}

  private Table(Map<String, Column> columns, int rows) {
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * A table of some columns.
   *
   * @throws DataException if there is none, two are called the same or their lengths differ
   */
  public static Table of(List<Column> columns) {
    if (columns.isEmpty()) {
      throw new DataException("a table without columns", "give it at least one column");
    }
    int rows = columns.get(0).rows();
    Map<String, Column> named = new LinkedHashMap<>();
    for (Column column : columns) {
      if (column.rows() != rows) {
        throw new DataException(
            "column '%s' has %d rows, column '%s' has %d"
                .formatted(column.name(), column.rows(), columns.get(0).name(), rows),
            "give every column the same length");
      }
      if (named.put(column.name(), column) != null) {
        throw new DataException(
            "two columns are named '" + column.name() + "'", "give every column its own name");
      }
    }
    return new Table(named, rows);
  }

  /** As {@link #of(List)}. */
  public static Table of(Column... columns) {
    return of(List.of(columns));
  }

  /**
   * Tables of the same columns, one below the other.
   *
   * @param parts at least one
   * @throws DataException if a part has other columns than the first, or in other types
   */
  public static Table concatenate(List<Table> parts) {
    Table first = parts.get(0);
    for (Table part : parts) {
      if (!part.names().equals(first.names())) {
        throw new DataException(
            "tables with the columns %s and %s".formatted(first.names(), part.names()),
            "put tables of the same columns together");
      }
    }
    return of(
        first.names().stream()
            .map(name -> Column.concatenate(parts.stream().map(p -> p.column(name)).toList()))
            .toList());
  }

  /** The number of rows, which may be 0. */
  public int rows() {
    return rows;
  }

  /** The columns in order; unmodifiable. */
  public List<Column> columns() {
    return List.copyOf(columns.values());
  }

  /** Their names in order; unmodifiable. */
  public List<String> names() {
    return List.copyOf(columns.keySet());
  }

  /**
   * One column.
   *
   * @throws DataException if there is none of that name
   */
  public Column column(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new DataException(
                    "there is no column '" + name + "'",
                    "use one of " + String.join(", ", columns.keySet())));
  }

  /** One column, if there is one of that name. */
  public Optional<Column> find(String name) {
    return Optional.ofNullable(columns.get(name));
  }

  /**
   * Some rows, in the order asked for.
   *
   * @param chosen indices, repeats allowed
   * @throws DataException if a row does not exist
   */
  public Table select(int[] chosen) {
    for (int row : chosen) {
      if (row < 0 || row >= rows) {
        throw new DataException(
            "there is no row index " + row,
            rows == 0 ? "use a table with rows" : "use 0 to " + (rows - 1));
      }
    }
    Map<String, Column> named = new LinkedHashMap<>();
    columns.forEach((name, column) -> named.put(name, column.select(chosen)));
    return new Table(named, chosen.length);
  }

  /**
   * Rows {@code from} to {@code to - 1}.
   *
   * @throws DataException if these are no rows of the table
   */
  public Table slice(int from, int to) {
    if (from < 0 || to < from || to > rows) {
      throw new DataException(
          "there are no rows %d to %d".formatted(from, to), "stay within 0 and " + rows);
    }
    Map<String, Column> named = new LinkedHashMap<>();
    columns.forEach((name, column) -> named.put(name, column.slice(from, to)));
    return new Table(named, to - from);
  }

  /**
   * Some columns, in the order asked for.
   *
   * @throws DataException if there is no such column, or none is asked for
   */
  public Table select(List<String> names) {
    return of(names.stream().map(this::column).toList());
  }

  /**
   * All columns but some.
   *
   * @throws DataException if there is no such column, or none would be left
   */
  public Table without(Collection<String> names) {
    List<Column> left = new ArrayList<>(columns());
    for (String name : names) {
      left.remove(column(name));
    }
    return of(left);
  }

  /**
   * The table with one more column at its end, or with the column of that name replaced.
   *
   * @throws DataException if its length is another
   */
  public Table with(Column column) {
    Map<String, Column> named = new LinkedHashMap<>(columns);
    named.put(column.name(), column);
    return of(List.copyOf(named.values()));
  }

  /**
   * Holds out rows drawn at random without replacement; both parts keep the order of this table.
   * The same seed holds out the same rows on every machine and Java version.
   *
   * @param validationRows how many to hold out, from 0 to {@code rows() - 1}
   * @param seed any number
   * @throws DataException if nothing would be left to train on
   */
  public Split split(int validationRows, long seed) {
    Holdout drawn = Holdout.drawn(rows, validationRows, seed);
    return new Split(select(drawn.kept()), select(drawn.heldOut()));
  }

  /**
   * SHA-256 in hex of names, types and values in order; how texts are coded does not count.
   *
   * <p>Computed at each call.
   */
  public String fingerprint() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    digest.update(ByteBuffer.allocate(8).putInt(rows).putInt(columns.size()).flip());
    for (Column column : columns.values()) {
      digest(column.name(), digest);
      digest(column.type().name(), digest);
      if (column.type() == ColumnType.TEXT) {
        digestTexts(column, digest);
      } else {
        digestNumbers(column, digest);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void digestNumbers(Column column, MessageDigest digest) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * 1024);
    for (int row = 0; row < column.rows(); row++) {
      bytes.putDouble(column.number(row)); // one bit pattern for all NaN
      if (!bytes.hasRemaining()) {
        digest.update(bytes.flip());
        bytes.clear();
      }
    }
    digest.update(bytes.flip());
  }

  private static void digestTexts(Column column, MessageDigest digest) {
    for (int row = 0; row < column.rows(); row++) {
      String text = column.text(row);
      if (text == null) {
        digest.update(ByteBuffer.allocate(4).putInt(-1).flip());
      } else {
        digest(text, digest);
      }
    }
  }

  private static void digest(String text, MessageDigest digest) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
    digest.update(bytes);
  }

  /** The size, for people. */
  @Override
  public String toString() {
    return "Table[%d × %d]".formatted(rows, columns.size());
  }
}
