package org.ebbflow.objective;

import java.util.List;
import java.util.stream.Stream;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Products;

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
 * @param differentiation {@code hand}, {@code taylor} or {@code autograd}: how derivatives are made
 *     ({@code ssm}, {@code dsm}); all agree up to rounding
 * @param precision that of matrix products in training, {@code full} or {@code bfloat16} ({@code
 *     ssm}, {@code dsm})
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
    Differentiation differentiation,
    Products precision,
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
    new SlicedScoreMatching(slices, perDimension, lambda, differentiation, precision);
    new DenoisingScoreMatching(sigma, perDimension, lambda, differentiation, precision);
    new FiniteDifferenceScoreMatching(epsilon, timesDimension, lambda);
    new ContinuousLikelihood(ode, transport, bending);
    if (ode.checkpointed() && (name.equals("cnf") || name.equals("otflow"))) {
      throw new EbbException(
          "the objective '" + name + "' keeps all steps: it has no ode.checkpointed",
          "leave it out; fewer substeps or a smaller batch take less memory");
    }
    if (ode.products() != Products.FULL && name.equals("otflow")) {
      throw new EbbException(
          "the objective 'otflow' has no products of bfloat16", "leave ode.products out");
    }
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
        Differentiation.HAND,
        Products.FULL,
        OdeNumerics.published(),
        0.1,
        0.1,
        false);
  }

  /**
   * The settings that older configurations lack, by name. With those of {@link #of} in their place
   * a run from then goes on with the same numbers, up to the rounding by which ways of
   * differentiation differ.
   */
  public static List<String> addedLater() {
    return Stream.concat(ofBlocks().stream(), Stream.of("differentiation", "precision")).toList();
  }

  /** The settings that only objectives of neural-ODE blocks have, by name. */
  public static List<String> ofBlocks() {
    return List.of("ode", "transport", "bending", "optimalPairs");
  }

  /** The same with blocks integrated otherwise. */
  public ObjectiveSettings with(OdeNumerics other) {
    return new ObjectiveSettings(
        name,
        slices,
        sigma,
        epsilon,
        lambda,
        perDimension,
        timesDimension,
        differentiation,
        precision,
        other,
        transport,
        bending,
        optimalPairs);
  }

  /** Whether it trains neural-ODE blocks, so that {@link #ofBlocks} count. */
  public boolean trainsBlocks() {
    return NAMES.indexOf(name) >= NAMES.indexOf("jko");
  }

  /** The published image constants for a name: one slice, σ = 1, ε = 0.1, λ = 0, divided by D. */
  public static ObjectiveSettings of(String name) {
    return new ObjectiveSettings(name, 1, 1.0, 0.1, 0.0, true, false);
  }

  /**
   * Checks that the precision asked for reaches a flow, before it is trained.
   *
   * @param front the preprocessing that scores are matched in front of; empty if behind it
   * @throws EbbException naming what it does not reach
   */
  public void requireReach(Flow flow, List<Bijection> front) {
    if (name.equals("ssm") || name.equals("dsm")) {
      differentiation.byHand(flow, precision);
      differentiation.requireReach(
          flow.after(front),
          precision,
          "set training.matchAfterPreprocessing=true, or objective.precision=full");
    }
  }

  /** The objective itself. */
  public Objective build() {
    return switch (name) {
      case "ml" -> new MaximumLikelihood();
      case "sml" -> new SampledMaximumLikelihood();
      case "ssm" ->
          new SlicedScoreMatching(slices, perDimension, lambda, differentiation, precision);
      case "jko" -> new JkoStep(Double.POSITIVE_INFINITY, ode);
      case "cnf" -> new ContinuousLikelihood(ode, 0, 0);
      case "otflow" -> new ContinuousLikelihood(ode, transport, bending);
      case "fm" -> new FlowMatching(optimalPairs);
      case "vp" -> new DiffusionScoreMatching();
      case "dsm" ->
          new DenoisingScoreMatching(sigma, perDimension, lambda, differentiation, precision);
      default -> new FiniteDifferenceScoreMatching(epsilon, timesDimension, lambda);
    };
  }
}
