package org.ebbflow.tabular.table;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import org.ebbflow.data.DataException;

/**
 * Rows of a query in tables, streamed.
 *
 * <p>Through the result set: DuckDB's reader of whole vectors takes an error in the middle for the
 * end.
 */
final class RowStream implements TableSource.Chunks {
  private final String name;
  private final int most;
  private final Statement statement;
  private final ResultSet result;
  private final ColumnBuilder[] builders;
  private long done;
  private boolean more;

  RowStream(
      Database database, String name, String relation, List<TableSource.Field> fields, int most) {
    this.name = name;
    this.most = most;
    this.builders = new ColumnBuilder[fields.size()];
    for (int c = 0; c < builders.length; c++) {
      builders[c] = new ColumnBuilder(fields.get(c), c + 1);
    }
    String sql =
        fields.stream()
            .map(SqlTypes::expression)
            .collect(Collectors.joining(", ", "SELECT ", " FROM " + relation));
    Statement opened = null;
    try {
      opened = database.connection().createStatement();
      statement = opened;
      result = database.query(opened, sql);
      more = result.next();
    } catch (SQLException e) {
      closeQuietly(opened, e);
      throw DatabaseFault.of(name, e);
    }
    if (!more) {
      close();
      throw new DataException("no rows in " + name, "give some");
    }
  }

  private static void closeQuietly(
      @org.jspecify.annotations.Nullable Statement statement, SQLException cause) {
    try {
      if (statement != null) {
        statement.close();
      }
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public boolean hasNext() {
    return more;
  }

  @Override
  public Table next() {
    if (!more) {
      throw new NoSuchElementException();
    }
    try {
      int rows = 0;
      while (more && rows < most) {
        for (ColumnBuilder builder : builders) {
          builder.add(result, done);
        }
        rows++;
        done++;
        more = result.next();
      }
      List<Column> columns = new ArrayList<>();
      for (ColumnBuilder builder : builders) {
        columns.add(builder.take());
      }
      if (!more) {
        close();
      }
      return Table.of(columns);
    } catch (SQLException e) {
      more = false;
      throw DatabaseFault.of(name, e);
    }
  }

  @Override
  public void close() {
    more = false;
    try {
      result.close();
      statement.close();
    } catch (SQLException e) {
      throw DatabaseFault.of(name, e);
    }
  }
}
