package org.ebbflow.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ebbflow.EbbException;
import org.ebbflow.io.AtomicFile;

/**
 * One HTML file that tells what a run did and how well: it can be mailed, printed and opened years
 * later, because nothing in it points elsewhere. It follows the reader's choice of light or dark,
 * fits a phone, and is well-formed XML.
 *
 * <pre>{@code
 * new HtmlReport("EBFlow on MNIST", "A linear flow learned by sliced score matching.")
 *     .tile("Test NLL", "1234.5", "± 3.2 nats")
 *     .section(
 *         new Section("Training")
 *             .paragraph("The loss settles after 30,000 steps.")
 *             .figures(Figure.of(losses, "Loss over steps, falling", "Loss by step.")))
 *     .configuration(json)
 *     .provenance("Seed", "1")
 *     .write(Path.of("report.html"));
 * }</pre>
 *
 * <p>All texts are plain text. Methods that add something change this report and return it.
 */
public final class HtmlReport {
  private static final String STYLE = "report.css";

  private final String title;
  private final String summary;
  private final List<Tile> tiles = new ArrayList<>();
  private final List<Section> sections = new ArrayList<>();
  private final Map<String, String> provenance = new LinkedHashMap<>();
  private String configuration = "";

  private record Tile(String label, String value, String detail) {}

  /**
   * A report without content.
   *
   * @param title what was run
   * @param summary the outcome in one sentence
   */
  public HtmlReport(String title, String summary) {
    this.title = title;
    this.summary = summary;
  }

  /**
   * Adds a headline figure.
   *
   * @param label what it is
   * @param value the number, in large type
   * @param detail its error and unit, in small type under it; empty for none
   */
  public HtmlReport tile(String label, String value, String detail) {
    tiles.add(new Tile(label, value, detail));
    return this;
  }

  /**
   * Adds a section.
   *
   * @param section may still gain content until the report is written
   */
  public HtmlReport section(Section section) {
    sections.add(section);
    return this;
  }

  /**
   * Sets the full configuration, which opens on a click and is always printed.
   *
   * @param json as it is to be shown
   */
  public HtmlReport configuration(String json) {
    configuration = json;
    return this;
  }

  /**
   * Adds a line to the footer, where versions, seed, data fingerprint and command line belong.
   *
   * @param name what it is; a name given again replaces the value
   * @param value as it is to be shown
   */
  public HtmlReport provenance(String name, String value) {
    provenance.put(name, value);
    return this;
  }

  /** The page. */
  public String html() {
    Markup page = new Markup().verbatim("<!DOCTYPE html>\n");
    page.open("html", "lang", "en", "xmlns", "http://www.w3.org/1999/xhtml").newline();
    writeHead(page);
    page.open("body").open("main").newline();
    page.open("header").element("h1", title).element("p", summary, "class", "summary");
    page.close().newline();
    writeTiles(page);
    sections.forEach(section -> section.write(page));
    if (!configuration.isEmpty()) {
      page.open("details").element("summary", "Full configuration");
      page.open("pre", "tabindex", "0").element("code", configuration).close().close().newline();
    }
    page.close().newline();
    writeProvenance(page);
    return page.close().newline().close().newline().toString();
  }

  /**
   * Writes the page to a file, which appears whole or not at all.
   *
   * @param file replaced if it exists; missing folders are made
   * @throws EbbException if the file cannot be written
   */
  public void write(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
    } catch (IOException e) {
      throw new EbbException(
          "cannot make the folder of " + file, "choose a folder you may write to", e);
    }
    AtomicFile.writeString(file, html());
  }

  private void writeHead(Markup page) {
    page.open("head").empty("meta", "charset", "utf-8");
    page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    page.empty("meta", "name", "color-scheme", "content", "light dark");
    page.element("title", title).newline();
    page.open("style").newline().verbatim(style()).close().close().newline();
  }

  private void writeTiles(Markup page) {
    if (tiles.isEmpty()) {
      return;
    }
    page.open("dl", "class", "tiles");
    for (Tile tile : tiles) {
      page.open("div").element("dt", tile.label).open("dd").element("strong", tile.value);
      if (!tile.detail.isEmpty()) {
        page.text(" ").element("small", tile.detail);
      }
      page.close().close().newline();
    }
    page.close().newline();
  }

  private void writeProvenance(Markup page) {
    if (provenance.isEmpty()) {
      return;
    }
    page.open("footer").element("h2", "Provenance").open("dl").newline();
    provenance.forEach(
        (name, value) -> {
          page.open("div").element("dt", name);
          page.open("dd").element("code", value).close().close().newline();
        });
    page.close().close().newline();
  }

  private static String style() {
    try (InputStream css = HtmlReport.class.getResourceAsStream(STYLE)) {
      if (css == null) {
        throw new IllegalStateException(STYLE + " is missing from the program");
      }
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
