package org.ebbflow.tabular.table;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Rows in a table of DuckDB, which moves to its temporary folder what memory does not hold. */
final class ParquetSink implements RowSink {
  private static final String TABLE = "rows";

  private final Database database = Database.open();
  private final Path file;
  private boolean begun;

  ParquetSink(Path file) {
    this.file = file;
  }

  @Override
  public void append(Table chunk) throws SQLException {
    List<Column> columns = chunk.columns();
    if (!begun) {
      database.execute(
          columns.stream()
              .map(column -> Database.identifier(column.name()) + " " + sqlType(column.type()))
              .collect(Collectors.joining(", ", "CREATE TABLE \"" + TABLE + "\" (", ")")));
      begun = true;
    }
    DuckDBConnection connection = database.connection();
    try (DuckDBAppender appender =
        connection.createAppender(DuckDBConnection.DEFAULT_SCHEMA, TABLE)) {
      for (int row = 0; row < chunk.rows(); row++) {
        appender.beginRow();
        for (Column column : columns) {
          append(appender, column, row);
        }
        appender.endRow();
      }
    }
  }

  private static void append(DuckDBAppender appender, Column column, int row) throws SQLException {
    if (column.isMissing(row)) {
      appender.appendNull();
      return;
    }
    switch (column.type()) {
      case NUMBER -> appender.append(column.number(row));
      case INTEGER -> appender.append((long) column.number(row));
      case BOOLEAN -> appender.append(column.number(row) != 0);
      case TIMESTAMP -> appender.appendEpochMicros(Math.round(column.number(row) * 1e6));
      case TEXT -> appender.append(column.dictionary().get(column.code(row)));
    }
  }

  private static String sqlType(ColumnType type) {
    return switch (type) {
      case NUMBER -> "DOUBLE";
      case INTEGER -> "BIGINT";
      case BOOLEAN -> "BOOLEAN";
      case TIMESTAMP -> "TIMESTAMP";
      case TEXT -> "VARCHAR";
    };
  }

  @Override
  public void finish() throws SQLException {
    database.execute(
        "COPY \"%s\" TO %s (FORMAT parquet, COMPRESSION zstd)"
            .formatted(TABLE, Database.quoted(file.toString())));
  }

  @Override
  public void close() {
    database.close();
  }
}
