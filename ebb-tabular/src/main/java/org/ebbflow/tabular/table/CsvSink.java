package org.ebbflow.tabular.table;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Rows as lines of texts between commas, in UTF-8, with a header; missing values are empty. */
final class CsvSink implements RowSink {
  private static final int BUFFER = 1 << 16;

  private final Writer out;
  private boolean begun;

  CsvSink(Path file, boolean packed) throws IOException {
    OutputStream bytes = Files.newOutputStream(file);
    try {
      this.out =
          new BufferedWriter(
              new OutputStreamWriter(
                  packed ? new GZIPOutputStream(bytes, BUFFER) : bytes, StandardCharsets.UTF_8),
              BUFFER);
    } catch (IOException e) {
      bytes.close();
      throw e;
    }
  }

  @Override
  public void append(Table chunk) throws IOException {
    List<Column> columns = chunk.columns();
    if (!begun) {
      for (int c = 0; c < columns.size(); c++) {
        out.write(c == 0 ? "" : ",");
        write(columns.get(c).name(), true);
      }
      out.write('\n');
      begun = true;
    }
    for (int row = 0; row < chunk.rows(); row++) {
      for (int c = 0; c < columns.size(); c++) {
        if (c > 0) {
          out.write(',');
        }
        write(columns.get(c).text(row), columns.get(c).type() == ColumnType.TEXT);
      }
      out.write('\n');
    }
  }

  private void write(@Nullable String text, boolean free) throws IOException {
    if (text == null) {
      return;
    }
    if (free && needsQuotes(text)) {
      out.write('"');
      out.write(text.replace("\"", "\"\""));
      out.write('"');
    } else {
      out.write(text);
    }
  }

  private static boolean needsQuotes(String text) {
    if (text.isEmpty() || text.charAt(0) <= ' ' || text.charAt(text.length() - 1) <= ' ') {
      return true;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',' || c == '"' || c == '\n' || c == '\r' || c == ';' || c == '#' || c == '\'') {
        return true;
      }
    }
    return false;
  }

  @Override
  public void finish() throws IOException {
    out.close();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
