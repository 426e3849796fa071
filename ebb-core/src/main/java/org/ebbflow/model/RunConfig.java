package org.ebbflow.model;

import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.tensor.DType;
import org.ebbflow.train.GrowthSettings;
import org.ebbflow.train.OptimizerSettings;
import org.ebbflow.train.ScheduleSettings;
import org.ebbflow.train.TrainSettings;

/**
 * All that decides a run's numbers besides the data.
 *
 * @param model architecture and its settings
 * @param preprocessing from rows to the flow's space
 * @param objective what is minimised
 * @param training how
 * @param growth how a flow of blocks grows; without effect on others
 * @param validation rows held out to choose the best model by: a share below 1, or a number of rows
 * @param seed of everything random
 * @param dtype element type
 * @param device where it is trained: cpu, or cuda with libtorch's GPU build on the class path
 * @param threads libtorch's threads, 0 for its own choice
 */
public record RunConfig(
    Architecture model,
    PreprocessingSettings preprocessing,
    ObjectiveSettings objective,
    TrainSettings training,
    GrowthSettings growth,
    double validation,
    long seed,
    DType dtype,
    String device,
    int threads) {

  static final int WIDE = 256;

  /** Checks the ranges. */
  public RunConfig {
    if (!(validation > 0 && Double.isFinite(validation))) {
      throw new EbbException("validation is " + validation, "give a share below 1 or a row count");
    }
    if (threads < 0) {
      throw new EbbException("threads is " + threads, "give 0 or more");
    }
    if (!model.objectives().contains(objective.name())) {
      throw new EbbException(
          "the model '%s' cannot be trained by '%s'".formatted(model.name(), objective.name()),
          "use one of its objectives: " + String.join(", ", model.objectives()));
    }
    if (objective.trainsBlocks() && !training.matchAfterPreprocessing()) {
      throw new EbbException(
          "neural-ODE blocks are trained on preprocessed rows",
          "set training.matchAfterPreprocessing=true");
    }
    if (model instanceof BlockFlow && training.noise() > 0) {
      throw new EbbException(
          "a flow that grows by blocks takes no training.noise: each block would add it anew",
          "set training.noise=0");
    }
    if (objective.name().equals("fm") && model instanceof Cnf cnf && !cnf.network().time()) {
      throw new EbbException(
          "flow matching wants a velocity field that sees time", "set model.network.time=true");
    }
  }

  /**
   * What suits data of a shape: for byte images the published MNIST constants (RMSprop 1e−4, ×0.95
   * an epoch for 50 epochs, moving average 0.999, batch 100, 100 epochs) and what the architecture
   * {@link Architecture#published changes} of them; for tables Adam 1e−3 falling along a cosine
   * over 100 epochs, scores not divided by D.
   *
   * <p>Source of the image constants: Chao et al., 2023, arXiv:2305.15267, appendix.
   */
  public static RunConfig defaults(String model, String objective, DataShape shape) {
    ObjectiveSettings published = ObjectiveSettings.of(objective);
    TrainSettings training;
    ObjectiveSettings settings;
    if (shape.bytes()) {
      settings = published;
      training =
          train(
              100,
              OptimizerSettings.of("rmsprop", 1e-4),
              new ScheduleSettings("exponential", 0, 0.95, 50, List.of()),
              0);
    } else {
      // A table's columns have unit variance: noise of σ = 1 would smooth them away.
      settings = new ObjectiveSettings(objective, 1, 0.1, 0.1, 0, false, true);
      training =
          train(
              100,
              OptimizerSettings.of("adam", 1e-3),
              new ScheduleSettings("cosine", 100, 0.95, 50, List.of()),
              1);
    }
    Architecture architecture = Architectures.defaults(model, shape);
    RunConfig config =
        new RunConfig(
            architecture,
            PreprocessingSettings.defaults(shape),
            settings,
            training,
            GrowthSettings.published(),
            1.0 / 6,
            1,
            DType.FLOAT32,
            "cpu",
            0);
    return architecture.customary(config, shape);
  }

  /** The same but for preprocessing, objective and training. */
  RunConfig with(
      PreprocessingSettings preprocessing, ObjectiveSettings objective, TrainSettings training) {
    return new RunConfig(
        model,
        preprocessing,
        objective,
        training,
        growth,
        validation,
        seed,
        dtype,
        device,
        threads);
  }

  /** The same with another model. */
  RunConfig with(Architecture other) {
    return new RunConfig(
        other,
        preprocessing,
        objective,
        training,
        growth,
        validation,
        seed,
        dtype,
        device,
        threads);
  }

  private static TrainSettings train(
      double epochs, OptimizerSettings optimizer, ScheduleSettings schedule, double clip) {
    return new TrainSettings(100, epochs, 0, 0, optimizer, schedule, clip, 0.999, true, 0, 0, 60);
  }

  /** How many of {@code rows} are held out. */
  int validationRows(int rows) {
    double wanted = validation < 1 ? Math.max(1, Math.rint(validation * rows)) : validation;
    if (wanted >= rows) {
      throw new EbbException(
          "validation asks for " + (long) wanted + " of " + rows + " rows",
          "give a smaller share or more data");
    }
    return (int) wanted;
  }
}
