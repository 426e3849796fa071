package org.ebbflow.tabular.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.ebbflow.data.DataException;
import org.jspecify.annotations.Nullable;

/**
 * The files that a table is read from, as SQL.
 *
 * @param paths at least one
 * @param kind of all of them
 */
record SourceFiles(List<String> paths, Kind kind) {
  // Types are inferred from every line of files up to that size, beyond from the first ones only:
  // that takes DuckDB some 50 ns a byte, twice.
  private static final long SMALL_BYTES = 4L << 20;
  private static final int SAMPLED_CELLS = 2_000_000;
  private static final int FEWEST_SAMPLED_ROWS = 256;

  /** What is in a file, by its suffix. */
  enum Kind {
    CSV,
    PARQUET,
    JSON
  }

  /**
   * Finds files.
   *
   * @param wanted names or patterns
   * @throws DataException if there is none for one of them, or kinds are mixed
   */
  static SourceFiles find(Database database, List<String> wanted) throws SQLException {
    if (wanted.isEmpty()) {
      throw new DataException("no file to read", "name at least one");
    }
    List<String> paths = new ArrayList<>();
    for (String name : wanted) {
      if (exists(name)) {
        requireReadable(Path.of(name));
        paths.add(name);
      } else if (isPattern(name)) {
        List<List<@Nullable String>> found =
            database.rows(
                "SELECT file FROM glob(%s) ORDER BY file".formatted(Database.quoted(name)));
        if (found.isEmpty()) {
          throw new DataException("no file matches " + name, "check the folder and the pattern");
        }
        for (List<@Nullable String> row : found) {
          String path = String.valueOf(row.get(0));
          requireReadable(Path.of(path));
          paths.add(path);
        }
      } else {
        throw new DataException("there is no file " + name, "check its name and folder");
      }
    }
    Set<Kind> kinds = new TreeSet<>();
    for (String path : paths) {
      kinds.add(kindOf(path));
    }
    if (kinds.size() > 1) {
      throw new DataException(
          "files of different kinds: " + String.join(", ", wanted),
          "read files of one kind at a time");
    }
    return new SourceFiles(List.copyOf(paths), kinds.iterator().next());
  }

  private static boolean exists(String name) {
    try {
      return Files.exists(Path.of(name));
    } catch (InvalidPathException e) {
      return false; // Windows has no * in names
    }
  }

  private static boolean isPattern(String name) {
    return name.matches(".*[*?\\[].*");
  }

  private static void requireReadable(Path path) {
    if (Files.isDirectory(path)) {
      throw new DataException(
          path + " is a folder", "name its files, as in " + path.resolve("*.csv"));
    }
    if (!Files.isReadable(path)) {
      throw new DataException("the file " + path + " cannot be read", "allow reading it");
    }
    try {
      if (Files.size(path) == 0) {
        throw new DataException("the file " + path + " is empty", "give one with rows");
      }
    } catch (IOException e) {
      throw new DataException("the file " + path + " cannot be read", "check the disk", e);
    }
  }

  private static Kind kindOf(String path) {
    String name = path.toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    if (name.matches(".*\\.(csv|tsv|txt)")) {
      return Kind.CSV;
    }
    if (name.matches(".*\\.(json|jsonl|ndjson)")) {
      return Kind.JSON;
    }
    if (name.endsWith(".parquet")) {
      return Kind.PARQUET;
    }
    throw new DataException(
        "the file " + path + " has none of the known suffixes",
        "use .csv, .tsv, .txt, .parquet, .json, .jsonl or .ndjson, texts also with .gz behind");
  }

  /**
   * The function that reads them.
   *
   * @throws DataException if the first line of a CSV file is no header
   */
  String relation(TableFormat format) {
    return switch (kind) {
      case PARQUET -> "read_parquet(%s)".formatted(files());
      case JSON -> "read_json(%s)".formatted(files());
      case CSV -> csv(format);
    };
  }

  private String csv(TableFormat format) {
    CsvHeader header = CsvHeader.read(paths.get(0));
    for (String path : paths.subList(1, paths.size())) {
      requireSame(header.names(), CsvHeader.read(path).names(), path);
    }
    String texts =
        format.texts().stream()
            .filter(header.names()::contains)
            .sorted()
            .map(name -> Database.quoted(name) + ": 'VARCHAR'")
            .collect(Collectors.joining(", "));
    return ("read_csv(%s, header = true, skip = 0, delim = %s, quote = '\"', escape = '\"',"
            + " nullstr = %s, sample_size = %s%s)")
        .formatted(
            files(),
            Database.quoted(String.valueOf(header.delimiter())),
            format.missing().stream()
                .map(Database::quoted)
                .collect(Collectors.joining(", ", "[", "]")),
            bytes() <= SMALL_BYTES
                ? -1
                : Math.max(FEWEST_SAMPLED_ROWS, SAMPLED_CELLS / header.names().size()),
            texts.isEmpty() ? "" : ", types = {" + texts + "}");
  }

  private void requireSame(List<String> first, List<String> other, String path) {
    Set<String> here = new TreeSet<>(other);
    Set<String> there = new TreeSet<>(first);
    if (!here.equals(there)) {
      there.removeAll(other);
      first.forEach(here::remove);
      throw new DataException(
          "the file %s %s, unlike %s"
              .formatted(
                  path,
                  there.isEmpty()
                      ? "has a column '" + here.iterator().next() + "'"
                      : "lacks the column '" + there.iterator().next() + "'",
                  paths.get(0)),
          "read files of the same columns together, or choose columns by a query");
    }
  }

  private long bytes() {
    long sum = 0;
    for (String path : paths) {
      try {
        sum += Files.size(Path.of(path)) * (path.endsWith(".gz") ? 5 : 1);
      } catch (IOException e) {
        throw new DataException("the file " + path + " cannot be read", "check the disk", e);
      }
    }
    return sum;
  }

  /** The files as a list in SQL, none of them a pattern. */
  String files() {
    return paths.stream()
        .map(path -> Database.quoted(path.replace("[", "[[]")))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
