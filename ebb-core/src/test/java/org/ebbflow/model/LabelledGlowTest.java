package org.ebbflow.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Random;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.linear.ConditionalShift;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of 4 × 4 whose label says which half is bright. */
class LabelledGlowTest {
  private static final int ROWS = 200;

  @TempDir Path folder;

  private static Dataset images() {
    byte[] pixels = new byte[ROWS * 16];
    double[][] labels = new double[ROWS][2];
    Random random = new Random(1);
    for (int i = 0; i < ROWS; i++) {
      labels[i][i % 2] = 1;
      for (int pixel = 0; pixel < 16; pixel++) {
        boolean bright = pixel / 8 == i % 2;
        pixels[16 * i + pixel] = (byte) ((bright ? 180 : 20) + random.nextInt(40));
      }
    }
    return Dataset.ofBytes(pixels, ROWS, 16)
        .withImageShape(new Dataset.ImageShape(1, 4, 4))
        .withCondition(Dataset.of(labels));
  }

  @Test
  void draws_of_a_label_are_of_that_label_before_any_coupling_has_learnt() {
    Dataset data = images();
    var tree = ConfigJson.write(RunConfig.defaults("glow", "dsm", DataShape.of(data)));
    ConfigJson.set(tree, "model.steps", "1");
    ConfigJson.set(tree, "model.width", "4");
    ConfigJson.set(tree, "model.splitWidth", "4");
    ConfigJson.set(tree, "training.steps", "2");
    ConfigJson.set(tree, "training.epochs", "0");
    ConfigJson.set(tree, "batch", "100");
    RunConfig config = ConfigJson.read(tree);
    Fit fit = new Fit(config, data, new ModelFolder(folder), new TrainListener() {});
    assertThat(fit.run()).isEqualTo(Outcome.FINISHED);

    DensityModel model = DensityModel.load(folder);
    assertThat(model.parameterCount()).isEqualTo(config.model().parameterCount(DataShape.of(data)));
    Dataset labels = data.condition().orElseThrow();
    for (Dataset drawn :
        new Dataset[] {
          model.sample(labels, 1, share -> {}), model.sampleDenoised(labels, 1, 0.1, share -> {})
        }) {
      for (int i = 0; i < ROWS; i++) {
        double top = 0;
        double bottom = 0;
        for (int pixel = 0; pixel < 8; pixel++) {
          top += drawn.value(i, pixel) / 8;
          bottom += drawn.value(i, pixel + 8) / 8;
        }
        assertThat(i % 2 == 0 ? top - bottom : bottom - top).isGreaterThan(60);
      }
    }
    Engine engine = Engine.cpu();
    int before = engine.threads();
    try {
      engine.setThreads(1);
      Dataset one = model.sample(labels, 1, share -> {});
      engine.setThreads(2);
      Dataset two = model.sample(labels, 1, share -> {});
      int different = 0;
      for (int i = 0; i < ROWS; i++) {
        for (int pixel = 0; pixel < 16; pixel++) {
          different += one.value(i, pixel) == two.value(i, pixel) ? 0 : 1;
        }
      }
      // Rounding down takes a last digit for a grey level now and then.
      assertThat(different).isLessThan(ROWS * 16 / 500);
    } finally {
      engine.setThreads(before);
    }
    assertThatThrownBy(() -> model.sample(3, 1, share -> {}))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("give a table of them");
  }

  @Test
  void a_shift_starts_at_the_regression_on_the_condition() {
    Engine engine = Engine.cpu(DType.FLOAT64);
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(1)) {
      var given = rng.normal(400, 2);
      var truth = engine.tensor(new double[] {1, -2, 0.5, 0, 3, -1}, 3, 2);
      var x = given.matmul(truth.t()).add(engine.tensor(new double[] {4, 5, 6}, 3));
      ConditionalShift shift = new ConditionalShift(engine, 3, 2);
      shift.initialise(x, given);
      double[] weight = Engine.doubles(shift.parameters().get("weight"));
      // A penalty of 1 against 400 rows pulls by a quarter of a percent.
      assertThat(weight).containsExactly(new double[] {1, -2, 0.5, 0, 3, -1}, within(0.02));
      double[] bias = Engine.doubles(shift.parameters().get("bias"));
      assertThat(bias).containsExactly(new double[] {4, 5, 6}, within(0.02));
    }
  }
}
