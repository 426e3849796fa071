package org.ebbflow.tabular.table;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.ebbflow.io.PendingFile;
import org.jspecify.annotations.Nullable;

/**
 * Writes a table in pieces to a file that appears whole or not at all.
 *
 * <p>Numbers read back equal. CSV does not tell an empty text from a missing one, nor the text 007
 * from the number; Parquet does. Not safe for several threads.
 */
public final class TableWriter implements AutoCloseable {
  private final PendingFile pending;
  private final RowSink sink;
  private @Nullable Table first;
  private boolean closed;

  private TableWriter(PendingFile pending, RowSink sink) {
    this.pending = pending;
    this.sink = sink;
  }

  /**
   * Begins a file.
   *
   * @param target .csv, .csv.gz or .parquet; replaced at {@link #commit}
   * @throws EbbException if it cannot be written there
   */
  public static TableWriter create(Path target) {
    String name = target.toString().toLowerCase(Locale.ROOT);
    if (suffixes().stream().noneMatch(name::endsWith)) {
      throw new EbbException(
          "cannot write " + target + ": its suffix is not known",
          "use one of " + String.join(", ", suffixes()));
    }
    PendingFile pending = new PendingFile(target);
    try {
      return new TableWriter(
          pending,
          name.endsWith(".parquet")
              ? new ParquetSink(pending.temporary())
              : new CsvSink(pending.temporary(), name.endsWith(".gz")));
    } catch (IOException e) {
      pending.close();
      throw pending.fault(e);
    } catch (RuntimeException e) {
      pending.close();
      throw e;
    }
  }

  /**
   * Writes one table.
   *
   * @param target .csv, .csv.gz or .parquet
   * @throws EbbException if it cannot be written there
   */
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
   * @throws EbbException if columns differ or the disk is full
   */
  public void append(Table chunk) {
    requireOpen();
    Table model = first;
    if (model == null) {
      first = chunk.slice(0, 0);
    } else {
      requireSame(model, chunk);
    }
    try {
      sink.append(chunk);
    } catch (IOException | SQLException e) {
      throw pending.fault(e);
    }
  }

  private static void requireSame(Table model, Table chunk) {
    if (!model.names().equals(chunk.names())) {
      throw new DataException(
          "rows of the columns %s after rows of %s"
              .formatted(String.join(", ", chunk.names()), String.join(", ", model.names())),
          "append rows of the same columns");
    }
    for (Column column : model.columns()) {
      ColumnType type = chunk.column(column.name()).type();
      if (type != column.type()) {
        throw new DataException(
            "column '%s' is %s after rows where it is %s"
                .formatted(column.name(), type, column.type()),
            "append rows of the same types");
      }
    }
  }

  /**
   * Puts the file in its place; nothing can be appended afterwards.
   *
   * @throws EbbException if there were no rows to write or the disk is full
   */
  public void commit() {
    requireOpen();
    if (first == null) {
      throw new DataException("nothing was written", "append a table, which may be without rows");
    }
    try {
      sink.finish();
    } catch (IOException | SQLException e) {
      throw pending.fault(e);
    }
    pending.commit();
    close();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the writer is closed");
    }
  }

  /** Removes what was written, unless it was committed. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    pending.closeAfter(sink);
  }

  /** The suffixes that can be written; unmodifiable. */
  public static List<String> suffixes() {
    return List.of(".csv", ".csv.gz", ".parquet");
  }
}
