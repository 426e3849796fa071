package org.ebbflow.objective;

import java.util.List;
import org.ebbflow.EbbException;

/**
 * Which objective and its constants; what a name does not use has no effect.
 *
 * @param name {@code ml}, {@code sml}, {@code ssm}, {@code dsm} or {@code fdssm}; {@code jko} for
 *     flows that grow by blocks
 * @param slices directions per sample ({@code ssm})
 * @param sigma noise level ({@code dsm})
 * @param epsilon step length ({@code fdssm})
 * @param lambda weight of the energy term (score matching)
 * @param perDimension whether {@code ssm} and {@code dsm} are divided by D
 * @param timesDimension whether {@code fdssm} is multiplied by D
 * @param ode how neural-ODE blocks are integrated in training ({@code jko})
 */
public record ObjectiveSettings(
    String name,
    int slices,
    double sigma,
    double epsilon,
    double lambda,
    boolean perDimension,
    boolean timesDimension,
    OdeNumerics ode) {

  private static final List<String> NAMES = List.of("ml", "sml", "ssm", "dsm", "fdssm", "jko");

  /** Checks the ranges, also of what the name does not use. */
  public ObjectiveSettings {
    if (!NAMES.contains(name)) {
      throw new EbbException(
          "there is no objective '" + name + "'", "use " + String.join(", ", NAMES));
    }
    new SlicedScoreMatching(slices, perDimension, lambda);
    new DenoisingScoreMatching(sigma, perDimension, lambda);
    new FiniteDifferenceScoreMatching(epsilon, timesDimension, lambda);
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
        OdeNumerics.published());
  }

  /** Whether it trains neural-ODE blocks, so that {@link #ode} counts. */
  public boolean trainsBlocks() {
    return name.equals("jko");
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
      case "dsm" -> new DenoisingScoreMatching(sigma, perDimension, lambda);
      default -> new FiniteDifferenceScoreMatching(epsilon, timesDimension, lambda);
    };
  }
}
