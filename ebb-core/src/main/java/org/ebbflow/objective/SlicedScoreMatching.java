package org.ebbflow.objective;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.DensityTrace;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * {@code [½‖s(x)‖² + vᵀ(∂s/∂x)v + λ·E(x)]}, the first two divided by D where asked for, with
 * Rademacher directions v.
 *
 * <p>Source: Song et al., "Sliced Score Matching", 2019, arXiv:1905.07088, eq. 8; for flows Chao et
 * al., 2023, arXiv:2305.15267, section 4.2.
 *
 * @param slices directions per sample, at least 1
 * @param perDimension whether to divide by D, as the image experiments do
 * @param lambda weight of the energy term, at least 0
 * @param differentiation how the derivatives are computed
 * @param products precision of the matrix products in training, where derivatives are made by hand
 */
public record SlicedScoreMatching(
    int slices,
    boolean perDimension,
    double lambda,
    Differentiation differentiation,
    Products products)
    implements Objective {

  /** Checks the ranges. */
  public SlicedScoreMatching {
    if (slices < 1) {
      throw new EbbException("slices is " + slices, "give 1 or more");
    }
    Energy.requireWeight(lambda);
    differentiation.require(products);
  }

  /** In full precision. */
  public SlicedScoreMatching(
      int slices, boolean perDimension, double lambda, Differentiation differentiation) {
    this(slices, perDimension, lambda, differentiation, Products.FULL);
  }

  /** By hand in full precision. */
  public SlicedScoreMatching(int slices, boolean perDimension, double lambda) {
    this(slices, perDimension, lambda, Differentiation.HAND);
  }

  @Override
  public String name() {
    return "ssm";
  }

  @Override
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    return losses(flow, x, condition, directions(x, rng));
  }

  @Override
  public Evaluation evaluate(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    return evaluate(flow, x, condition, directions(x, rng));
  }

  /** As {@link #evaluate(Flow, Tensor, Tensor, Rng)} along given directions, each (B, D). */
  public Evaluation evaluate(
      Flow flow, Tensor x, @Nullable Tensor condition, Tensor... directions) {
    return differentiation.byHand(flow, products)
        ? byHand(flow, x, directions)
        : Evaluation.recorded(losses(flow, x, condition, directions));
  }

  private Tensor[] directions(Tensor x, Rng rng) {
    Tensor[] directions = new Tensor[slices];
    for (int i = 0; i < slices; i++) {
      directions[i] = rng.rademacherLike(x);
    }
    return directions;
  }

  /** As {@link #losses(Flow, Tensor, Tensor, Rng)} along given directions, each (B, D). */
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Tensor... directions) {
    return differentiation == Differentiation.AUTOGRAD
        ? doubleBackward(flow, x, condition, directions)
        : taylor(flow, x, condition, directions);
  }

  /** As {@link #taylor}, with the score's way through the flow shared by its derivatives. */
  private Evaluation byHand(Flow flow, Tensor x, Tensor... directions) {
    double weight = perDimension ? 1.0 / flow.dimension() : 1;
    return Evaluation.traced(
        flow,
        x.size(0),
        (from, to) -> {
          DensityTrace trace = DensityTrace.of(flow, Ops.rows(x, from, to), 2, products);
          Tensor score = trace.score();
          List<DensityTrace.Along> all = new ArrayList<>();
          Tensor sum = Ops.mul(Ops.dotEvent(score, score), -0.5 * directions.length);
          for (Tensor v : directions) {
            DensityTrace.Along along = trace.along(Ops.rows(v, from, to), score);
            all.add(along);
            sum = sum.add(along.value());
          }
          Tensor matching = Ops.mul(sum, weight / directions.length);
          return new Evaluation.Matching(trace, matching, () -> all);
        },
        weight,
        lambda);
  }

  /**
   * Along {@code x + εv + ½ε²s̄} the second derivative of log p is {@code vᵀ(∂s/∂x)v + sᵀs̄}: the
   * loss but for {@code −½‖s̄‖²}, and with its gradient.
   */
  private Tensor taylor(Flow flow, Tensor x, @Nullable Tensor condition, Tensor... directions) {
    Tensor point = x.detach();
    Tensor score = flow.score(point, condition, false).detach();
    Jet sum = null;
    for (Tensor v : directions) {
      Jet along = flow.negativeEnergy(Jet.curve(point, v, score), condition);
      sum = sum == null ? along : sum.add(along);
    }
    Jet mean = Objects.requireNonNull(sum).mul(1.0 / directions.length);
    Tensor matching = Ops.addScaled(mean.second(), Ops.dotEvent(score, score), -0.5);
    return new Energy(point, mean.value()).add(scaled(matching, flow), lambda);
  }

  private Tensor doubleBackward(
      Flow flow, Tensor x, @Nullable Tensor condition, Tensor... directions) {
    try (Autograd.Mode on = Autograd.on()) { // a score is a derivative, whoever asks for it
      Energy energy = Energy.at(flow, x, condition);
      Tensor score = energy.score();
      Tensor curvature = null;
      for (Tensor v : directions) {
        Tensor product = Autograd.gradient(score.mul(v), energy.point(), true);
        Tensor along = Ops.dotEvent(product, v);
        curvature = curvature == null ? along : curvature.add(along);
      }
      Tensor matching = Ops.mul(Ops.dotEvent(score, score), 0.5);
      if (curvature != null) {
        matching = Ops.addScaled(matching, curvature, 1.0 / directions.length);
      }
      return energy.add(scaled(matching, flow), lambda);
    }
  }

  private Tensor scaled(Tensor matching, Flow flow) {
    return perDimension ? Ops.mul(matching, 1.0 / flow.dimension()) : matching;
  }
}
