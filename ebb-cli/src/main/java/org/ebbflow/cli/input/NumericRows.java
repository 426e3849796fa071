package org.ebbflow.cli.input;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.DatasetBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Takes fields as they are parsed, straight from the parser's buffer into a growing table.
 *
 * <p>A row is judged when it is complete: that a field is missing says more than that the fields
 * after the gap are in the wrong columns.
 */
final class NumericRows extends AbstractBaseCsvCallbackHandler<Boolean> {
  private static final int SHOWN = 30;
  private static final Set<String> MISSING =
      Set.of("na", "n/a", "null", "none", "missing", "?", "-", ".");
  private static final Set<String> NOT_FINITE =
      Set.of("nan", "inf", "infinity", "1.#inf", "1.#qnan", "1.#ind");
  private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?\\d+,\\d+([eE][+-]?\\d+)?");

  private final String file;
  private final List<String> firstRow = new ArrayList<>();
  private List<String> names = List.of();
  private double[] row = new double[0];
  private @Nullable DatasetBuilder table;

  // Of the row being read.
  private long line;
  private int fields;
  private boolean blank;
  private int faultyColumn;
  private String faultyText = "";

  NumericRows(String file) {
    this.file = file;
  }

  @Override
  protected void handleBegin(long startingLineNumber) {
    line = startingLineNumber;
    fields = 0;
    faultyColumn = -1;
  }

  @Override
  protected void handleField(int column, char[] buffer, int offset, int length, boolean quoted) {
    fields = column + 1;
    blank = column == 0 && !quoted && isBlank(buffer, offset, length);
    if (table == null) {
      if (column == 0) {
        firstRow.clear();
      }
      firstRow.add(new String(buffer, offset, length));
    } else if (column < row.length) {
      row[column] = DecimalText.parse(buffer, offset, length);
      if (!Double.isFinite(row[column]) && faultyColumn < 0) {
        faultyColumn = column;
        faultyText = new String(buffer, offset, length);
      }
    }
  }

  private static boolean isBlank(char[] buffer, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (buffer[i] > ' ') {
        return false;
      }
    }
    return true;
  }

  @Override
  protected Boolean buildRecord() {
    if (fields == 0 || (fields == 1 && blank)) {
      return false;
    }
    if (table == null) {
      row = new double[fields];
      table = new DatasetBuilder(fields);
      if (firstRow.stream().anyMatch(NumericRows::isText)) {
        names = header();
        return true;
      }
      for (int c = 0; c < row.length; c++) {
        char[] text = firstRow.get(c).toCharArray();
        handleField(c, text, 0, text.length, true);
      }
    }
    if (fields != row.length) {
      throw new DataException(
          "%s line %d has %d fields, %s has %d"
              .formatted(
                  file, line, fields, names.isEmpty() ? "the first row" : "the header", row.length),
          "give every row the same number of fields");
    }
    if (faultyColumn >= 0) {
      throw fault();
    }
    table.add(row);
    return true;
  }

  // An empty field or a NaN is a bad number, not a name.
  private static boolean isText(String field) {
    return !field.isBlank()
        && Double.isNaN(DecimalText.parse(field))
        && !isNotFinite(field.strip());
  }

  private static boolean isNotFinite(String text) {
    String bare = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
    return NOT_FINITE.contains(bare.toLowerCase(Locale.ROOT));
  }

  private List<String> header() {
    List<String> header = firstRow.stream().map(String::strip).toList();
    Set<String> seen = new HashSet<>();
    for (int c = 0; c < header.size(); c++) {
      String name = header.get(c);
      if (name.isEmpty()) {
        throw new DataException(
            "%s line %d: column %d has no name".formatted(file, line, c + 1), "name every column");
      }
      if (!seen.add(name)) {
        throw new DataException(
            "%s line %d: two columns are named '%s'".formatted(file, line, shown(name)),
            "give every column its own name");
      }
    }
    return header;
  }

  private DataException fault() {
    String where =
        names.isEmpty()
            ? "%s line %d, column %d".formatted(file, line, faultyColumn + 1)
            : "%s line %d, column '%s'".formatted(file, line, shown(names.get(faultyColumn)));
    String text = faultyText.strip();
    if (text.isEmpty()) {
      return new DataException(where + " is empty", "fill the cell or leave the row out");
    }
    String what = "%s: '%s'".formatted(where, shown(text));
    if (isNotFinite(text) || Double.isInfinite(DecimalText.parse(text))) {
      return new DataException(what + " is not finite", "fill the cell or leave the row out");
    }
    if (MISSING.contains(text.toLowerCase(Locale.ROOT))) {
      return new DataException(what + " is not a number", "fill the cell or leave the row out");
    }
    if (DECIMAL_COMMA.matcher(text).matches()) {
      return new DataException(what + " has a decimal comma", "write decimals with a point");
    }
    return new DataException(
        what + " is not a number", "put a number there or leave the column out");
  }

  private static String shown(String text) {
    String flat = text.replaceAll("\\p{Cntrl}", " ");
    return flat.length() <= SHOWN ? flat : flat.substring(0, SHOWN) + "…";
  }

  /** The table of everything read. */
  Dataset toDataset() {
    if (table == null) {
      throw new DataException(file + " has only blank lines", "give a file with data in it");
    }
    if (table.rows() == 0) {
      throw new DataException(file + " has a header and no rows", "add rows of numbers");
    }
    return table.build().withColumnNames(names);
  }
}
