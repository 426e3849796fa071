package org.ebbflow.objective;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * {@code [2E(x) − E(x + ξ) − E(x − ξ) + ⅛(E(x + ξ) − E(x − ξ))²]/ε² + λ·E(x)} with {@code ξ =
 * ε·v/‖v‖}, v Gaussian: sliced score matching from energies alone.
 *
 * <p>Source: Pang et al., "Efficient learning of generative models via finite-difference score
 * matching", 2020, arXiv:2007.03317, eq. 10; for flows Chao et al., 2023, arXiv:2305.15267.
 *
 * @param epsilon length of the step, positive
 * @param timesDimension whether to multiply by D, so that it estimates what {@code ssm} does
 * @param lambda weight of the energy term, at least 0
 */
public record FiniteDifferenceScoreMatching(double epsilon, boolean timesDimension, double lambda)
    implements Objective {

  /** Checks the ranges. */
  public FiniteDifferenceScoreMatching {
    if (!(epsilon > 0 && Double.isFinite(epsilon))) {
      throw new EbbException("epsilon is " + epsilon, "give a positive number");
    }
    Energy.requireWeight(lambda);
  }

  @Override
  public String name() {
    return "fdssm";
  }

  @Override
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    return losses(flow, x, condition, rng.normalLike(x));
  }

  /** As {@link #losses(Flow, Tensor, Tensor, Rng)} along given directions v, (B, D). */
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Tensor directions) {
    Tensor norms = Ops.dotEvent(directions, directions).sqrt().unsqueeze(1);
    Tensor step = Ops.mul(directions.div(norms), epsilon);
    long n = x.size(0);
    // One pass over three stacked batches instead of three passes.
    Tensor points = Ops.concatenate(x, x.add(step), x.sub(step));
    Tensor conditions = condition == null ? null : Ops.concatenate(condition, condition, condition);
    Tensor energies = flow.energy(points, conditions);
    Tensor centre = Ops.rows(energies, 0, n);
    Tensor ahead = Ops.rows(energies, n, 2 * n);
    Tensor behind = Ops.rows(energies, 2 * n, 3 * n);
    Tensor curvature = Ops.mul(centre, 2).sub(ahead).sub(behind);
    Tensor slope = Ops.mul(ahead.sub(behind).square(), 0.125);
    double factor = (timesDimension ? flow.dimension() : 1) / (epsilon * epsilon);
    Tensor matching = Ops.mul(curvature.add(slope), factor);
    return lambda == 0 ? matching : Ops.addScaled(matching, centre, lambda);
  }
}
