package org.ebbflow.objective;

import java.util.List;
import org.ebbflow.EbbException;

/**
 * Which objective and its constants; what a name does not use has no effect.
 *
 * @param name {@code ml}, {@code sml}, {@code ssm}, {@code dsm} or {@code fdssm}; {@code jko} for
 *     flows that grow by blocks; {@code cnf}, {@code otflow} or {@code fm} for continuous ones;
 *     {@code vp} for diffusions
 * @param slices directions per sample ({@code ssm})
 * @param sigma noise level ({@code dsm})
 * @param epsilon step length ({@code fdssm})
 * @param lambda weight of the energy term (score matching)
 * @param perDimension whether {@code ssm} and {@code dsm} are divided by D
 * @param timesDimension whether {@code fdssm} is multiplied by D
 * @param ode how neural-ODE blocks are integrated in training ({@code jko}, {@code cnf}, {@code
 *     otflow})
 * @param transport weight of the squared velocity ({@code otflow})
 * @param bending weight of the squared change of velocity along the way ({@code otflow})
 * @param optimalPairs whether data and noise are paired by optimal transport ({@code fm})
 */
public record ObjectiveSettings(
    String name,
    int slices,
    double sigma,
    double epsilon,
    double lambda,
    boolean perDimension,
    boolean timesDimension,
    OdeNumerics ode,
    double transport,
    double bending,
    boolean optimalPairs) {

  private static final List<String> NAMES =
      List.of("ml", "sml", "ssm", "dsm", "fdssm", "jko", "cnf", "otflow", "fm", "vp");

  /** Checks the ranges, also of what the name does not use. */
  public ObjectiveSettings {
    if (!NAMES.contains(name)) {
      throw new EbbException(
          "there is no objective '" + name + "'", "use " + String.join(", ", NAMES));
    }
    new SlicedScoreMatching(slices, perDimension, lambda);
    new DenoisingScoreMatching(sigma, perDimension, lambda);
    new FiniteDifferenceScoreMatching(epsilon, timesDimension, lambda);
    new ContinuousLikelihood(ode, transport, bending);
  }

  /** With the published numerics for blocks. */
  public ObjectiveSettings(
      String name,
      int slices,
      double sigma,
      double epsilon,
      double lambda,
      boolean perDimension,
      boolean timesDimension) {
    this(
        name,
        slices,
        sigma,
        epsilon,
        lambda,
        perDimension,
        timesDimension,
        OdeNumerics.published(),
        0.1,
        0.1,
        false);
  }

  /** The settings that only objectives of neural-ODE blocks have, by name. */
  public static List<String> ofBlocks() {
    return List.of("ode", "transport", "bending", "optimalPairs");
  }

  /** Whether it trains neural-ODE blocks, so that {@link #ofBlocks} count. */
  public boolean trainsBlocks() {
    return NAMES.indexOf(name) >= NAMES.indexOf("jko");
  }

  /** The published image constants for a name: one slice, σ = 1, ε = 0.1, λ = 0, divided by D. */
  public static ObjectiveSettings of(String name) {
    return new ObjectiveSettings(name, 1, 1.0, 0.1, 0.0, true, false);
  }

  /** The objective itself. */
  public Objective build() {
    return switch (name) {
      case "ml" -> new MaximumLikelihood();
      case "sml" -> new SampledMaximumLikelihood();
      case "ssm" -> new SlicedScoreMatching(slices, perDimension, lambda);
      case "jko" -> new JkoStep(Double.POSITIVE_INFINITY, ode);
      case "cnf" -> new ContinuousLikelihood(ode, 0, 0);
      case "otflow" -> new ContinuousLikelihood(ode, transport, bending);
      case "fm" -> new FlowMatching(optimalPairs);
      case "vp" -> new DiffusionScoreMatching();
      case "dsm" -> new DenoisingScoreMatching(sigma, perDimension, lambda);
      default -> new FiniteDifferenceScoreMatching(epsilon, timesDimension, lambda);
    };
  }
}
