package org.ebbflow.bench.speed;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.ode.RungeKutta;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.Jko;
import org.ebbflow.model.OdeEvaluation;
import org.ebbflow.model.RunConfig;
import org.ebbflow.model.VelocityNetwork;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.BlockSpan;

/** The untrained models and the rows that are measured. */
final class SpeedModels {
  private static final double NOISE = 0.3;

  private SpeedModels() {}

  /** The fully connected EBFlow of the published image experiments, without its preprocessing. */
  static RunConfig fullyConnected(int dimension, int layers, String objective) {
    return Training.with(
        RunConfig.defaults("ebflow-fc", objective, table(dimension)),
        "layers=" + layers,
        "preprocessing.kind=none");
  }

  /** The RealNVP of the published two-dimensional experiments, without preprocessing. */
  static RunConfig realNvp(int dimension, int steps, String objective) {
    return Training.with(
        RunConfig.defaults("realnvp-2d", objective, table(dimension)),
        "model.steps=" + steps,
        "preprocessing.kind=none");
  }

  /** A Glow of 2 scales for images of one channel. */
  static RunConfig glow(int dimension, int steps, int width) {
    return Training.with(
        RunConfig.defaults("glow", "ssm", image(dimension)),
        "preprocessing.kind=none",
        "model.steps=" + steps,
        "model.width=" + width,
        "model.splitWidth=" + width);
  }

  /**
   * A JKO flow of equal blocks; for evaluation by steps of the 3/8 rule, the divergence exact up to
   * 16 columns, else along one direction.
   */
  static RunConfig jko(int dimension, List<Integer> hidden, int blocks, int substeps) {
    RunConfig defaults =
        Training.with(
            RunConfig.defaults("jko", "jko", table(dimension)), "preprocessing.kind=none");
    Jko model =
        new Jko(
            VelocityNetwork.dense(hidden, false),
            new OdeEvaluation(RungeKutta.RK38, substeps, 1e-5, "auto", 1),
            Collections.nCopies(blocks, new BlockSpan(0, 1, 1)));
    return new RunConfig(
        model,
        defaults.preprocessing(),
        defaults.objective(),
        defaults.training(),
        defaults.growth(),
        defaults.validation(),
        defaults.seed(),
        defaults.dtype(),
        defaults.device(),
        defaults.threads());
  }

  /** Rows of so many numbers. */
  static DataShape table(int dimension) {
    return new DataShape(dimension, false, null, List.of());
  }

  /** Square images of one channel. */
  static DataShape image(int dimension) {
    int side = (int) Math.round(Math.sqrt(dimension));
    if (side * side != dimension || side % 4 != 0) {
      throw new EbbException(
          "Glow takes square images whose sides are multiples of 4, not " + dimension + " numbers",
          "give --dim 784, say");
    }
    return new DataShape(dimension, false, new Dataset.ImageShape(1, side, side), List.of());
  }

  /** Normal draws of a standard deviation. */
  static Dataset normalRows(int rows, int dimension, double scale) {
    SplittableRandom random = new SplittableRandom(1);
    float[][] values = new float[rows][dimension];
    for (float[] row : values) {
      for (int i = 0; i < dimension; i++) {
        row[i] = (float) (scale * random.nextGaussian());
      }
    }
    return Dataset.of(values);
  }

  /** The first rows, row-major. */
  static double[] values(Dataset data, int rows) {
    double[] values = new double[rows * data.columns()];
    data.gather(IntStream.range(0, rows).toArray(), values);
    return values;
  }

  /** Adds normal noise of deviation 0.3/√fan-in to every matrix and kernel. */
  static void stir(Flow flow) {
    try (Scope scope = Scope.open();
        Rng rng = flow.engine().rng(1)) {
      for (Map.Entry<String, Tensor> each : flow.parameters().entrySet()) {
        Tensor p = each.getValue();
        if (p.dim() >= 2) {
          double fanIn = (double) p.numel() / p.size(0);
          InPlace.increase(p, rng.normalLike(p), NOISE / Math.sqrt(fanIn));
        }
      }
    }
  }
}
