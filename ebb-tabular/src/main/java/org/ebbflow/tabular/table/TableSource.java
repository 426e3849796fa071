package org.ebbflow.tabular.table;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.ebbflow.data.DataException;

/**
 * Rows of CSV, Parquet or JSON files, or of a query over them.
 *
 * <p>Each instance has a database in memory of its own, with a temporary folder that {@link #close}
 * removes. Not safe for several threads.
 */
public final class TableSource implements AutoCloseable {
  /**
   * A column as found.
   *
   * @param name in the file
   * @param type how its values are kept
   * @param sqlType as DuckDB calls it
   */
  public record Field(String name, ColumnType type, String sqlType) {}

  /** Tables one after the other; close it if it is not read to its end. */
  public interface Chunks extends Iterator<Table>, AutoCloseable {
    @Override
    void close();
  }

  private TableSource() {}

  /** {@link #open(List, TableFormat)} of one file or pattern, in the customary format. */
  public static TableSource open(String file) {
    return open(List.of(file), TableFormat.customary());
  }

  /** {@link #open(List, TableFormat)} of one file, whose name is no pattern. */
  public static TableSource open(Path file) {
    return open(List.of(file.toString()), TableFormat.customary());
  }

  /**
   * Files of one kind and the same columns, one below the other.
   *
   * @param files names or patterns with {@code *}, {@code ?}, {@code [...]} and {@code **}; .csv,
   *     .tsv, .txt, .parquet, .json, .jsonl or .ndjson, texts also with .gz or .zst behind
   * @throws DataException if there is no such file, it has no rows or it cannot be read
   */
  public static TableSource open(List<String> files, TableFormat format) {
    return org.ebbflow.tabular.Pending.body(new TableSource());
  }

  /**
   * The rows of a query.
   *
   * @param sql one SELECT; files are tables named by their paths in quotes, and {@code data} is
   *     what {@code files} hold
   * @param files as for {@link #open(List, TableFormat)}, or none
   * @throws DataException if the query is not valid, with DuckDB's own first line
   */
  public static TableSource query(String sql, List<String> files, TableFormat format) {
    return org.ebbflow.tabular.Pending.body(new TableSource());
  }

  /** The columns and how they are read; unmodifiable. */
  public List<Field> fields() {
    return org.ebbflow.tabular.Pending.body(List.of());
  }

  /** The number of rows, where the files say so themselves, as Parquet does. */
  public OptionalLong rowCount() {
    return org.ebbflow.tabular.Pending.body(OptionalLong.empty());
  }

  /**
   * All rows.
   *
   * @throws DataException if there is none or a cell cannot be read
   */
  public Table readAll() {
    return org.ebbflow.tabular.Pending.body(Table.of());
  }

  /**
   * The rows in order, in tables of at most {@code rows}; memory does not grow with their number.
   *
   * @param rows at least 1
   */
  public Chunks chunks(int rows) {
    return org.ebbflow.tabular.Pending.body(
        new Chunks() {
          @Override
          public boolean hasNext() {
            return false;
          }

          @Override
          public Table next() {
            return Table.of();
          }

          @Override
          public void close() {}
        });
  }

  @Override
  public void close() {}
}
