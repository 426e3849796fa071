package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ebbflow.cli.EbbCall.ebb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Model folders that cannot be used: the file at fault is named, and nothing is written. */
class BadModelFolderTest {
  @TempDir static Path temp;

  private static Path data;
  private static Path whole;
  private static Path other;

  private Path model;

  @BeforeAll
  static void fit() throws IOException {
    data = Samples.gaussian(temp.resolve("data.csv"), 60, 1);
    whole = temp.resolve("whole");
    ebb("fit", "--data", data, "--model", "ebflow-fc", "--out", whole, "--steps", 5).json();
    other = temp.resolve("other");
    ebb("fit", "--data", data, "--out", other, "--steps", 5, "--set", "layers=3").json();
  }

  @BeforeEach
  void copy() throws IOException {
    model = Files.createTempDirectory(temp, "model");
    for (String file :
        new String[] {
          "config.json", "model.safetensors", "provenance.json", "checkpoint.safetensors"
        }) {
      Files.copy(whole.resolve(file), model.resolve(file));
    }
  }

  @Test
  void missingFolder() {
    model = temp.resolve("nowhere");
    assertUnusable(model.toString());
    ebb("fit", "--resume", "--out", model).assertRefused(model.toString());
    assertThat(model).doesNotExist();
  }

  @Test
  void emptyFolder() throws IOException {
    model = Files.createTempDirectory(temp, "empty");
    assertUnusable("config.json");
    ebb("fit", "--resume", "--out", model).assertRefused("config.json");
    assertThat(model).isEmptyDirectory();
  }

  @Test
  void fileInsteadOfFolder() {
    model = data;
    assertUnusable(data.toString());
  }

