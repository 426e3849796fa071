package org.ebbflow.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.io.StoredTensor;
import org.ebbflow.tensor.Engine;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Covariates may come in any units. */
class StandardisedConditionTest {
  private static final int ROWS = 300;
  private static final double CENTRE = 40_000;
  private static final double SCALE = 250;

  @TempDir Path folder;

  /** Rows that move with a covariate and a label; the third condition never changes. */
  private static Dataset rows(double centre, double scale) {
    double[][] rows = new double[ROWS][2];
    double[][] given = new double[ROWS][3];
    Random random = new Random(1);
    for (int i = 0; i < ROWS; i++) {
      double covariate = random.nextGaussian();
      int label = random.nextInt(10) == 0 ? 1 : 0;
      given[i] = new double[] {centre + scale * covariate, label, 3};
      rows[i][0] = random.nextGaussian() + covariate;
      rows[i][1] = rows[i][0] * rows[i][0] + 0.5 * random.nextGaussian() + label;
    }
    return Dataset.of(rows)
        .withCondition(Dataset.of(given).withColumnNames(List.of("income", "label", "always")));
  }

  private static RunConfig config(String model, Dataset data) {
    String objective =
        Architectures.defaults(model, DataShape.of(data)).customaryObjective(DataShape.of(data));
    var tree = ConfigJson.write(RunConfig.defaults(model, objective, DataShape.of(data)));
    ConfigJson.set(tree, "dtype", "float64");
    ConfigJson.set(tree, "training.steps", "5");
    ConfigJson.set(tree, "training.epochs", "0");
    ConfigJson.set(tree, "training.batch", "100");
    if (model.equals("realnvp-2d") || model.equals("spline")) {
      ConfigJson.set(tree, "model.width", "8");
    } else {
      ConfigJson.set(tree, "network.hidden", "[8]");
    }
    if (model.equals("jko")) {
      ConfigJson.set(tree, "growth.maxBlocks", "2");
      ConfigJson.set(tree, "growth.epsilon", "0");
    }
    return ConfigJson.read(tree);
  }

  private DensityModel fitted(String name, String model, Dataset data) {
    Path place = folder.resolve(name);
    Outcome outcome =
        new Fit(config(model, data), data, new ModelFolder(place), new TrainListener() {}).run();
    assertThat(outcome).isEqualTo(Outcome.FINISHED);
    return DensityModel.load(place);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jko", "cnf", "diffusion", "spline", "realnvp-2d"})
  void units_of_a_covariate_change_nothing(String model) {
    Dataset plain = rows(0, 1);
    Dataset large = rows(CENTRE, SCALE);
    DensityModel first = fitted("plain", model, plain);
    DensityModel second = fitted("large", model, large);
    close(second.logProb(large, done -> {}), first.logProb(plain, done -> {}));
    close(second.score(large, done -> {})[7], first.score(plain, done -> {})[7]);
    Dataset drawn = second.sample(large.condition().orElseThrow(), 5, done -> {});
    Dataset expected = first.sample(plain.condition().orElseThrow(), 5, done -> {});
    double[] some = new double[2 * 20];
    double[] same = new double[2 * 20];
    int[] rows = new int[20];
    Arrays.setAll(rows, i -> i);
    drawn.gather(rows, some);
    expected.gather(rows, same);
    close(some, same);
  }

  private static void close(double[] found, double[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within(1e-5 * (1 + Math.abs(expected[i]))));
    }
  }

  @Test
  void labels_stay_as_they_are_and_a_constant_is_only_moved() {
    fitted("kept", "realnvp-2d", rows(CENTRE, SCALE));
    Map<String, StoredTensor> stored =
        SafeTensors.read(folder.resolve("kept/model.safetensors")).tensors();
    double[] scale = stored.get("preprocessing.condition.scale").doubles();
    double[] offset = stored.get("preprocessing.condition.offset").doubles();
    assertThat(offset[0]).isCloseTo(CENTRE, within(0.2 * SCALE));
    assertThat(1 / scale[0]).isCloseTo(SCALE, within(0.2 * SCALE));
    assertThat(offset[1]).isZero();
    assertThat(offset[2]).isCloseTo(3, within(1e-12));
    assertThat(Arrays.copyOfRange(scale, 1, 3)).containsExactly(1, 1);
  }

  @Test
  void models_from_before_take_conditions_as_they_are() {
    Dataset data = rows(0, 3);
    DensityModel model = fitted("old", "realnvp-2d", data);
    Path file = folder.resolve("old/model.safetensors");
    SafeTensors stored = SafeTensors.read(file);
    double scale = stored.tensors().get("preprocessing.condition.scale").doubles()[0];
    double[] offset = stored.tensors().get("preprocessing.condition.offset").doubles();
    Map<String, StoredTensor> without = new LinkedHashMap<>(stored.tensors());
    without.keySet().removeIf(name -> name.startsWith("preprocessing.condition."));
    SafeTensors.write(file, without, stored.metadata());

    Dataset given = data.condition().orElseThrow();
    double[][] byHand = new double[ROWS][3];
    for (int i = 0; i < ROWS; i++) {
      byHand[i][0] = scale * (given.value(i, 0) - offset[0]);
      byHand[i][1] = given.value(i, 1);
      byHand[i][2] = given.value(i, 2) - offset[2];
    }
    Dataset same = data.withCondition(Dataset.of(byHand).withColumnNames(given.columnNames()));
    close(
        DensityModel.load(folder.resolve("old")).logProb(same, done -> {}),
        model.logProb(data, done -> {}));
  }

  @Test
  void a_spread_that_cannot_be_told_counts_as_none() {
    double[][] given = new double[ROWS][5];
    for (int i = 0; i < ROWS; i++) {
      double alternating = i % 2 == 0 ? 1 : -1;
      given[i] =
          new double[] {
            1e-160 * alternating,
            Double.MIN_VALUE * (i % 3),
            1e9 + Math.ulp(1e9) * alternating,
            0.1,
            1e-20 + 1e-22 * alternating
          };
    }
    Dataset data = rows(0, 1).withCondition(Dataset.of(given));
    Path place = folder.resolve("tiny");
    new Fit(config("realnvp-2d", data), data, new ModelFolder(place), new TrainListener() {}).run();
    double[] scale =
        SafeTensors.read(place.resolve("model.safetensors"))
            .tensors()
            .get("preprocessing.condition.scale")
            .doubles();
    assertThat(Arrays.copyOf(scale, 4)).containsExactly(1, 1, 1, 1);
    assertThat(scale[4]).isCloseTo(1e22, within(1e20)); // small, yet told apart: any units will do
  }

  @Test
  void without_preprocessing_conditions_stay_as_they_are() {
    Dataset data = rows(CENTRE, SCALE);
    var tree = ConfigJson.write(config("realnvp-2d", data));
    ConfigJson.set(tree, "preprocessing.kind", "none");
    RunConfig config = ConfigJson.read(tree);
    assertThat(config.preprocessing().fit(Engine.cpu(), data).standardisesConditions()).isFalse();
  }
}
