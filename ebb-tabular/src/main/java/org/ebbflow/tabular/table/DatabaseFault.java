package org.ebbflow.tabular.table;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ebbflow.data.DataException;

/** What DuckDB says, in one line with a remedy. */
final class DatabaseFault {
  private static final Pattern LINE = Pattern.compile("CSV Error on Line: (\\d+)");
  private static final Pattern FILE = Pattern.compile("(?m)^ *file = (.+)$");
  private static final Pattern KIND = Pattern.compile("^[A-Z][A-Za-z ]* Error: ");

  private DatabaseFault() {}

  /**
   * @param source what was read, should the message not name a file
   */
  static DataException of(String source, SQLException fault) {
    String message = String.valueOf(fault.getMessage());
    Matcher line = LINE.matcher(message);
    if (!line.find()) {
      String first = firstLine(message);
      if (first.contains("Error when sniffing file")) {
        return new DataException(
            "cannot read %s: its lines do not have the same columns".formatted(source),
            "give every line as many cells as the first and close every quote",
            fault);
      }
      return new DataException(
          "cannot read %s: %s".formatted(source, KIND.matcher(first).replaceFirst("")),
          remedy(first),
          fault);
    }
    Matcher file = FILE.matcher(message);
    String name = file.find() ? file.group(1).strip() : source;
    // The line that failed comes second, the reason third.
    String reason =
        message
            .lines()
            .skip(1)
            .filter(text -> !text.startsWith("Original Line") && !text.isBlank())
            .findFirst()
            .orElse("it is damaged")
            .strip();
    return new DataException(
        "cannot read %s, line %s: %s".formatted(name, line.group(1), unpointed(reason)),
        remedy(reason),
        fault);
  }

  private static String firstLine(String message) {
    return unpointed(message.lines().findFirst().orElse("it is damaged").strip());
  }

  private static String unpointed(String text) {
    return text.endsWith(".") || text.endsWith("!") ? text.substring(0, text.length() - 1) : text;
  }

  private static String remedy(String reason) {
    if (reason.contains("utf-8") || reason.contains("unicode")) {
      return "convert the file to UTF-8";
    }
    if (reason.contains("converting column")) {
      return "correct the value, name it among those that stand for missing ones, or read the"
          + " column as text";
    }
    if (reason.contains("Expected Number of Columns")) {
      return "give every line as many cells as the first";
    }
    if (reason.contains("No space left") || reason.contains("Out of Memory")) {
      return "make room or read fewer columns";
    }
    if (reason.contains("syntax error")
        || reason.contains("Binder")
        || reason.contains("Catalog")
        || reason.contains("Parser")) {
      return "correct the query";
    }
    return "correct the file or the query";
  }
}
