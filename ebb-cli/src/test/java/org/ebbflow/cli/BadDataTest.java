package org.ebbflow.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.ebbflow.cli.EbbCall.ebb;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data that cannot be used: one line that names them, code 2, and nothing written. */
class BadDataTest {
  @TempDir static Path temp;

  private static Path good;
  private static Path model;

  @BeforeAll
  static void fit() throws IOException {
    good = Samples.gaussian(temp.resolve("good.csv"), 60, 1);
    model = temp.resolve("model");
    ebb("fit", "--data", good, "--model", "ebflow-fc", "--out", model, "--steps", 5).json();
  }

  private enum Fault {
    EMPTY("", "is empty"),
    ONLY_BLANK_LINES("\n\n \n", "blank lines"),
    ONLY_HEADER("height,weight,age\n", "header and no rows"),
    RAGGED("height,weight,age\n1,2,3\n1,2\n", "line 3"),
    TEXT("height,weight,age\n1,2,3\n1,tall,3\n", "line 3, column 'weight': 'tall'"),
    EMPTY_CELL("height,weight,age\n1,2,3\n1,,3\n", "line 3, column 'weight'"),
    INFINITE("height,weight,age\n1,2,3\n1,2,Inf\n", "column 'age': 'Inf'"),
    TOO_LARGE("height,weight,age\n1,2,3\n1,2,1e999\n", "column 'age': '1e999'"),
    NAN("height,weight,age\nNaN,2,3\n1,2,3\n", "line 2, column 'height': 'NaN'"),
    NAMED_TWICE("height,weight,height\n1,2,3\n", "'height'"),
    BINARY("\u0007\u0000\u0001\u0000", "neither IDX nor text");

    private final String content;
    private final String named;

    Fault(String content, String named) {
      this.content = content;
      this.named = named;
    }
  }

  @ParameterizedTest
  @EnumSource
  void contentIsRefused(Fault fault) throws IOException {
    Path data = temp.resolve(fault + ".csv");
    Files.writeString(data, fault.content);
    assertRefusedEverywhere(data, fault.named);
  }

  @Test
  void missingFile() {
    assertRefusedEverywhere(temp.resolve("nowhere.csv"), "does not exist");
  }

  @Test
  void folder() {
    assertRefusedEverywhere(temp, "is a folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "idx"})
  void truncatedGzip(String kind) throws IOException {
    Path whole =
        kind.equals("csv")
            ? Samples.gaussian(temp.resolve("whole"), 500, 2)
            : Samples.images(temp.resolve("whole"), 50, 6, 5);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      Files.copy(whole, gzip);
    }
    Path cut = temp.resolve("cut." + kind + ".gz");
    Files.write(cut, Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));
    assertRefusedEverywhere(cut, "ends in the middle of its gzip data");
  }

  @Test
  void truncatedImages() throws IOException {
    byte[] whole = Files.readAllBytes(Samples.images(temp.resolve("images"), 20, 6, 5));
    Path cut = Files.write(temp.resolve("cut-idx3-ubyte"), Arrays.copyOf(whole, 333));
    assertRefusedEverywhere(cut, "317 of the 600");
  }

  @Test
  void constantColumn() throws IOException {
    Path data = temp.resolve("constant.csv");
    Files.writeString(data, "a,b\n1,2\n3,2\n4,2\n7,2\n");
    assertFitRefused(data, "b holds one value only (2.0)");
  }

  @Test
  void constantColumnOfManyRows() throws IOException {
    Path data = temp.resolve("long.csv");
    // So many that the mean of 3.7 is not 3.7.
    String lines = IntStream.range(0, 120_000).mapToObj(i -> i % 977 + ",3.7\n").collect(joining());
    Files.writeString(data, "a,b\n" + lines);
    assertFitRefused(data, "b holds one value only (3.7)");
  }

  @Test
  void columnTooWideForItsVariance() throws IOException {
    Path data = temp.resolve("wide.csv");
    Files.writeString(data, "a,b\n1,1e200\n3,-1e200\n4,1e180\n7,0\n8,0\n");
    assertFitRefused(data, "b holds numbers too large");
  }

  @Test
  void singleRow() throws IOException {
    Path data = Files.writeString(temp.resolve("single.csv"), "a,b\n1,2\n");
    assertFitRefused(data, "validation asks for 1 of 1 rows");
  }

