package org.ebbflow.tabular.select;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.model.Architectures;
import org.ebbflow.model.ConfigJson;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.RunConfig;

/** A kind of model that may suit a table of normal scores, with its constants. */
public enum Candidate {
  /** A full-covariance normal: whitening and one triangular layer. The floor of every race. */
  GAUSSIAN(
      "gaussian",
      "ebflow-fc",
      0,
      "preprocessing.kind=whiten",
      "model.layers=1",
      "model.matrix=lower",
      "learningRate=1e-2"),
  /** An autoregressive flow of rational-quadratic splines. */
  SPLINE("spline", "spline", 1, "preprocessing.kind=none"),
  /** Dense layers and smooth bends, whitened. */
  EBFLOW("ebflow-fc", "ebflow-fc", 1, "preprocessing.kind=whiten", "clip=10"),
  /**
   * Affine couplings between the halves of the columns; not whitened, because a row that breaks a
   * nearly exact rule would be so far out that its couplings overflow.
   */
  COUPLING("realnvp-2d", "realnvp-2d", 1, "preprocessing.kind=none", "model.steps=6"),
  /** A neural-ODE flow that grows block by block. */
  JKO("jko", "jko", 1, "preprocessing.kind=whiten", "growth.maxBlocks=" + Candidate.BLOCKS);

  private static final long GAUSSIAN_STEPS = 400;
  private static final int BLOCKS = 4;
  private static final long WARMUP_STEPS = 100;
  private static final long TIMING_STEPS = 24;
  private static final long FEWEST_VALIDATIONS = 5;
  private static final long MOST_VALIDATIONS = 40;

  private final String label;
  private final String architecture;
  private final double share;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<String> settings;

  Candidate(String label, String architecture, double share, String... settings) {
    this.label = label;
    this.architecture = architecture;
    this.share = share;
    this.settings = List.of(settings);
  }

  /** What users call it. */
  public String label() {
    return label;
  }

  /**
   * Those of a race.
   *
   * @param model {@link FitOptions#AUTO} for all, or one's {@link #label}
   * @param columns modelled
   * @throws EbbException if there is none of that name, naming those there are
   */
  public static List<Candidate> of(String model, int columns) {
    if (model.equals(FitOptions.AUTO)) {
      // A coupling wants two columns, and with one there is nothing else than its margin.
      return columns == 1 ? List.of(GAUSSIAN) : List.of(values());
    }
    for (Candidate candidate : values()) {
      if (candidate.label.equals(model)) {
        return List.of(candidate);
      }
    }
    throw new EbbException(
        "there is no model '" + model + "' for tables",
        "use auto, " + String.join(", ", Arrays.stream(values()).map(Candidate::label).toList()));
  }

  /** Whether a training of this name is one of its own. */
  boolean owns(String training) {
    return training.equals(label) || training.startsWith(label + "-");
  }

  /** Whether it is trained for a fixed number of steps whatever the time. */
  boolean isFloor() {
    return share == 0;
  }

  /**
   * How often to validate.
   *
   * @param affordable times
   */
  long validations(long affordable) {
    return this == JKO
        ? BLOCKS // at the end of each
        : Math.max(FEWEST_VALIDATIONS, Math.min(affordable, MOST_VALIDATIONS));
  }

  /** The configuration of a short training that shows how fast it is. */
  RunConfig timing(DataShape shape, int rows, FitOptions options) {
    List<String> all = new ArrayList<>(settings);
    all.add("growth.maxBlocks=1");
    all.add("training.steps=" + TIMING_STEPS);
    all.add("validateEvery=" + TIMING_STEPS);
    return config(shape, rows, options, all);
  }

  /** Its configuration. */
  RunConfig config(DataShape shape, int rows, FitOptions options, Plan plan) {
    long length = isFloor() ? GAUSSIAN_STEPS : perBlock(plan.steps());
    List<String> all = new ArrayList<>(settings);
    all.add("training.steps=" + length);
    all.add("training.minutes=" + plan.seconds() / 60);
    all.add("validateEvery=" + Plan.between(length, plan.validations()));
    if (!isFloor() && this != JKO) { // which begin at full speed, or have steps enough
      all.add("warmupSteps=" + Math.min(WARMUP_STEPS, length / 10));
    }
    return config(shape, rows, options, all);
  }

  private long perBlock(long steps) {
    return Math.max(1, this == JKO ? steps / BLOCKS : steps);
  }

  private RunConfig config(DataShape shape, int rows, FitOptions options, List<String> own) {
    String objective = Architectures.defaults(architecture, shape).customaryObjective(shape);
    var tree = ConfigJson.write(RunConfig.defaults(architecture, objective, shape));
    List<String> all = new ArrayList<>(own);
    int batch = Math.max(1, Math.min(this == JKO ? 1000 : 512, rows / 4));
    all.add("batch=" + batch);
    all.add("training.epochs=0");
    all.add("seed=" + options.seed());
    all.add("threads=" + options.threads());
    all.addAll(options.settings());
    for (String setting : all) {
      int equals = setting.indexOf('=');
      if (equals < 0) {
        throw new EbbException("the setting '" + setting + "' has no value", "write name=value");
      }
      ConfigJson.set(tree, setting.substring(0, equals), setting.substring(equals + 1));
    }
    return ConfigJson.read(tree);
  }
}
