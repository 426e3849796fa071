package org.ebbflow.tabular.table;

import java.io.Closeable;
import java.io.IOException;
import java.sql.SQLException;

/** Where a writer's rows go until they are a file. */
interface RowSink extends Closeable {
  /** Adds rows; all tables have the same columns. */
  void append(Table chunk) throws IOException, SQLException;

  /** Ends the file. */
  void finish() throws IOException, SQLException;
}
