package org.ebbflow.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A table in a report. Columns are declared first, then rows are added.
 *
 * <pre>{@code
 * Table results =
 *     new Table("Test set, 10,000 images")
 *         .text("Objective")
 *         .number("NLL [nats]")
 *         .row("sliced score matching", "1234.5 ± 3.2")
 *         .row("maximum likelihood", "1201.7 ± 3.1");
 * }</pre>
 *
 * <p>Methods that add something change this table and return it.
 */
public final class Table {
  private final String caption;
  private final List<Column> columns = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  /** A heading, and whether numbers stand under it. */
  private record Column(String heading, boolean numeric) {}

  /**
   * A table without columns and rows.
   *
   * @param caption what it lists; empty for none
   */
  public Table(String caption) {
    this.caption = caption;
  }

  /**
   * A table of names and values.
   *
   * @param caption what it lists; empty for none
   * @param settings in the order they are to appear
   */
  public static Table ofSettings(String caption, Map<String, String> settings) {
    Table table = new Table(caption).text("Setting").text("Value");
    settings.forEach(table::row);
    return table;
  }

  /**
   * Adds a column of words, aligned left.
   *
   * @param heading its name
   */
  public Table text(String heading) {
    return column(new Column(heading, false));
  }

  /**
   * Adds a column of numbers, aligned right with digits of one width. Write all of a column with
   * the same number of decimals and their points line up.
   *
   * @param heading its name, with the unit
   */
  public Table number(String heading) {
    return column(new Column(heading, true));
  }

  private Table column(Column column) {
    if (!rows.isEmpty()) {
      throw new IllegalStateException("column " + column.heading + " comes after a row");
    }
    columns.add(column);
    return this;
  }

  /**
   * Adds a row. Its first cell is its heading.
   *
   * @param cells one for each column, already formatted
   */
  public Table row(String... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "a row has " + cells.length + " cells where the table has " + columns.size());
    }
    rows.add(List.of(cells));
    return this;
  }

  void write(Markup markup) {
    // Wide tables scroll by themselves; for that the keyboard must be able to reach them.
    markup.open("div", "class", "table", "tabindex", "0").open("table");
    if (!caption.isEmpty()) {
      markup.element("caption", caption);
    }
    markup.open("thead").open("tr");
    for (Column column : columns) {
      markup.element("th", column.heading, "scope", "col", "class", style(column));
    }
    markup.close().close().newline().open("tbody");
    for (List<String> row : rows) {
      markup.open("tr");
      for (int i = 0; i < row.size(); i++) {
        if (i == 0) {
          markup.element("th", row.get(i), "scope", "row", "class", style(columns.get(i)));
        } else {
          markup.element("td", row.get(i), "class", style(columns.get(i)));
        }
      }
      markup.close().newline();
    }
    markup.close().close().close().newline();
  }

  private static String style(Column column) {
    return column.numeric ? "number" : "words";
  }
}