  @Test
  void moreValidationThanRows() {
    Path out = temp.resolve("run");
    ebb("fit", "--data", good, "--out", out, "--set", "validation=60")
        .assertRefused("validation asks for 60 of 60 rows");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "height,weight|rows of 2 columns",
        "height,weight,age,more|rows of 4 columns",
        "weight,height,age|'weight' as column 1",
        "height,weight,Alter|'Alter' as column 3"
      })
  void otherColumnsThanTheModels(String columnsAndFault) throws IOException {
    String[] parts = columnsAndFault.split("\\|");
    int columns = parts[0].split(",").length;
    Path data = temp.resolve("other.csv");
    Files.writeString(data, parts[0] + "\n" + "1,2,3,4".substring(0, 2 * columns - 1) + "\n");
    assertModelRefuses(data, parts[1]);
    Path out = temp.resolve("run");
    ebb("fit", "--data", good, "--test", data, "--out", out)
        .assertRefused(data.toString(), parts[1]);
    assertThat(out).doesNotExist();
  }

  @Test
  void rowFarOutsideTheModelsRange() throws IOException {
    Path data = temp.resolve("far.csv");
    Files.writeString(data, "height,weight,age\n170,70,40\n1e35,70,40\n");
    ebb("eval", model, "--data", data).assertRefused("row 2");
    Path out = temp.resolve("scores.csv");
    ebb("score", model, "--data", data, "--out", out).assertRefused("row 2", out.toString());
    assertThat(out).doesNotExist();
  }

  @Test
  void noDataAtAll() {
    Path out = temp.resolve("run");
    ebb("fit", "--out", out).assertRefused("--data");
    assertThat(out).doesNotExist();
    ebb("eval", model).assertRefused("--data");
  }

  @Test
  void outputBelowAFile() {
    Path below = good.resolve("run");
    ebb("fit", "--data", good, "--out", below).assertRefused(below.toString());
    ebb("score", model, "--data", good, "--out", below).assertRefused(good.toString());
    ebb("sample", model, "--out", below).assertRefused(good.toString());
  }

  @Test
  void outputIsAFile() throws IOException {
    Path file = Files.writeString(temp.resolve("notes.txt"), "keep");
    ebb("fit", "--data", good, "--out", file).assertRefused(file.toString());
    assertThat(file).hasContent("keep");
  }

  @Test
  void outputIsAFolder() {
    ebb("score", model, "--data", good, "--out", temp).assertRefused(temp.toString());
    ebb("sample", model, "--out", temp).assertRefused(temp.toString());
  }

  @Test
  void outputFolderMissing() {
    Path out = temp.resolve("missing").resolve("rows.csv");
    ebb("score", model, "--data", good, "--out", out)
        .assertRefused(String.valueOf(out.getParent()));
    ebb("sample", model, "--out", out).assertRefused(String.valueOf(out.getParent()));
    assertThat(out.getParent()).doesNotExist();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void outputInProc() {
    ebb("fit", "--data", good, "--out", "/proc/run").assertRefused("/proc/run");
    ebb("fit", "--data", good, "--out", "/proc").assertRefused("/proc");
    ebb("score", model, "--data", good, "--out", "/proc/s.csv").assertRefused("/proc/s.csv");
    ebb("sample", model, "--out", "/proc/s.csv").assertRefused("/proc/s.csv");
  }

  @Test
  void outputHoldsARun() throws IOException {
    byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
    byte[] config = Files.readAllBytes(model.resolve("config.json"));
    ebb("fit", "--data", good, "--out", model).assertRefused(model.toString(), "--resume");
    ebb("quickstart", "--out", model).assertRefused(model.toString(), "--force");
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(model.resolve("config.json")).hasBinaryContent(config);
  }

  private static void assertRefusedEverywhere(Path data, String named) {
    assertFitRefused(data, data.toString(), named);
    assertModelRefuses(data, named);
    ebb("data", "info", data).assertRefused(data.toString(), named);
    Path out = temp.resolve("run");
    ebb("fit", "--data", good, "--test", data, "--out", out).assertRefused(data.toString(), named);
    assertThat(out).doesNotExist();
  }

  private static void assertFitRefused(Path data, String... names) {
    Path out = temp.resolve("run");
    ebb("fit", "--data", data, "--model", "ebflow-fc", "--out", out, "--steps", 5)
        .assertRefused(names);
    assertThat(out).doesNotExist();
  }

  private static void assertModelRefuses(Path data, String named) {
    ebb("eval", model, "--data", data).assertRefused(data.toString(), named);
    Path out = temp.resolve("scores.csv");
    ebb("score", model, "--data", data, "--out", out).assertRefused(data.toString(), named);
    assertThat(out).doesNotExist();
  }
}
