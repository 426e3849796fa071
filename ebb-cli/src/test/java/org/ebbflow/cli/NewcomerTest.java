package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ebbflow.cli.EbbCall.ebb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is asked for is done or refused, never left out without a word. */
class NewcomerTest {
  @TempDir static Path temp;

  private static Path data;
  private static Path model;

  @BeforeAll
  static void fit() throws IOException {
    data = Samples.gaussian(temp.resolve("data.csv"), 60, 1);
    model = temp.resolve("model");
    ebb("fit", "--data", data, "--model", "ebflow-fc", "--steps", 3, "--out", model).json();
  }

  @Test
  void whatIsReadIsNotWrittenOver() throws IOException {
    String before = Files.readString(data);
    ebb("score", model, "--data", data, "--out", data).assertRefused("--out", "is also read");
    ebb("inpaint", model, "--data", data, "--mask", "random:0.5", "--out", data)
        .assertRefused("--out", "is also read");
    ebb("compare", data, data, "--out", data).assertRefused("--out", "is also read");
    ebb("schema", data, "--out", data).assertRefused("--out", "is also read");
    assertThat(data).hasContent(before);
  }

  @Test
  void namesSayWhatIsWritten() {
    for (String name : List.of("a.parquet", "a.foo", "a")) {
      Path out = temp.resolve(name);
      ebb("sample", model, "--out", out).assertRefused(name, ".csv.gz");
      ebb("score", model, "--data", data, "--out", out).assertRefused(name, ".csv.gz");
      assertThat(out).doesNotExist();
    }
  }

  @Test
  void optionsThatDoNotGoTogetherAreRefused() {
    Path out = temp.resolve("out.csv");
    Path other = temp.resolve("other");
    ebb("sample", model, "--iterations", 10, "--out", out).assertRefused("--iterations");
    ebb("sample", model, "--denoise", 0.1, "--out", out).assertRefused("--denoise", "dsm");
    ebb("score", model, "--data", data, "--flag", 0.5, "--out", out).assertRefused("--flag");
    ebb(
            "inpaint",
            model,
            "--data",
            data,
            "--mask",
            "random:0.5",
            "--method",
            "mala",
            "--snr",
            3,
            "--out",
            out)
        .assertRefused("--snr");
    ebb("fit", "--data", data, "--model", "ebflow-fc", "--trim", 0.1, "--out", other)
        .assertRefused("--trim");
    ebb("fit", "--data", data, "--model", "jko", "--candidates", "spline", "--out", other)
        .assertRefused("--candidates");
    ebb("fit", "--resume", "--out", model, "--trim", 0.3).assertRefused("--trim");
    assertThat(out).doesNotExist();
    assertThat(other).doesNotExist();
  }

  @Test
  void masksAreFoundByNameOrRefused() throws IOException {
    Path out = temp.resolve("out.csv");
    ebb("inpaint", model, "--data", data, "--mask", "foo", "--out", out)
        .assertRefused("foo", "left-half");
    List<String> names = new ArrayList<>(List.of(Files.readAllLines(data).get(0).split(",", -1)));
    Collections.reverse(names);
    Path mask = temp.resolve("mask.csv");
    Files.writeString(
        mask, String.join(",", names) + "\n" + "1" + ",0".repeat(names.size() - 1) + "\n");
    ebb("inpaint", model, "--data", data, "--mask", mask, "--out", out)
        .assertRefused("mask's columns");
  }

  @Test
  void filesOfOtherKindsAreNamed() throws IOException {
    Path json = Files.writeString(temp.resolve("rows.json"), "[{\"x\": 1}]");
    ebb("eval", model, "--data", json).assertRefused("rows.json", "CSV");
    ebb("data", "info", json).assertRefused("rows.json", "CSV");
  }

  @Test
  void configurationsTakeEveryNameThatSetTakes() throws IOException {
    Path yaml = Files.writeString(temp.resolve("run.yaml"), "training.batch: 7\nclip: 3\n");
    Path out = temp.resolve("configured");
    ebb("fit", "--data", data, "--model", "ebflow-fc", "--config", yaml, "--steps", 3, "--out", out)
        .json();
    JsonNode config = new ObjectMapper().readTree(Files.readString(out.resolve("config.json")));
    assertThat(config.at("/run/training/batch").asInt()).isEqualTo(7);
    // And a model's own file is one.
    Path again = temp.resolve("again");
    ebb("fit", "--data", data, "--config", out.resolve("config.json"), "--out", again).json();
    assertThat(Files.readString(again.resolve("config.json")))
        .isEqualTo(Files.readString(out.resolve("config.json")));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aResultThatIsNotTakenIsAnError() throws Exception {
    ChildEbb child = ChildEbb.startInto(temp, Path.of("/dev/full"), "info", model);
    assertThat(child.finish()).isEqualTo(2);
    assertThat(child.messages()).singleElement().asString().contains("standard output");
  }
}
