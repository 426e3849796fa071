package org.ebbflow.tabular.table;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.ebbflow.data.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Rows of CSV, Parquet or JSON files, or of a query over them.
 *
 * <p>Each instance has a database in memory of its own, with a temporary folder that {@link #close}
 * removes. Not safe for several threads.
 */
public final class TableSource implements AutoCloseable {
  private final Database database;
  private final String name;
  private final String relation;
  private final List<Field> fields;
  private final OptionalLong rowCount;

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

  private TableSource(
      Database database, String name, String relation, List<Field> fields, OptionalLong rowCount) {
    this.database = database;
    this.name = name;
    this.relation = relation;
    this.fields = fields;
    this.rowCount = rowCount;
  }

  /** {@link #open(List, TableFormat)} of one file or pattern, in the customary format. */
  public static TableSource open(String file) {
    return open(List.of(file), TableFormat.customary());
  }

  /** {@link #open(List, TableFormat)} of one file, in the customary format. */
  public static TableSource open(Path file) {
    return open(file.toString());
  }

  /** All rows of one file or pattern, in the customary format. */
  public static Table read(String file) {
    return read(file, TableFormat.customary());
  }

  /** All rows of one file or pattern. */
  public static Table read(String file, TableFormat format) {
    try (TableSource source = open(List.of(file), format)) {
      return source.readAll();
    }
  }

  /**
   * Files of one kind and the same columns, one below the other.
   *
   * @param files names or patterns with {@code *}, {@code ?}, {@code [...]} and {@code **}; .csv,
   *     .tsv, .txt, .parquet, .json, .jsonl or .ndjson, texts also with .gz behind
   * @throws DataException if there is no such file or it cannot be read
   */
  public static TableSource open(List<String> files, TableFormat format) {
    return create(null, files, format);
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
    return create(sql, files, format);
  }

  private static TableSource create(@Nullable String sql, List<String> files, TableFormat format) {
    Database database = Database.open();
    String name = sql == null ? String.join(", ", files) : "the query";
    try {
      OptionalLong rowCount = OptionalLong.empty();
      String relation = "";
      if (!files.isEmpty() || sql == null) {
        SourceFiles found = SourceFiles.find(database, files);
        relation = found.relation(format);
        if (found.kind() == SourceFiles.Kind.PARQUET && sql == null) {
          rowCount = parquetRows(database, found);
        }
      }
      if (sql != null) {
        if (!relation.isEmpty()) {
          database.execute("CREATE TEMP VIEW data AS SELECT * FROM " + relation);
        }
        // The line end closes a comment at the query's end.
        relation = "(" + sql.strip().replaceFirst(";$", "") + "\n)";
      }
      return new TableSource(database, name, relation, fields(database, relation), rowCount);
    } catch (SQLException e) {
      database.close();
      throw DatabaseFault.of(name, e);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static OptionalLong parquetRows(Database database, SourceFiles files)
      throws SQLException {
    String sum =
        database
            .rows(
                "SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata(%s)"
                    .formatted(files.files()))
            .get(0)
            .get(0);
    return sum == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(sum));
  }

  private static List<Field> fields(Database database, String relation) throws SQLException {
    List<Field> fields = new ArrayList<>();
    for (List<@Nullable String> row : database.rows("DESCRIBE SELECT * FROM " + relation)) {
      String sqlType = String.valueOf(row.get(1));
      fields.add(new Field(String.valueOf(row.get(0)), SqlTypes.typeOf(sqlType), sqlType));
    }
    return List.copyOf(fields);
  }

  /** The columns and how they are read; unmodifiable. */
  public List<Field> fields() {
    return fields;
  }

  /** The number of rows, where the files say so themselves, as Parquet does. */
  public OptionalLong rowCount() {
    return rowCount;
  }

  /**
   * All rows.
   *
   * @throws DataException if there is none or a cell cannot be read
   */
  public Table readAll() {
    try (Chunks chunks = chunks(Integer.MAX_VALUE)) {
      return chunks.next();
    }
  }

  /**
   * The rows in order, in tables of at most {@code rows}; memory does not grow with their number.
   *
   * <p>Reading is from the start at each call. Only one may be read at a time.
   *
   * @param rows at least 1
   * @throws DataException here or while reading, if there is no row or a cell cannot be read
   */
  public Chunks chunks(int rows) {
    if (rows < 1) {
      throw new DataException("pieces of " + rows + " rows", "ask for at least 1");
    }
    return new RowStream(database, name, relation, fields, rows);
  }

  @Override
  public void close() {
    database.close();
  }
}
