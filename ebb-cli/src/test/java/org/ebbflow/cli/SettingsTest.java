package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ebbflow.cli.EbbCall.ebb;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What decides a run: defaults, a file, single settings, and which of them are refused. */
class SettingsTest {
  @TempDir static Path temp;

  private static Path data;

  @BeforeAll
  static void writeData() throws IOException {
    data = Samples.gaussian(temp.resolve("data.csv"), 60, 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--colour blue | --colour",
        "--steps many | --steps",
        "--steps | --steps",
        "--steps -5 | steps is -5",
        "--steps 0 | steps",
        "--epochs -1 | epochs is -1",
        "--epochs NaN | epochs is NaN",
        "--minutes -1 | minutes is -1",
        "--model glow | 'glow'",
        "--objective wish | 'wish'",
        "--set colour=1 | 'colour'",
        "--set layers | layers",
        "--set =3 | =3",
        "--set name=x | training.optimizer.name",
        "--set epsilon=1 | objective.epsilon",
        "--set batch=abc | 'training.batch' cannot be \"abc\"",
        "--set batch=1.5 | 'training.batch' cannot be 1.5",
        "--set batch=0 | batch is 0",
        "--set batch= | 'training.batch' has no value",
        "--set batch=null | 'training.batch' has no value",
        "--set batch=[1] | training.batch",
        "--set batch={\"a\":1} | training.batch",
        "--set batch=99999999999 | training.batch",
        "--set learningRate=-1 | learningRate is -1",
        "--set learningRate=NaN | learningRate is NaN",
        "--set learningRate=1e999 | learningRate",
        "--set optimizer.name=null | 'training.optimizer.name' has no value",
        "--set optimizer.name=sgd | 'sgd'",
        "--set schedule.name=sawtooth | 'sawtooth'",
        "--set milestones=[3,x] | training.schedule.milestones",
        "--set milestones=[3,2] | milestones are [3, 2]",
        "--set dtype=float8 | float8",
        "--set matrix=round | model.matrix",
        "--set alpha=0 | alpha",
        "--set ema=1 | ema is 1",
        "--set threads=-1 | threads is -1",
        "--set seed=x | seed",
        "--set sigma=-1 --objective dsm | sigma",
        "--set slices=0 | slices",
        "--set validation=0 | validation is 0",
        "--set validation=1000 | validation asks for 1000 of 60 rows",
        "--set preprocessing.kind=magic | 'magic'",
        "--set preprocessing.kind=image | 'image'",
        "--set checkpointSeconds=0 | checkpointSeconds is 0",
        "--set training=3 | 'training'",
        "--objective ssm --set precision=bfloat16 --set matrix=lower | layer 1, FullyConnected(3",
        "--objective dsm --set precision=bfloat16 --set matchAfterPreprocessing=false"
            + " | training.matchAfterPreprocessing=true",
      })
  void badOptionIsNamed(String options, String named) {
    Path out = temp.resolve("run");
    List<Object> words = new ArrayList<>(List.of("fit", "--data", data, "--out", out));
    words.addAll(List.of(options.split(" ")));
    ebb(words.toArray()).assertRefused(named);
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | holds no settings",
        "just words | holds no settings",
        "`a: [1` | is no YAML",
        "`a: 1\na: 2` | is no YAML",
        "`seed: 1\n---\nseed: 2` | is no YAML",
        "`colour: 1` | 'colour'",
        "`training: {batches: 3}` | 'training.batches'",
        "`training: {batch: many}` | 'training.batch' cannot be \"many\"",
        "`training: {batch: }` | 'training.batch' has no value",
        "`training: ` | 'training' is a section",
        "`model: ebflow-fc` | 'model' is a section",
        "`model: {name: glow}` | 'glow'",
        "`training: {optimizer: null}` | 'training.optimizer' is a section",
      })
  void badFileIsNamed(String yaml, String named) throws IOException {
    Path config = Files.writeString(temp.resolve("bad.yaml"), yaml);
    Path out = temp.resolve("run");
    ebb("fit", "--data", data, "--out", out, "--config", config).assertRefused(named);
    assertThat(out).doesNotExist();
  }

  @Test
  void missingFileIsNamed() {
    Path config = temp.resolve("nowhere.yaml");
    Path out = temp.resolve("run");
    ebb("fit", "--data", data, "--out", out, "--config", config).assertRefused(config.toString());
    ebb("fit", "--data", data, "--out", out, "--config", temp).assertRefused(temp.toString());
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"frobnicate", "--frobnicate", "fti"})
  void unknownCommand(String word) {
    ebb(word).assertRefused(word);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x", "2147483647"})
  void badNumberOfDraws(String n) throws IOException {
    Path model = temp.resolve("drawn");
    if (!Files.exists(model)) {
      ebb("fit", "--data", data, "--model", "ebflow-fc", "--out", model, "--steps", 3).json();
    }
    Path out = temp.resolve("draws.csv");
    ebb("sample", model, "--n", n, "--out", out).assertRefused(n);
    assertThat(out).doesNotExist();
  }

  @Test
  void fileGoesOverDefaultsAndUnderOptions() throws IOException {
    Path config = temp.resolve("run.yaml");
    Files.writeString(
        config,
        """
        model:
          layers: 3
          alpha: 0.5
        objective:
          name: dsm
          sigma: 0.2
        training:
          batch: 20
          steps: 4
          optimizer: {learningRate: 0.01}
        seed: 8
        """);
    Path out = temp.resolve("overlaid");
    ebb(
            "fit",
            "--data",
            data,
            "--out",
            out,
            "--config",
            config,
            "--set",
            "alpha=0.7",
            "--set",
            "training.batch=25")
        .json();
    JsonNode run = ebb("info", out).json().get("config");
    assertThat(run.at("/model/layers").asInt()).isEqualTo(3);
    assertThat(run.at("/model/alpha").asDouble()).isEqualTo(0.7);
    assertThat(run.at("/objective/name").asText()).isEqualTo("dsm");
    assertThat(run.at("/objective/sigma").asDouble()).isEqualTo(0.2);
    assertThat(run.at("/training/batch").asInt()).isEqualTo(25);
    assertThat(run.at("/training/optimizer/learningRate").asDouble()).isEqualTo(0.01);
    assertThat(run.at("/training/optimizer/name").asText()).isEqualTo("adam");
    assertThat(run.get("seed").asInt()).isEqualTo(8);

    Path overridden = temp.resolve("overridden");
    ebb(
            "fit",
            "--data",
            data,
            "--out",
            overridden,
            "--config",
            config,
            "--objective",
            "ml",
            "--seed",
            9,
            "--steps",
            2)
        .json();
    JsonNode other = ebb("info", overridden).json().get("config");
    assertThat(other.at("/objective/name").asText()).isEqualTo("ml");
    assertThat(other.get("seed").asInt()).isEqualTo(9);
    assertThat(other.at("/training/steps").asInt()).isEqualTo(2);
  }

  @Test
  void aModelsOwnConfigurationCanBeGivenAgain() throws IOException {
    Path first = temp.resolve("original");
    ebb("fit", "--data", data, "--out", first, "--steps", 6, "--set", "threads=1").json();
    Path config = temp.resolve("again.json");
    Files.writeString(config, ebb("info", first).json().get("config").toString());
    Path second = temp.resolve("repeated");
    ebb("fit", "--data", data, "--out", second, "--config", config).json();
    assertThat(second.resolve("model.safetensors"))
        .hasSameBinaryContentAs(first.resolve("model.safetensors"));
  }

  @Test
  void resumeCanGoOnForLonger() throws IOException {
    String[] common = {"--set", "schedule.name=constant", "--set", "threads=1"};
    Path longer = temp.resolve("longer");
    fit(longer, 2, common);
    JsonNode result = ebb("fit", "--resume", "--out", longer, "--epochs", 5).json();
    assertThat(result.get("steps").asInt()).isEqualTo(5);
    Path atOnce = temp.resolve("atOnce");
    fit(atOnce, 5, common);
    assertThat(longer.resolve("model.safetensors"))
        .hasSameBinaryContentAs(atOnce.resolve("model.safetensors"));
    assertThat(ebb("info", longer).json().at("/config/training/epochs").asInt()).isEqualTo(5);
  }

  @Test
  void resumeOfAFinishedRunChangesNothing() throws IOException {
    Path run = temp.resolve("finished");
    fit(run, 3);
    byte[] weights = Files.readAllBytes(run.resolve("model.safetensors"));
    assertThat(ebb("fit", "--resume", "--out", run).json().get("steps").asInt()).isEqualTo(3);
    assertThat(run.resolve("model.safetensors")).hasBinaryContent(weights);
  }

  private static void fit(Path out, int epochs, String... more) throws IOException {
    List<Object> words =
        new ArrayList<>(List.of("fit", "--data", data, "--out", out, "--epochs", epochs));
    words.addAll(List.of(more));
    ebb(words.toArray()).json();
  }
}
