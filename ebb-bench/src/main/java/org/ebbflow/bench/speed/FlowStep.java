package org.ebbflow.bench.speed;

import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.model.RunConfig;
import org.ebbflow.objective.DenoisingScoreMatching;
import org.ebbflow.objective.Differentiation;
import org.ebbflow.objective.Objective;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.objective.SlicedScoreMatching;

/**
 * A training step of an EBFlow: RMSprop 1e−4, moving average 0.999, one slice, σ = 1, ε = 0.1, as
 * the published image experiments take it, whatever the model.
 *
 * @param model one of {@link #MODELS}
 * @param dimension D
 * @param layers L; of {@code realnvp-2d} the steps of dense layer, coupling and ActNorm
 * @param batch rows a step
 * @param objective one of {@link #OBJECTIVES}
 * @param precision of the products
 * @param differentiation of {@code ssm} and {@code dsm}
 */
record FlowStep(
    String model,
    int dimension,
    int layers,
    int batch,
    String objective,
    Precision precision,
    Differentiation differentiation) {

  static final String FULLY_CONNECTED = "ebflow-fc";

  static final String REAL_NVP = "realnvp-2d";

  /** What can be measured. */
  static final List<String> MODELS = List.of(FULLY_CONNECTED, REAL_NVP);

  /** How {@code ssm} and {@code dsm} are differentiated unless asked otherwise. */
  static final Differentiation CUSTOMARY = Differentiation.HAND;

  /** By what it can be trained. */
  static final List<String> OBJECTIVES = List.of("ml", "ssm", "dsm", "fdssm");

  /** Those that are differentiated by hand. */
  static final List<String> BY_HAND = List.of("ssm", "dsm");

  /** Checks what the command line gives. */
  FlowStep {
    if (!MODELS.contains(model)) {
      throw new EbbException("--model names '" + model + "'", "use " + String.join(", ", MODELS));
    }
    Timing.requirePositive("--dim", dimension);
    Timing.requirePositive("--layers", layers);
    Timing.requirePositive("--batch", batch);
    if (!OBJECTIVES.contains(objective)) {
      throw new EbbException(
          "--objective names '" + objective + "'", "use " + String.join(", ", OBJECTIVES));
    }
    boolean byHand = differentiation == Differentiation.HAND;
    if (precision == Precision.BF16 && !(byHand && hasFastWay(objective))) {
      throw new EbbException(
          "only ssm and dsm have bfloat16 products, and only by hand",
          "leave out --precision, or give --objective ssm,dsm and no --differentiation");
    }
  }

  /** Whether an objective is differentiated by hand, and so has products of bfloat16. */
  static boolean hasFastWay(String objective) {
    return BY_HAND.contains(objective);
  }

  /** A training of such steps. */
  TimedTraining training() {
    RunConfig config =
        Training.with(
            model.equals(REAL_NVP)
                ? SpeedModels.realNvp(dimension, layers, objective)
                : SpeedModels.fullyConnected(dimension, layers, objective),
            "optimizer.name=rmsprop",
            "learningRate=1e-4",
            "clip=0",
            "ema=0.999",
            "batch=" + batch,
            "schedule.name=constant",
            "training.epochs=0",
            "training.steps=" + Integer.MAX_VALUE);
    return new TimedTraining(config, loss(), dimension, 1);
  }

  private Objective loss() {
    ObjectiveSettings s = ObjectiveSettings.of(objective);
    return switch (objective) {
      case "ssm" ->
          new SlicedScoreMatching(
              s.slices(), s.perDimension(), s.lambda(), differentiation, precision.products());
      case "dsm" ->
          new DenoisingScoreMatching(
              s.sigma(), s.perDimension(), s.lambda(), differentiation, precision.products());
      default -> s.build();
    };
  }
}
