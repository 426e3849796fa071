package org.ebbflow.tabular.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBPreparedStatement;
import org.ebbflow.EbbException;
import org.ebbflow.io.FolderTree;
import org.jspecify.annotations.Nullable;

/** A DuckDB of its own, in memory, with a temporary folder that {@link #close} removes. */
final class Database implements AutoCloseable {
  private final DuckDBConnection connection;
  private final Path folder;

  private Database(DuckDBConnection connection, Path folder) {
    this.connection = connection;
    this.folder = folder;
  }

  static Database open() {
    Path folder;
    try {
      folder = Files.createTempDirectory("ebb-tables");
    } catch (IOException e) {
      throw new EbbException(
          "cannot make a temporary folder in " + System.getProperty("java.io.tmpdir"),
          "make room there or name another one with -Djava.io.tmpdir",
          e);
    }
    Properties properties = new Properties();
    properties.setProperty("temp_directory", folder.toString());
    // No network: what is not built in is not fetched.
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("jdbc_stream_results", "true");
    try {
      Database database =
          new Database(DuckDBConnection.newConnection("jdbc:duckdb:", false, properties), folder);
      try (Statement statement = database.connection.createStatement()) {
        statement.execute("SET TimeZone = 'UTC'"); // else times without offset are the machine's
      }
      return database;
    } catch (LinkageError e) { // its native library is unpacked at each start of Java
      remove(folder);
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new EbbException(
          "cannot start DuckDB: " + cause.getMessage(),
          "make 100 MB of room on the disk of "
              + System.getProperty("java.io.tmpdir")
              + " or name another folder with -Djava.io.tmpdir",
          e);
    } catch (Exception e) { // what newConnection declares
      remove(folder);
      throw new EbbException("cannot start DuckDB: " + e.getMessage(), "report this", e);
    }
  }

  /** For the streaming of rows; results are read one after the other. */
  DuckDBConnection connection() {
    return connection;
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** All rows of a small result, as texts. */
  List<List<@Nullable String>> rows(String sql) throws SQLException {
    List<List<@Nullable String>> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = query(statement, sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<@Nullable String> row = new ArrayList<>();
        for (int c = 1; c <= columns; c++) {
          row.add(result.getString(c));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  /** A streamed result. */
  ResultSet query(Statement statement, String sql) throws SQLException {
    try {
      return statement.executeQuery(sql);
    } catch (SQLException e) {
      if (String.valueOf(e.getMessage()).contains("Invalid result set")) {
        // A stream that fails at its first row says no more than that; this way says why.
        try (DuckDBPreparedStatement again = connection.prepare(sql);
            DuckDBChunkedResult result = again.query()) {
          throw new SQLException(result + " cannot be read", e);
        }
      }
      throw e;
    }
  }

  /** A text in SQL. */
  static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** A column's name in SQL. */
  static String identifier(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new EbbException("cannot close DuckDB: " + e.getMessage(), "report this", e);
    } finally {
      remove(folder);
    }
  }

  private static void remove(Path folder) {
    try {
      FolderTree.delete(folder);
    } catch (IOException e) {
      // Left to the system's own tidying; nothing that was asked for has failed.
      return;
    }
  }
}
