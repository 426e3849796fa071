package org.ebbflow.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A growing flow fitted from Java. */
class GrownFitTest {
  private static final double[][] AT = {{0.1, 0.2}, {1, -1}};

  private static Dataset data() {
    double[][] rows = new double[300][2];
    Random random = new Random(1);
    for (double[] row : rows) {
      row[0] = random.nextGaussian();
      row[1] = row[0] * row[0] + 0.5 * random.nextGaussian();
    }
    return Dataset.of(rows);
  }

  private static RunConfig config(String... settings) {
    var tree = ConfigJson.write(RunConfig.defaults("jko", "jko", DataShape.of(data())));
    ConfigJson.set(tree, "growth.maxBlocks", "2");
    ConfigJson.set(tree, "growth.epsilon", "0");
    ConfigJson.set(tree, "network.hidden", "[8]");
    ConfigJson.set(tree, "training.steps", "3");
    for (String setting : settings) {
      ConfigJson.set(tree, setting.split("=", 2)[0], setting.split("=", 2)[1]);
    }
    return ConfigJson.read(tree);
  }

  private static double[] fitted(Path folder, String... settings) {
    Fit fit = new Fit(config(settings), data(), new ModelFolder(folder), new TrainListener() {});
    assertThat(fit.run()).isEqualTo(Outcome.FINISHED);
    return DensityModel.load(folder).logProb(AT);
  }

  @Test
  void a_finished_run_taken_up_with_a_fresh_configuration_keeps_its_model(@TempDir Path folder) {
    double[] before = fitted(folder);
    assertThat(fitted(folder)).containsExactly(before);
  }

  @Test
  void a_flow_that_has_grown_to_its_end_is_not_trained_for_longer(@TempDir Path folder) {
    double[] before = fitted(folder, "schedule.name=constant");
    for (String longer : List.of("steps=9", "epochs=9", "minutes=9")) {
      RunConfig config = config("schedule.name=constant", "training." + longer);
      Fit again = new Fit(config, data(), new ModelFolder(folder), new TrainListener() {});
      assertThatThrownBy(again::run)
          .isInstanceOf(EbbException.class)
          .hasMessageContaining(folder + " has grown to its end")
          .hasMessageContaining("start anew in another folder");
    }
    assertThat(fitted(folder, "schedule.name=constant")).containsExactly(before);
  }

  /** What a kill leaves between the replacements of weights and configuration. */
  @Test
  void weights_of_more_or_fewer_blocks_than_the_configuration_has_are_read(@TempDir Path folder)
      throws IOException {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    double[] ofOne = fitted(one, "growth.maxBlocks=1");
    double[] ofTwo = fitted(two);
    assertThat(ofOne).isNotEqualTo(ofTwo);
    String oneConfig = Files.readString(one.resolve("config.json"));
    String twoConfig = Files.readString(two.resolve("config.json"));
    assertThat(mixed(oneConfig, two, folder.resolve("more"))).containsExactly(ofTwo);
    assertThat(mixed(twoConfig, one, folder.resolve("fewer"))).containsExactly(ofOne);
    String none = oneConfig.replaceAll("(?s)\"blocks\" : \\[.*?\\]", "\"blocks\" : [ ]");
    assertThat(none).isNotEqualTo(oneConfig);
    assertThat(mixed(none, two, folder.resolve("first"))).containsExactly(ofTwo);
  }

  @Test
  void weights_whose_blocks_cannot_be_read_are_damaged(@TempDir Path folder) {
    fitted(folder, "growth.maxBlocks=1");
    Path file = folder.resolve("model.safetensors");
    SafeTensors stored = SafeTensors.read(file);
    for (String blocks :
        List.of("null", "[null]", "7", "[", "{}", "[{\"from\":1,\"to\":0,\"h\":1}]")) {
      Map<String, String> texts = new LinkedHashMap<>(stored.metadata());
      assertThat(texts.put("blocks", blocks)).isNotNull();
      SafeTensors.write(file, stored.tensors(), texts);
      assertThatThrownBy(() -> DensityModel.load(folder))
          .as(blocks)
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining(file + ": is damaged")
          .hasMessageNotContaining("\n");
    }
  }

  private static double[] mixed(String config, Path weights, Path folder) throws IOException {
    Files.createDirectory(folder);
    Files.writeString(folder.resolve("config.json"), config);
    Files.copy(weights.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    return DensityModel.load(folder).logProb(AT);
  }
}
