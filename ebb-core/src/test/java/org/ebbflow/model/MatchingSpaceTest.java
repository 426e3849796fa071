package org.ebbflow.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.TrainListener;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever space the score is matched in, and averaged or not, densities are the data's. */
class MatchingSpaceTest {
  private static final int POINTS = 4_000;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ssm, true, 0.9", "ssm, true, 0", "ssm, false, 0.9", "ssm, false, 0", "dsm, true, 0.9",
    "dsm, false, 0", "ml, true, 0.9", "ml, false, 0", "fdssm, true, 0", "fdssm, false, 0.9",
  })
  void density_of_bytes_integrates_to_one(String objective, boolean map, double ema) {
    SplittableRandom random = new SplittableRandom(1);
    byte[] values = new byte[400];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (int) Math.max(0, Math.min(255, 120 + 30 * random.nextGaussian()));
    }
    Dataset data = Dataset.ofBytes(values, values.length, 1);
    var tree = ConfigJson.write(RunConfig.defaults("ebflow-fc", objective, DataShape.of(data)));
    ConfigJson.set(tree, "matchAfterPreprocessing", String.valueOf(map));
    ConfigJson.set(tree, "ema", String.valueOf(ema));
    ConfigJson.set(tree, "training.epochs", "0");
    ConfigJson.set(tree, "training.steps", "40");
    ConfigJson.set(tree, "learningRate", "1e-3");
    RunConfig config = ConfigJson.read(tree);
    Fit fit = new Fit(config, data, new ModelFolder(folder), new TrainListener() {});
    fit.run();
    DensityModel model = DensityModel.load(folder);

    double[] centres = new double[POINTS];
    Arrays.setAll(centres, i -> (i + 0.5) * 256 / POINTS);
    try (Scope scope = Scope.open()) {
      Flow inDataSpace = model.flow().after(model.preprocessing().transform());
      Tensor x = model.flow().engine().exact(centres, POINTS, 1);
      double mass =
          Arrays.stream(Engine.doubles(inDataSpace.logProb(x))).map(Math::exp).sum() * 256 / POINTS;
      assertThat(mass).isCloseTo(1, within(1e-3));
    }
    // What training followed is what the model reports on the same rows.
    LogLikelihood.Summary reported = model.evaluate(fit.split().validation(), share -> {});
    assertThat(reported.nll()).isCloseTo(fit.state().bestNll().orElseThrow(), within(1e-4));
  }
}