  @Test
  void configurationOfAGiantIsRefusedBeforeItIsBuilt() throws IOException {
    Path config = model.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace("\"layers\" : 6", "\"layers\" : 100000000"));
    ebb("eval", model, "--data", data).assertRefused("calls for");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "^.*$ | `` | damaged",
        "^.*$ | {\"format\": | damaged",
        "^.*$ | [1, 2] | damaged",
        "\"format\" : \"ebb-model-1\" | \"format\" : \"ebb-model-9\" | ebb-model-9",
        "\"dimension\" : 3 | \"dimension\" : -3 | damaged",
        "\"dimension\" : 3 | \"dimension\" : 4 | damaged",
        "\"dimension\" : 3 | \"dimension\" : null | damaged",
        "\"layers\" : 6 | \"layers\" : 0 | layers is 0",
        "\"layers\" : 6 | \"layers\" : \"two\" | model.layers",
        "\"layers\" : 6 | \"layers\" : 2, \"width\" : 2 | width",
        "\"name\" : \"ebflow-fc\" | \"name\" : \"nosuch\" | nosuch",
        "\"name\" : \"ebflow-fc\" | \"name\" : \"glow\" | model.scales",
        "\"seed\" : 1 | \"seed\" : null | seed",
        "\"seed\" : 1 | \"seed\" : 1, \"sead\" : 2 | sead",
        "\"kind\" : \"standardise\" | \"kind\" : null | kind",
        "\"kind\" : \"standardise\" | \"kind\" : \"image\" | image",
      })
  void damagedConfig(String pattern, String replacement, String named) throws IOException {
    Path config = model.resolve("config.json");
    String text = Files.readString(config);
    String damaged = pattern.equals("^.*$") ? replacement : text.replaceFirst(pattern, replacement);
    assertThat(damaged).isNotEqualTo(text);
    Files.writeString(config, damaged);
    assertUnusable(named);
    ebb("fit", "--resume", "--out", model).assertRefused(named);
    assertThat(config).hasContent(damaged);
  }

  @Test
  void weightsMissing() throws IOException {
    Files.delete(model.resolve("model.safetensors"));
    assertUnusable("resume its training");
    Files.delete(model.resolve("checkpoint.safetensors"));
    assertUnusable("model.safetensors");
  }

  @Test
  void weightsTruncated() throws IOException {
    Path file = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    for (int length : new int[] {0, 5, 40, bytes.length - 1}) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertUnusable(file.toString());
    }
  }

  @Test
  void weightsNotFinite() throws IOException {
    Path file = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, Float.NaN);
    Files.write(file, bytes);
    assertUnusable(file.toString());
  }

  @Test
  void weightsOfAnotherModel() throws IOException {
    Path file = model.resolve("model.safetensors");
    byte[] foreign = Files.readAllBytes(other.resolve("model.safetensors"));
    Files.write(file, foreign);
    assertUnusable(file.toString());
    Files.write(file, Files.readAllBytes(model.resolve("checkpoint.safetensors")));
    assertUnusable(file.toString());
  }

  @Test
  void weightsAreAFolder() throws IOException {
    Path file = model.resolve("model.safetensors");
    Files.delete(file);
    Files.createDirectory(file);
    assertUnusable(file.toString());
  }

  @Test
  void checkpointDamaged() throws IOException {
    Path file = model.resolve("checkpoint.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    assertResumeRefusedUnchanged(file.toString());
    Files.write(file, Files.readAllBytes(other.resolve("checkpoint.safetensors")));
    assertResumeRefusedUnchanged(file.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"x | damaged", "{} | damaged", "{\"data\": null} | damaged", "[] | damaged"})
  void provenanceDamaged(String text, String named) throws IOException {
    Path file = Files.writeString(model.resolve("provenance.json"), text);
    assertResumeRefusedUnchanged(file.toString());
    ebb("info", model).assertRefused(file.toString(), named);
    Files.delete(file);
    ebb("fit", "--resume", "--out", model).assertRefused("provenance.json");
  }

  @Test
  void resumeWithChangedData() throws IOException {
    Path changed = Samples.gaussian(temp.resolve("changed.csv"), 60, 2);
    assertResumeRefusedUnchanged(changed.toString(), "--data", changed.toString());
    Path moved = Files.copy(data, temp.resolve("moved.csv"));
    Path run = temp.resolve("movedRun");
    ebb("fit", "--data", moved, "--model", "ebflow-fc", "--out", run, "--steps", 3).json();
    Files.delete(moved);
    ebb("fit", "--resume", "--out", run).assertRefused(moved.toString(), "--data");
    ebb("fit", "--resume", "--out", run, "--data", data).json();
  }

  @ParameterizedTest
  @CsvSource({
    "--objective, dsm",
    "--model, ebflow-fc",
    "--seed, 3",
    "--config, run.yaml",
    "--epochs, 9",
    "--steps, 9",
    "--minutes, 9"
  })
  void resumeWithOtherOptions(String option, String value) throws IOException {
    assertResumeRefusedUnchanged(option, option, value);
  }

  @ParameterizedTest
  @CsvSource({"layers=3, checkpoint", "batch=7, checkpoint", "layers=0, layers", "color=1, color"})
  void resumeWithOtherSettings(String setting, String named) throws IOException {
    assertResumeRefusedUnchanged(named, "--set", setting);
    ebb("eval", model, "--data", data).json();
  }

  @Test
  void quickstartsAndFitsAreNotMixed() throws IOException {
    ebb("quickstart", "--resume", "--out", model).assertRefused(model.toString(), "ebb fit");
    Path file = model.resolve("provenance.json");
    String quick = Files.readString(file).replace(data.toString(), "bundled MNIST digits");
    Files.writeString(file, quick);
    assertResumeRefusedUnchanged("ebb quickstart --resume --out " + model);
    ebb("quickstart", "--out", model, "--force", "--epochs", -1).assertRefused("epochs");
    assertThat(file).hasContent(quick);
  }

  private void assertResumeRefusedUnchanged(String named, String... options) throws IOException {
    String[] files = {"config.json", "provenance.json", "model.safetensors"};
    byte[][] before = new byte[files.length][];
    for (int i = 0; i < files.length; i++) {
      before[i] = Files.readAllBytes(model.resolve(files[i]));
    }
    Object[] words = new Object[4 + options.length];
    System.arraycopy(new Object[] {"fit", "--resume", "--out", model}, 0, words, 0, 4);
    System.arraycopy(options, 0, words, 4, options.length);
    ebb(words).assertRefused(named);
    for (int i = 0; i < files.length; i++) {
      assertThat(model.resolve(files[i])).hasBinaryContent(before[i]);
    }
  }

  private void assertUnusable(String named) {
    ebb("info", model).assertRefused(named);
    ebb("eval", model, "--data", data).assertRefused(named);
    Path out = temp.resolve("out.csv");
    ebb("score", model, "--data", data, "--out", out).assertRefused(named);
    ebb("sample", model, "--out", out).assertRefused(named);
    assertThat(out).doesNotExist();
  }
}
