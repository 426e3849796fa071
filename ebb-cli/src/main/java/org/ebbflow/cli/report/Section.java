package org.ebbflow.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A part of a report: a heading, then paragraphs, tables and figures in the order they were added.
 *
 * <p>Methods that add something change this section and return it.
 */
public final class Section {
  private final String heading;
  private final List<Consumer<Markup>> blocks = new ArrayList<>();

  /**
   * A section with nothing in it.
   *
   * @param heading what it is about
   */
  public Section(String heading) {
    this.heading = heading;
  }

  /**
   * Adds a paragraph.
   *
   * @param prose plain text
   */
  public Section paragraph(String prose) {
    blocks.add(markup -> markup.element("p", prose).newline());
    return this;
  }

  /**
   * Adds a table.
   *
   * @param table may still gain rows until the report is written
   */
  public Section table(Table table) {
    blocks.add(table::write);
    return this;
  }

  /**
   * Adds figures that belong together; side by side where the page is wide enough.
   *
   * @param figures at least one
   */
  public Section figures(Figure... figures) {
    List<Figure> group = List.of(figures);
    blocks.add(
        markup -> {
          markup.open("div", "class", "figures");
          group.forEach(figure -> figure.write(markup, group.size() == 1));
          markup.close().newline();
        });
    return this;
  }

  void write(Markup markup) {
    markup.open("section").element("h2", heading).newline();
    blocks.forEach(block -> block.accept(markup));
    markup.close().newline();
  }
}
