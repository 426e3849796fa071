package org.ebbflow.objective;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.flow.ode.RecordedMotion;
import org.ebbflow.flow.ode.RungeKutta;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * How neural-ODE blocks are integrated while they are trained, back-propagated through step by
 * step.
 *
 * @param rule {@code rk4} or {@code rk38}
 * @param substeps equal steps over a block
 * @param divergence {@code finite-difference} (one more evaluation, no second derivative), {@code
 *     hutchinson} (forward mode, unbiased) or {@code exact}
 * @param differenceSigma σ₀ of the finite difference's step σ₀/√D
 * @param checkpointed whether to keep only the states between steps and compute each step again on
 *     the way back: memory of one step instead of all, for a third more time
 * @param byHand whether gradients go back through transposes written by hand, which is faster,
 *     rather than through autograd; both agree up to rounding
 * @param products precision of matrix products in training: {@code full}, or {@code bfloat16},
 *     which is faster on processors that have it and wants {@code hutchinson} and {@code byHand}
 * @param quadrature where the divergence is evaluated: {@code stages} (of every step, published) or
 *     {@code steps} (at their ends only: fewer evaluations, of the same order; a single substep and
 *     checkpointed ones take the stages all the same)
 */
public record OdeNumerics(
    RungeKutta rule,
    int substeps,
    String divergence,
    double differenceSigma,
    boolean checkpointed,
    boolean byHand,
    Products products,
    Quadrature quadrature) {

  /** Checks the ranges. */
  public OdeNumerics {
    if (rule == RungeKutta.DOPRI5) {
      throw new EbbException("training takes steps of fixed length", "use rk4 or rk38");
    }
    Integration.fixed(rule, substeps);
    new Divergence.FiniteDifference(differenceSigma);
    Divergence estimator = estimator(divergence, differenceSigma);
    if (products == Products.BFLOAT16
        && !(byHand && !checkpointed && estimator instanceof Divergence.Hutchinson)) {
      throw new EbbException(
          "products of bfloat16 want the divergence hutchinson, byHand and no checkpointed steps",
          "set ode.divergence=hutchinson, or ode.products=full");
    }
  }

  /** The published numerics: three steps of the 3/8 rule, finite differences with σ₀ = 0.02. */
  public static OdeNumerics published() {
    return new OdeNumerics(
        RungeKutta.RK38,
        3,
        "finite-difference",
        0.02,
        false,
        true,
        Products.FULL,
        Quadrature.STAGES);
  }

  /** The same with the divergence evaluated elsewhere. */
  public OdeNumerics with(Quadrature other) {
    return new OdeNumerics(
        rule, substeps, divergence, differenceSigma, checkpointed, byHand, products, other);
  }

  /** Whether a block is moved with a way back of its own. */
  boolean recorded() {
    return byHand && !checkpointed && OdeBlock.records(estimator());
  }

  RecordedMotion record(
      OdeBlock block, Tensor x, @Nullable Tensor condition, List<Tensor> directions) {
    return block.record(x, condition, integration(), estimator(), directions, products);
  }

  Integration integration() {
    Integration steps = Integration.fixed(rule, substeps);
    return checkpointed || substeps == 1 ? steps : steps.with(quadrature);
  }

  Divergence estimator() {
    return estimator(divergence, differenceSigma);
  }

  OdeBlock.Journey travel(OdeBlock block, Tensor x, @Nullable Tensor condition, Rng rng) {
    return block.travel(x, condition, integration(), estimator(), directions(x, rng));
  }

  OdeBlock.Motion move(OdeBlock block, Tensor x, @Nullable Tensor condition, Rng rng) {
    return block.move(x, condition, integration(), estimator(), directions(x, rng));
  }

  /** Fresh Gaussian directions for each draw over a block, (B, D) each; advances {@code rng}. */
  List<Tensor> directions(Tensor x, Rng rng) {
    List<Tensor> all = new ArrayList<>();
    for (int i = 0; i < integration().draws() * estimator().directions(); i++) {
      all.add(rng.normalLike(x));
    }
    return all;
  }

  private static Divergence estimator(String name, double sigma) {
    return switch (name) {
      case "finite-difference" -> new Divergence.FiniteDifference(sigma);
      case "hutchinson" -> new Divergence.Hutchinson(1);
      case "exact" -> new Divergence.Exact();
      default ->
          throw new EbbException(
              "there is no divergence '" + name + "'",
              "use finite-difference, hutchinson or exact");
    };
  }
}
