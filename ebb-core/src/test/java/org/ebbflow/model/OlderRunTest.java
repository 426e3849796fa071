package org.ebbflow.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Run folders as versions from before some settings wrote them. */
class OlderRunTest {
  private static final List<String> LATER = List.of("differentiation", "precision");

  @TempDir Path path;

  private static Dataset rows(int columns) {
    Random random = new Random(1);
    double[][] rows = new double[80][columns];
    for (double[] row : rows) {
      for (int i = 0; i < columns; i++) {
        row[i] = random.nextGaussian();
      }
    }
    return Dataset.of(rows);
  }

  private static RunConfig config(String model, String objective, Dataset data, int steps) {
    ObjectNode tree = ConfigJson.write(RunConfig.defaults(model, objective, DataShape.of(data)));
    ConfigJson.set(tree, "training.steps", Integer.toString(steps));
    ConfigJson.set(tree, "training.epochs", "0");
    ConfigJson.set(tree, "training.batch", "20");
    ConfigJson.set(tree, "objective.ode.quadrature", "stages"); // there was no other
    ConfigJson.set(tree, "training.schedule.name", "exponential");
    return ConfigJson.read(tree);
  }

  private Fit fit(RunConfig config, Dataset data) {
    return new Fit(config, data, new ModelFolder(path), new TrainListener() {});
  }

  /** What a version without the later settings named such a run. */
  private static String olderName(RunConfig config, Dataset data) throws Exception {
    ObjectNode tree = ConfigJson.write(config);
    tree.remove(List.of("device", "threads"));
    ObjectNode objective = (ObjectNode) tree.get("objective");
    objective.remove(LATER);
    ((ObjectNode) objective.get("ode")).remove("quadrature");
    if (config.model() instanceof BlockFlow) {
      ((ObjectNode) tree.get("model")).remove("blocks");
      ((ObjectNode) tree.get("growth")).remove("cache");
    } else {
      tree.remove("growth");
      objective.remove(List.of("ode", "transport", "bending", "optimalPairs"));
    }
    ((ObjectNode) tree.get("training")).remove(List.of("steps", "epochs", "minutes", "patience"));
    return sha256(ConfigJson.text(tree) + data.fingerprint());
  }

  private static String sha256(String text) throws NoSuchAlgorithmException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /** Makes the folder what an older version would have left. */
  private void age(RunConfig config, Dataset data) throws Exception {
    Path file = path.resolve("config.json");
    ObjectNode tree = (ObjectNode) ConfigJson.mapper().readTree(Files.readString(file));
    ObjectNode objective = (ObjectNode) tree.findValue("objective");
    for (String name : LATER) {
      assertThat(objective.remove(name)).as(name).isNotNull();
    }
    assertThat(((ObjectNode) objective.get("ode")).remove("quadrature")).isNotNull();
    Files.writeString(file, ConfigJson.text(tree));
    Path checkpoint = path.resolve("checkpoint.safetensors");
    SafeTensors stored = SafeTensors.read(checkpoint);
    Map<String, String> texts = new LinkedHashMap<>(stored.metadata());
    texts.put("run", olderName(config, data));
    SafeTensors.write(checkpoint, stored.tensors(), texts);
  }

  @ParameterizedTest
  @CsvSource({"ml", "ssm", "dsm"})
  void goes_on(String objective) throws Exception {
    Dataset data = rows(3);
    RunConfig config = config("ebflow-fc", objective, data, 4);
    fit(config, data).run();
    age(config, data);
    RunConfig older = new ModelFolder(path).readConfig().config();
    assertThat(older).isEqualTo(config);
    Fit resumed = fit(config("ebflow-fc", objective, data, 8), data);
    resumed.restore();
    assertThat(resumed.state().step()).isEqualTo(4);
    assertThat(resumed.run()).isEqualTo(Outcome.FINISHED);
    assertThat(resumed.state().step()).isEqualTo(8);
  }

  @Test
  void goes_on_where_a_flow_grows() throws Exception {
    Dataset data = rows(2);
    ObjectNode tree = ConfigJson.write(config("jko", "jko", data, 3));
    ConfigJson.set(tree, "growth.maxBlocks", "1");
    ConfigJson.set(tree, "network.hidden", "[8]");
    RunConfig config = ConfigJson.read(tree);
    fit(config, data).run();
    age(config, data);
    Fit resumed = fit(config, data);
    resumed.restore();
    assertThat(resumed.state().blocks()).hasSize(1);
  }

  @Test
  void goes_on_differentiated_otherwise_but_not_in_other_precision() throws IOException {
    Dataset data = rows(3);
    RunConfig config = config("ebflow-fc", "ssm", data, 4);
    fit(config, data).run();
    fit(with(config, "differentiation", "autograd"), data).restore();
    Fit rounded = fit(with(config, "precision", "bfloat16"), data);
    assertThatThrownBy(rounded::restore).hasMessageContaining("other data or settings");
  }

  private static RunConfig with(RunConfig config, String setting, String value) {
    ObjectNode tree = ConfigJson.write(config);
    ConfigJson.set(tree, "objective." + setting, value);
    return ConfigJson.read(tree);
  }

  @Test
  void networks_that_took_conditions_as_they_are_are_named() throws Exception {
    Dataset data = rows(2).withCondition(rows(1));
    RunConfig config = config("realnvp-2d", "ml", data, 4);
    fit(config, data).run();
    age(config, data);
    Fit resumed = fit(config, data);
    assertThatThrownBy(resumed::restore)
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("older version")
        .hasMessageContaining("standardised now")
        .hasMessageContaining("another folder");
    Fit other = fit(with(config, "sigma", "0.7"), data);
    assertThatThrownBy(other::restore).hasMessageContaining("other data or settings");
  }

  /** As a file given with --config is: what it leaves out is what it meant then. */
  @Test
  void a_whole_older_configuration_over_todays_defaults_keeps_its_quadrature() {
    DataShape shape = DataShape.of(rows(2));
    ObjectNode today = ConfigJson.write(RunConfig.defaults("jko", "jko", shape));
    assertThat(today.at("/objective/ode/quadrature").asText()).isEqualTo("STEPS");
    ObjectNode older = today.deepCopy();
    ((ObjectNode) older.at("/objective/ode")).remove("quadrature");
    ConfigJson.overlay(today, older, "older.json");
    assertThat(today.at("/objective/ode/quadrature").asText()).isEqualTo("STAGES");
  }
}
