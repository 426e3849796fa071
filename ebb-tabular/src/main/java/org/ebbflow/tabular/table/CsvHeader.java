package org.ebbflow.tabular.table;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.ebbflow.data.DataException;

/**
 * The first line of a CSV file.
 *
 * <p>Read here and not by DuckDB, which gives columns of the same name other ones and takes minutes
 * to guess the layout of thousands of columns.
 *
 * @param names of the columns
 * @param delimiter between cells
 */
record CsvHeader(List<String> names, char delimiter) {
  private static final String DELIMITERS = ",\t;|";
  private static final int LONGEST = 64 << 20;
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

  /**
   * Reads and checks.
   *
   * @throws DataException if names are repeated or missing, or there is no header
   */
  static CsvHeader read(String path) {
    String line = firstLine(path);
    List<String> names = List.of();
    char delimiter = ',';
    for (int i = 0; i < DELIMITERS.length(); i++) {
      char candidate = DELIMITERS.charAt(i);
      List<String> cells = cells(line, candidate);
      if (cells.size() > names.size()) {
        names = cells;
        delimiter = candidate;
      }
    }
    check(path, names);
    return new CsvHeader(List.copyOf(names), delimiter);
  }

  // Up to a line end outside of quotes.
  private static String firstLine(String path) {
    StringBuilder line = new StringBuilder();
    try (InputStream bytes = Files.newInputStream(Path.of(path));
        BufferedReader text =
            new BufferedReader(
                new InputStreamReader(
                    path.toLowerCase(Locale.ROOT).endsWith(".gz")
                        ? new GZIPInputStream(bytes)
                        : bytes,
                    StandardCharsets.UTF_8))) {
      boolean quoted = false;
      for (int c = text.read(); c >= 0 && line.length() < LONGEST; c = text.read()) {
        quoted ^= c == '"';
        if (!quoted && (c == '\n' || c == '\r')) {
          break;
        }
        if (c != '\uFEFF' || line.length() > 0) {
          line.append((char) c);
        }
      }
    } catch (IOException e) {
      throw new DataException(
          "cannot read %s: %s".formatted(path, e.getMessage()), "correct the file", e);
    }
    return line.toString();
  }

  private static List<String> cells(String line, char delimiter) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        cell.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == delimiter && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString());
    return cells;
  }

  private static void check(String path, List<String> names) {
    Map<String, String> seen = new HashMap<>();
    boolean numbers = true;
    for (int c = 0; c < names.size(); c++) {
      String name = names.get(c);
      if (name.isBlank()) {
        throw new DataException(
            "the header of %s has no name for column %d".formatted(path, c + 1),
            "name every column in the first line");
      }
      if (name.indexOf('\0') >= 0) {
        throw new DataException(path + " is no text", "give CSV, Parquet or JSON");
      }
      String other = seen.put(name.toLowerCase(Locale.ROOT), name);
      if (other != null) {
        throw new DataException(
            "two columns of %s are named '%s'%s"
                .formatted(path, other, other.equals(name) ? "" : " and '" + name + "'"),
            "give every column its own name; upper and lower case count as one");
      }
      numbers &= NUMBER.matcher(name.strip()).matches();
    }
    if (numbers) {
      throw new DataException(
          "the first line of %s holds numbers, not names".formatted(path),
          "put a line with the columns' names before it");
    }
  }
}
