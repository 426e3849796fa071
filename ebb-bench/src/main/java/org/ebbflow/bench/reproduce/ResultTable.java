package org.ebbflow.bench.reproduce;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Rows as text, their columns in the order of first use.
 *
 * @param rows values by column; a column that a row lacks stays empty
 */
public record ResultTable(List<Map<String, Object>> rows) {
  private static final MathContext DIGITS = new MathContext(5);

  /** Comma-separated values with a header, numbers in full. */
  public String csv() {
    StringWriter text = new StringWriter();
    List<String> columns = columns();
    try (CsvWriter writer = CsvWriter.builder().build(text)) {
      writer.writeRecord(columns);
      for (Map<String, Object> row : rows) {
        writer.writeRecord(
            columns.stream().map(column -> Objects.toString(row.get(column), "")).toList());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a string never fails
    }
    return text.toString();
  }

  /** A Markdown table, numbers in five digits and to the right. */
  public String markdown() {
    List<String> columns = columns();
    StringBuilder text = new StringBuilder(line(columns));
    text.append(line(columns.stream().map(column -> isNumeric(column) ? "---:" : "---").toList()));
    for (Map<String, Object> row : rows) {
      text.append(line(columns.stream().map(column -> shown(row.get(column))).toList()));
    }
    return text.toString();
  }

  private List<String> columns() {
    Set<String> columns = new LinkedHashSet<>();
    rows.forEach(row -> columns.addAll(row.keySet()));
    return new ArrayList<>(columns);
  }

  private boolean isNumeric(String column) {
    return rows.stream()
        .map(row -> row.get(column))
        .filter(Objects::nonNull)
        .allMatch(Number.class::isInstance);
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  private static String shown(@org.jspecify.annotations.Nullable Object value) {
    if (value instanceof Double number && Double.isFinite(number)) {
      BigDecimal rounded = new BigDecimal(number).round(DIGITS);
      return Math.abs(number) >= 1e5 || (number != 0 && Math.abs(number) < 1e-4)
          ? rounded.stripTrailingZeros().toString()
          : rounded.toPlainString();
    }
    return Objects.toString(value, "");
  }
}
