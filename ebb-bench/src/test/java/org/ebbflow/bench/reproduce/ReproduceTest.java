package org.ebbflow.bench.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.ebbflow.cli.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every experiment in its quick form, gone on with, and refused where it cannot be. */
class ReproduceTest {
  @TempDir Path out;

  private String printed = "";

  private int reproduce(Object... words) {
    StringWriter text = new StringWriter();
    String[] all =
        Stream.concat(
                Stream.of("reproduce", "--threads", "1"), Stream.of(words).map(String::valueOf))
            .toArray(String[]::new);
    int code =
        Main.commandLine().setOut(new PrintWriter(text)).setErr(new PrintWriter(text)).execute(all);
    printed = text.toString();
    return code;
  }

  static Stream<String> names() {
    return Experiments.all().stream().map(Experiment::name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void quickFormWritesTablesAndPictures(String name) throws IOException {
    assertThat(reproduce(name, "--quick", "--out", out)).as(printed).isZero();
    Path folder = out.resolve(name);
    Setup setup = new Setup(true, out, 1, 1, 0);
    List<Cell> cells = Experiments.named(name).cells(setup);
    assertThat(cells).hasSizeGreaterThan(1);
    assertThat(cells.stream().map(Cell::name)).doesNotHaveDuplicates();
    for (Cell cell : cells) {
      CellFile file = CellFile.read(folder.resolve(cell.name())).orElseThrow();
      assertThat(file.complete()).as(cell.name()).isTrue();
      Path markdown = folder.resolve(file.table() + ".md");
      assertThat(Files.readAllLines(markdown)).hasSizeGreaterThan(2);
      assertThat(printed).contains(Files.readString(markdown));
      int rows = new Results(folder, setup, cells).table(file.table()).size();
      assertThat(Files.readAllLines(folder.resolve(file.table() + ".csv"))).hasSize(rows + 1);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path picture : files.filter(file -> file.toString().endsWith(".png")).toList()) {
        assertThat(ImageIO.read(picture.toFile()).getWidth()).isGreaterThan(10);
      }
    }
  }

  @Test
  void goesOnWhereItStopped() throws IOException {
    Object[] call = {"ebflow-2d", "--quick", "--only", "sine-ml", "--out", out};
    assertThat(
            reproduce(
                "ebflow-2d", "--quick", "--only", "sine-ml", "--out", out, "--minutes", "1e-5"))
        .isZero();
    Path cell = out.resolve("ebflow-2d/sine-ml");
    CellFile part = CellFile.read(cell).orElseThrow();
    assertThat(part.complete()).isFalse();
    assertThat((Integer) part.rows().get(0).get("steps")).isLessThan(10);

    assertThat(reproduce(call)).isZero();
    CellFile whole = CellFile.read(cell).orElseThrow();
    assertThat(whole.complete()).isTrue();
    assertThat(whole.rows().get(0)).containsEntry("steps", 10).containsEntry("of", 10);

    // Stopped and gone on with, it has the numbers of a run in one go.
    Path other = out.resolve("other");
    assertThat(reproduce("ebflow-2d", "--quick", "--only", "sine-ml", "--out", other)).isZero();
    assertThat(other.resolve("ebflow-2d/sine-ml/density.png"))
        .hasSameBinaryContentAs(cell.resolve("density.png"));

    FileTime before = Files.getLastModifiedTime(cell.resolve("cell.json"));
    assertThat(reproduce(call)).isZero();
    assertThat(Files.getLastModifiedTime(cell.resolve("cell.json"))).isEqualTo(before);
  }

  @Test
  void aPeersFiguresStandBesideOnesOwn() throws IOException {
    Object[] call = {"tabular-likelihood", "--quick", "--only", "ring", "--out", out};
    assertThat(reproduce(call)).as(printed).isZero();
    Path folder = out.resolve("tabular-likelihood");
    assertThat(folder.resolve("compared.md")).doesNotExist();
    assertThat(folder.resolve("ring/train.csv")).exists();
    Files.writeString(
        folder.resolve("ring/zuko_nsf.json"),
        "{\"nll\": 99.5, \"standard_error\": 0.25, \"steps\": 7, \"seconds\": 1.5}");
    assertThat(reproduce(call)).isZero();
    assertThat(Files.readAllLines(folder.resolve("compared.csv")).get(1))
        .startsWith("ring,")
        .contains(",99.5,0.25,", ",Ebb,");
    Files.writeString(folder.resolve("ring/zuko_nsf.json"), "{");
    assertThat(reproduce(call)).isEqualTo(2);
    assertThat(printed).contains("zuko_nsf.json", "damaged").hasLineCount(1);
  }

  @Test
  void mistakesAreNamed() throws IOException {
    assertThat(reproduce("nonsense")).isEqualTo(2);
    assertThat(printed).contains("no experiment 'nonsense'", "ebflow-2d").hasLineCount(1);
    assertThat(reproduce("ebflow-2d", "--only", "sine-mle", "--out", out)).isEqualTo(2);
    assertThat(printed).contains("no cell sine-mle", "--list").hasLineCount(1);
    assertThat(reproduce("ebflow-images", "--data", out, "--out", out, "--only", "mnist-fc-ml"))
        .isEqualTo(2);
    assertThat(printed).contains("train-images-idx3-ubyte.gz", "ebb data fetch mnist");
    assertThat(reproduce("ebflow-inpaint", "--out", out, "--only", "*-mala")).isEqualTo(2);

    assertThat(reproduce("ebflow-scaling", "--quick", "--only", "d16", "--out", out)).isZero();
    assertThat(reproduce("ebflow-scaling", "--quick", "--out", out, "--seed", 2)).isEqualTo(2);
    assertThat(printed).contains("d16", "--seed 1 --quick", "--out").hasLineCount(1);
    Path file = out.resolve("ebflow-scaling/d16/cell.json");
    Files.writeString(file, "{");
    assertThat(reproduce("ebflow-scaling", "--quick", "--out", out)).isEqualTo(2);
    assertThat(printed).contains(file.toString(), "damaged").hasLineCount(1);
  }

  @Test
  void listsExperimentsAndCells() {
    assertThat(reproduce()).isZero();
    names().forEach(name -> assertThat(printed).contains(name));
    assertThat(reproduce("ebflow-images", "--list", "--only", "cifar10-*-dsm")).isZero();
    assertThat(printed.lines()).containsExactly("cifar10-fc-dsm", "cifar10-cnn-dsm");
  }
}
