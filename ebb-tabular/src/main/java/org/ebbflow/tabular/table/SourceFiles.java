package org.ebbflow.tabular.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
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
  // To that size types are inferred from every line, beyond from the first 200,000.
  private static final long SMALL_BYTES = 16L << 20;
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

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
    String name = path.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|zst)$", "");
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
        "use .csv, .tsv, .txt, .parquet, .json, .jsonl or .ndjson, and .gz or .zst for packed text");
  }

  /** The function that reads them. */
  String relation(TableFormat format) {
    return switch (kind) {
      case PARQUET -> "read_parquet(%s)".formatted(list(paths));
      case JSON -> "read_json(%s)".formatted(list(paths));
      case CSV ->
          "read_csv(%s, header = true, nullstr = %s, sample_size = %d%s)"
              .formatted(
                  list(paths),
                  list(format.missing(), false),
                  bytes() <= SMALL_BYTES ? -1 : 200_000,
                  format.texts().isEmpty()
                      ? ""
                      : format.texts().stream()
                          .sorted()
                          .map(name -> Database.quoted(name) + ": 'VARCHAR'")
                          .collect(Collectors.joining(", ", ", types = {", "}")));
    };
  }

  private long bytes() {
    long sum = 0;
    for (String path : paths) {
      try {
        sum += Files.size(Path.of(path)) * (path.endsWith(".gz") || path.endsWith(".zst") ? 5 : 1);
      } catch (IOException e) {
        throw new DataException("the file " + path + " cannot be read", "check the disk", e);
      }
    }
    return sum;
  }

  String files() {
    return list(paths);
  }

  private static String list(List<String> paths) {
    return list(paths, true);
  }

  private static String list(List<String> texts, boolean paths) {
    return texts.stream()
        .map(text -> Database.quoted(paths ? text.replace("[", "[[]") : text))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /**
   * Checks the first line of a CSV file: DuckDB gives columns of the same name other ones.
   *
   * @throws DataException if names are repeated or missing, or there is no header
   */
  void checkHeader(Database database) throws SQLException {
    if (kind != Kind.CSV) {
      return;
    }
    String path = paths.get(0);
    String file = list(List.of(path));
    String delimiter =
        String.valueOf(
            database
                .rows(
                    "SELECT Delimiter FROM sniff_csv(%s, header = true)"
                        .formatted(Database.quoted(path.replace("[", "[[]"))))
                .get(0)
                .get(0));
    List<List<@Nullable String>> lines =
        database.rows(
            "SELECT * FROM read_csv(%s, header = false, all_varchar = true, delim = %s) LIMIT 1"
                .formatted(file, Database.quoted(delimiter)));
    if (lines.isEmpty()) {
      throw new DataException("the file " + path + " has no rows", "give one with rows");
    }
    List<@Nullable String> header = lines.get(0);
    if (header.size() == 1 && String.valueOf(header.get(0)).matches(".*[,;\t].*")) {
      throw new DataException(
          "cannot tell the columns of %s apart: lines have different numbers of cells"
              .formatted(path),
          "give every line as many cells as the first");
    }
    Map<String, String> seen = new HashMap<>();
    boolean numbers = true;
    for (int c = 0; c < header.size(); c++) {
      String name = header.get(c);
      if (name == null || name.isBlank()) {
        throw new DataException(
            "the header of %s has no name for column %d".formatted(path, c + 1),
            "name every column");
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
