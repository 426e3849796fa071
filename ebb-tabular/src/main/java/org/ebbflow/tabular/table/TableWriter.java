package org.ebbflow.tabular.table;

import java.nio.file.Path;
import java.util.List;

/**
 * Writes a table in pieces to a file that appears whole or not at all.
 *
 * <p>Not safe for several threads.
 */
public final class TableWriter implements AutoCloseable {
  private TableWriter() {}

  /**
   * Begins a file.
   *
   * @param target .csv, .csv.gz or .parquet; replaced at {@link #commit}
   * @throws org.ebbflow.EbbException if it cannot be written there
   */
  public static TableWriter create(Path target) {
    return org.ebbflow.tabular.Pending.body(new TableWriter());
  }

  /** Writes one table. */
  public static void write(Path target, Table table) {
    try (TableWriter writer = create(target)) {
      writer.append(table);
      writer.commit();
    }
  }

  /**
   * Appends rows.
   *
   * @param chunk with the names and types of the first one
   * @throws org.ebbflow.EbbException if columns differ or the disk is full
   */
  public void append(Table chunk) {
    org.ebbflow.tabular.Pending.body(0);
  }

  /** Puts the file in its place. */
  public void commit() {
    org.ebbflow.tabular.Pending.body(0);
  }

  /** Removes what was written, unless it was committed. */
  @Override
  public void close() {}

  /** The suffixes that can be written. */
  public static List<String> suffixes() {
    return List.of(".csv", ".csv.gz", ".parquet");
  }
}
