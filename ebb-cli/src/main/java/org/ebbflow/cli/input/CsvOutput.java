package org.ebbflow.cli.input;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.ebbflow.io.PendingFile;

/**
 * A table of results, written row by row to a file that appears only when it is complete.
 *
 * <p>A header, then numbers as the shortest text that reads back as the same double; gzip if the
 * name ends in {@code .gz}. Without {@link #finish} nothing is left behind:
 *
 * <pre>{@code
 * try (CsvOutput out = new CsvOutput(path, List.of("score"))) {
 *   out.row(0.5);
 *   out.finish();
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class CsvOutput implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final Path path;
  private final List<String> columns;
  private final PendingFile file;
  private final OutputStream stream;
  private final CsvWriter csv;
  private final String[] fields;
  private long rows;

  /**
   * Starts a table.
   *
   * @param path where it will appear, over an older file
   * @param columns the header
   * @throws EbbException if there is no such folder or it cannot be written to
   */
  public CsvOutput(Path path, List<String> columns) {
    this.path = path;
    this.columns = List.copyOf(columns);
    this.fields = new String[columns.size()];
    this.file = new PendingFile(path);
    this.stream = open(file);
    try {
      String name = String.valueOf(path.getFileName());
      OutputStream bytes =
          name.toLowerCase(Locale.ROOT).endsWith(".gz")
              ? new GZIPOutputStream(stream, BUFFER)
              : stream;
      this.csv =
          CsvWriter.builder()
              .lineDelimiter(LineDelimiter.LF)
              .build(new OutputStreamWriter(bytes, StandardCharsets.UTF_8));
      csv.writeRecord(this.columns);
    } catch (IOException | UncheckedIOException e) {
      close();
      throw file.fault(e);
    }
  }

  private static OutputStream open(PendingFile file) {
    try {
      return Files.newOutputStream(file.temporary());
    } catch (IOException e) {
      file.close();
      throw file.fault(e);
    }
  }

  /**
   * Writes one row.
   *
   * @param values one per column
   * @throws DataException if a value is not finite or the count is wrong
   * @throws EbbException if the disk is full
   */
  public void row(double... values) {
    if (values.length != fields.length) {
      throw new DataException(
          "%d values for the %d columns of %s".formatted(values.length, fields.length, path),
          "give one value per column");
    }
    rows++;
    for (int c = 0; c < values.length; c++) {
      if (!Double.isFinite(values[c])) {
        throw new DataException(
            "row %d, column '%s' of %s would be %s"
                .formatted(rows, columns.get(c), path, values[c]),
            "find out why the model gives no finite number there");
      }
      fields[c] = DecimalText.format(values[c]);
    }
    try {
      csv.writeRecord(fields);
    } catch (UncheckedIOException e) {
      throw file.fault(e);
    }
  }

  /**
   * Completes the file; it now appears under its name.
   *
   * @throws EbbException if the disk is full or the file cannot be put there
   */
  public void finish() {
    try {
      csv.close();
    } catch (IOException | UncheckedIOException e) {
      throw file.fault(e);
    }
    file.commit();
  }

  /** Releases the file; removes what was written unless {@link #finish} was called. */
  @Override
  public void close() {
    file.closeAfter(stream);
  }
}
