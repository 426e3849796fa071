package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ebbflow.cli.EbbCall.ebb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.ebbflow.io.SafeTensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are killed, stopped or out of disk space, and what they come to when resumed. */
@DisabledOnOs(OS.WINDOWS)
class InterruptedFitTest {
  private static final int STEPS = 1800;

  @TempDir static Path temp;

  private static Path data;
  private static Path whole;

  private ChildEbb child;

  @BeforeAll
  static void fitWithoutInterruption() throws IOException {
    data = Samples.gaussian(temp.resolve("data.csv"), 400, 1);
    whole = temp.resolve("whole");
    ebb(fit(whole)).json();
  }

  @AfterEach
  void endChild() {
    if (child != null) {
      child.process().destroyForcibly();
    }
  }

  @Test
  void survivesKills() throws Exception {
    Path run = temp.resolve("killed");
    Random random = new Random(4);
    Object[] command = fit(run);
    for (int kill = 0; kill < 3; kill++) {
      child = ChildEbb.start(temp, command);
      child.await(run.resolve("checkpoint.safetensors"));
      // Once there is a checkpoint, the time to start Java is about the time to reach training.
      Thread.sleep((kill == 0 ? 0 : 900) + random.nextInt(600));
      child.process().destroyForcibly();
      child.finish();
      assertThat(child.messages()).isEmpty();
      assertReadable(run);
      command = resume(run);
    }
    ebb(resume(run)).json();
    assertSameAsWhole(run);
    assertThat(ebb("eval", run, "--data", data).json())
        .isEqualTo(ebb("eval", whole, "--data", data).json());
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void stopsWithACheckpoint(String signal) throws Exception {
    Path run = temp.resolve("stopped" + signal);
    child = ChildEbb.start(temp, fit(run));
    child.await(run.resolve("checkpoint.safetensors"));
    new ProcessBuilder("kill", "-" + signal, Long.toString(child.process().pid()))
        .start()
        .waitFor();
    assertThat(child.finish()).isEqualTo(signal.equals("INT") ? 130 : 143);
    assertThat(child.errors())
        .containsPattern("stopped at step \\d+; go on with: ebb fit --resume --out .*" + signal);
    assertThat(Files.size(child.out())).isZero();
    assertReadable(run);
    JsonNode result = ebb(resume(run)).json();
    assertThat(result.get("steps").asInt()).isEqualTo(STEPS);
    assertSameAsWhole(run);
  }

  @Test
  void stopsBeforeTheFirstCheckpointToo() throws Exception {
    Path run = temp.resolve("early");
    child = ChildEbb.start(temp, fit(run));
    child.await(run.resolve("config.json"));
    child.process().destroyForcibly();
    child.finish();
    Files.deleteIfExists(run.resolve("checkpoint.safetensors"));
    ebb(resume(run)).json();
    assertSameAsWhole(run);
  }

  @Test
  void quickstartCanBeStoppedAndResumed() throws Exception {
    Path run = temp.resolve("quickstart");
    child = ChildEbb.start(temp, "quickstart", "--out", run, "--epochs", 1);
    child.await(run.resolve("config.json"));
    new ProcessBuilder("kill", "-INT", Long.toString(child.process().pid())).start().waitFor();
    assertThat(child.finish()).isEqualTo(130);
    assertThat(child.errors()).contains("go on with: ebb quickstart --resume --out " + run);
    assertThat(child.errors()).doesNotContain("report.html");
    JsonNode result = ebb("quickstart", "--resume", "--out", run).json();
    assertThat(result.get("steps").asInt()).isEqualTo(80);
    assertThat(result.get("report").asText()).isEqualTo(run.resolve("report.html").toString());
    assertThat(run.resolve("report.html")).isNotEmptyFile();
    ebb("quickstart", "--out", run).assertRefused(run.toString(), "--resume");
  }

  @Test
  void fullDiskLeavesEarlierFilesWhole() throws Exception {
    Path images = Samples.images(temp.resolve("images"), 200, 12, 12);
    Path run = temp.resolve("full");
    // The dense layers of 144 pixels take 166 kB in the model and four times as much in the
    // checkpoint.
    Object[] command = {
      "fit", "--data", images, "--out", run, "--steps", 40, "--set", "validateEvery=10"
    };
    child = ChildEbb.startLimited(temp, 300, command);
    assertThat(child.finish()).isEqualTo(2);
    assertThat(child.messages())
        .singleElement()
        .asString()
        .contains("cannot write file " + run.resolve("checkpoint.safetensors"), "disk");
    assertThat(child.errors()).doesNotContain("Exception", "\tat ");
    assertThat(Files.size(child.out())).isZero();
    assertThat(run.toFile().list())
        .containsExactlyInAnyOrder(".lock", "config.json", "provenance.json", "model.safetensors");
    SafeTensors.read(run.resolve("model.safetensors"));

    // There is space again: the run goes on.
    ebb(resume(run)).json();
    byte[] checkpoint = Files.readAllBytes(run.resolve("checkpoint.safetensors"));
    byte[] model = Files.readAllBytes(run.resolve("model.safetensors"));

    child = ChildEbb.startLimited(temp, 100, "fit", "--resume", "--out", run, "--epochs", 9);
    assertThat(child.finish()).isEqualTo(2);
    assertThat(child.messages()).singleElement().asString().contains("cannot write file");
    assertThat(run.resolve("checkpoint.safetensors")).hasBinaryContent(checkpoint);
    assertThat(run.resolve("model.safetensors")).hasBinaryContent(model);
    assertThat(run.toFile().list()).noneMatch(name -> name.endsWith(".tmp"));

    Path drawn = temp.resolve("drawn.csv");
    child = ChildEbb.startLimited(temp, 20, "sample", run, "--n", 500, "--out", drawn);
    assertThat(child.finish()).isEqualTo(2);
    assertThat(child.messages()).singleElement().asString().contains(drawn.toString());
    assertThat(drawn).doesNotExist();
  }

  private static Object[] fit(Path run) {
    return new Object[] {
      "fit",
      "--data",
      data,
      "--out",
      run,
      "--steps",
      STEPS,
      "--seed",
      7,
      "--objective",
      "ml",
      "--set",
      "threads=1",
      "--set",
      "validateEvery=150",
      "--set",
      "checkpointSeconds=1"
    };
  }

  private static Object[] resume(Path run) {
    return new Object[] {"fit", "--resume", "--out", run};
  }

  private static void assertReadable(Path run) {
    SafeTensors.read(run.resolve("checkpoint.safetensors"));
    if (Files.exists(run.resolve("model.safetensors"))) {
      SafeTensors.read(run.resolve("model.safetensors"));
    }
  }

  private static void assertSameAsWhole(Path run) throws IOException {
    assertThat(run.resolve("model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model.safetensors"));
    SafeTensors ended = SafeTensors.read(run.resolve("checkpoint.safetensors"));
    SafeTensors expected = SafeTensors.read(whole.resolve("checkpoint.safetensors"));
    assertThat(ended.tensors()).isEqualTo(expected.tensors());
    assertThat(untimed(ended)).isEqualTo(untimed(expected));
  }

  /** Curves and counters, without the times in them. */
  private static JsonNode untimed(SafeTensors checkpoint) throws IOException {
    JsonNode state = new ObjectMapper().readTree(checkpoint.metadata().get("state"));
    assertThat(state.get("validations")).hasSize(STEPS / 150);
    state.findParents("seconds").forEach(parent -> ((ObjectNode) parent).remove("seconds"));
    return state;
  }
}
