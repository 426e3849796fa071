package org.ebbflow.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.ebbflow.data.Dataset;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A growing flow fitted from Java. */
class GrownFitTest {
  private static final double[][] AT = {{0.1, 0.2}, {1, -1}};

  @Test
  void a_finished_run_taken_up_with_a_fresh_configuration_keeps_its_model(@TempDir Path folder) {
    double[][] rows = new double[300][2];
    Random random = new Random(1);
    for (double[] row : rows) {
      row[0] = random.nextGaussian();
      row[1] = row[0] * row[0] + 0.5 * random.nextGaussian();
    }
    Dataset data = Dataset.of(rows);
    double[] before = fitted(data, folder);
    assertThat(fitted(data, folder)).containsExactly(before);
  }

  private static double[] fitted(Dataset data, Path folder) {
    var tree = ConfigJson.write(RunConfig.defaults("jko", "jko", DataShape.of(data)));
    ConfigJson.set(tree, "growth.maxBlocks", "2");
    ConfigJson.set(tree, "network.hidden", "[8]");
    ConfigJson.set(tree, "training.steps", "3");
    RunConfig config = ConfigJson.read(tree);
    Outcome outcome = new Fit(config, data, new ModelFolder(folder), new TrainListener() {}).run();
    assertThat(outcome).isEqualTo(Outcome.FINISHED);
    return DensityModel.load(folder).logProb(AT);
  }
}
