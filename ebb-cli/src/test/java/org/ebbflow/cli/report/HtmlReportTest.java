package org.ebbflow.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.ebbflow.EbbException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
  private static final String NASTY = "<script>alert(\"a\" & 'b')</script>\u0000\uD800 𝄞";
  private static final String NASTY_READ = "<script>alert(\"a\" & 'b')</script>\uFFFD\uFFFD 𝄞";
  private static final List<String> TEXT_ELEMENTS =
      List.of(
          "title",
          "h1",
          "h2",
          "p",
          "dt",
          "strong",
          "small",
          "caption",
          "td",
          "figcaption",
          "pre",
          "code");
  private static final String NAMESPACE = "http://www.w3.org/1999/xhtml";

  @Test
  void whateverTheTextsThePageIsWellFormedAndShowsThem() throws Exception {
    Document page = parse(nastyReport().html());

    assertThat(page.getElementsByTagName("script").getLength()).isZero();
    for (String element : TEXT_ELEMENTS) {
      assertThat(texts(page, element)).as(element).contains(NASTY_READ);
    }
    assertThat(((Element) page.getElementsByTagName("img").item(0)).getAttribute("alt"))
        .isEqualTo(NASTY_READ);
  }

  @Test
  void nothingInThePagePointsElsewhere() throws Exception {
    String html = nastyReport().html();
    Document page = parse(html);

    assertThat(html.replace(NAMESPACE, "")).doesNotContainIgnoringCase("http");
    assertThat(html).doesNotContain("@import").doesNotContain("url(").doesNotContain("<link");
    Pattern reference = Pattern.compile(" (?:src|srcset|href|action|data)=\"(?!data:image/png;)");
    assertThat(reference.matcher(html).find()).isFalse();
    assertThat(page.getElementsByTagName("source").getLength()).isEqualTo(3);
  }

  @Test
  void chartsBesideOthersComeInTheNarrowFormOnly() throws Exception {
    Chart chart = new LineChart("", "", "");
    Figure figure = Figure.of(chart, "", "");
    Document page =
        parse(new HtmlReport("", "").section(new Section("").figures(figure, figure)).html());

    assertThat(page.getElementsByTagName("source").getLength()).isEqualTo(2);
    assertThat(((Element) page.getElementsByTagName("img").item(1)).getAttribute("width"))
        .isEqualTo("420");
  }

  @Test
  void numbersAreAlignedByTheirColumn() throws Exception {
    Table table = new Table("").text("Model").number("NLL").row("a", "1.5").row("b", "12.5");
    Document page = parse(new HtmlReport("", "").section(new Section("").table(table)).html());

    Element cell = (Element) page.getElementsByTagName("td").item(1);
    assertThat(cell.getAttribute("class")).isEqualTo("number");
    assertThat(cell.getTextContent()).isEqualTo("12.5");
  }

  @Test
  void anEmptyReportIsWellFormedToo() throws Exception {
    assertThat(parse(new HtmlReport("", "").html()).getDocumentElement().getTagName())
        .isEqualTo("html");
  }

  @Test
  void writingMakesFoldersAndLeavesNothingBehind(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("runs/one/report.html");
    HtmlReport report = new HtmlReport("Größe", "");

    report.write(file);
    report.write(file);

    assertThat(file).content().isEqualTo(report.html());
    try (var files = Files.list(file.resolveSibling(""))) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed(@TempDir Path folder) throws IOException {
    Path inTheWay = Files.createFile(folder.resolve("file"));

    assertThatExceptionOfType(EbbException.class)
        .isThrownBy(() -> new HtmlReport("", "").write(inTheWay.resolve("report.html")))
        .withMessageContaining("report.html")
        .withMessageEndingWith("choose a folder you may write to");
  }

  @Test
  void rowsMustFitTheirColumns() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Table("").text("a").number("b").row("1"))
        .withMessage("a row has 1 cells where the table has 2");
  }

  private static HtmlReport nastyReport() {
    byte[] png = Png.encode(new ImageSheet(new ImageShape(1, 1, 1), 0, 1).grid(new float[1][1], 1));
    Chart chart = new Histogram(NASTY, NASTY).series(NASTY, new double[] {1, 2});
    return new HtmlReport(NASTY, NASTY)
        .tile(NASTY, NASTY, NASTY)
        .section(
            new Section(NASTY)
                .paragraph(NASTY)
                .table(Table.ofSettings(NASTY, Map.of(NASTY, NASTY)))
                .figures(Figure.of(png, NASTY, NASTY))
                .figures(Figure.of(chart, NASTY, NASTY)))
        .configuration(NASTY)
        .provenance(NASTY, NASTY);
  }

  private static Document parse(String html) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(html)));
  }

  private static List<String> texts(Document page, String element) {
    List<String> texts = new ArrayList<>();
    NodeList nodes = page.getElementsByTagName(element);
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }
}
