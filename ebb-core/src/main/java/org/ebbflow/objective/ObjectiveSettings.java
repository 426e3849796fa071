package org.ebbflow.objective;

import java.util.List;
import org.ebbflow.EbbException;

/**
 * Which objective and its constants; what a name does not use has no effect.
 *
 * @param name {@code ml}, {@code sml}, {@code ssm}, {@code dsm} or {@code fdssm}
 * @param slices directions per sample ({@code ssm})
 * @param sigma noise level ({@code dsm})
 * @param epsilon step length ({@code fdssm})
 * @param lambda weight of the energy term (score matching)
 * @param perDimension whether {@code ssm} and {@code dsm} are divided by D
 * @param timesDimension whether {@code fdssm} is multiplied by D
 */
public record ObjectiveSettings(
    String name,
    int slices,
    double sigma,
    double epsilon,
    double lambda,
    boolean perDimension,
    boolean timesDimension) {

  private static final List<String> NAMES = List.of("ml", "sml", "ssm", "dsm", "fdssm");

  /** Checks the ranges, also of what the name does not use. */
  public ObjectiveSettings {
    if (!NAMES.contains(name)) {
      throw new EbbException(
          "there is no objective '" + name + "'", "use ml, sml, ssm, dsm or fdssm");
    }
    new SlicedScoreMatching(slices, perDimension, lambda);
    new DenoisingScoreMatching(sigma, perDimension, lambda);
    new FiniteDifferenceScoreMatching(epsilon, timesDimension, lambda);
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
      case "dsm" -> new DenoisingScoreMatching(sigma, perDimension, lambda);
      default -> new FiniteDifferenceScoreMatching(epsilon, timesDimension, lambda);
    };
  }
}
