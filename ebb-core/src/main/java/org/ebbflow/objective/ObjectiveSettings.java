package org.ebbflow.objective;

import org.ebbflow.EbbException;

/**
 * Which objective and its constants; what a name does not use is ignored.
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

  /** Checks all of it. */
  public ObjectiveSettings {
    build(name, slices, sigma, epsilon, lambda, perDimension, timesDimension);
  }

  /** The published image constants for a name: one slice, σ = 1, ε = 0.1, λ = 0, divided by D. */
  public static ObjectiveSettings of(String name) {
    return new ObjectiveSettings(name, 1, 1.0, 0.1, 0.0, true, false);
  }

  /** The objective itself. */
  public Objective build() {
    return build(name, slices, sigma, epsilon, lambda, perDimension, timesDimension);
  }

  private static Objective build(
      String name,
      int slices,
      double sigma,
      double epsilon,
      double lambda,
      boolean perDimension,
      boolean timesDimension) {
    return switch (name) {
      case "ml" -> new MaximumLikelihood();
      case "sml" -> new SampledMaximumLikelihood();
      case "ssm" -> new SlicedScoreMatching(slices, perDimension, lambda);
      case "dsm" -> new DenoisingScoreMatching(sigma, perDimension, lambda);
      case "fdssm" -> new FiniteDifferenceScoreMatching(epsilon, timesDimension, lambda);
      default ->
          throw new EbbException(
              "there is no objective '" + name + "'", "use ml, sml, ssm, dsm or fdssm");
    };
  }
}
