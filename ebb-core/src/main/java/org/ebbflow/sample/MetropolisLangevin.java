package org.ebbflow.sample;

import java.util.function.DoubleConsumer;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Metropolis-adjusted Langevin (MALA): {@code x′ = x + ½ε²·s(x) + ε·n} is accepted with probability
 * {@code min(1, p(x′)q(x|x′) / p(x)q(x′|x))}, which makes p, or its conditional on the entries that
 * are given, exactly stationary.
 *
 * <p>During the first half each chain's ε moves by {@code t^−0.6·(a − 0.574)} on a logarithmic
 * scale, a being the probability of acceptance; then it is kept, and acceptance is counted.
 *
 * <p>Source: Roberts and Tweedie, 1996; the acceptance aimed at is optimal in high dimensions by
 * Roberts and Rosenthal, "Optimal scaling of discrete approximations to Langevin diffusions", 1998.
 *
 * @param step ε at the start, in the space of the flow; positive
 * @param iterations how many, at least 1
 * @param adaptive whether ε moves at all
 */
public record MetropolisLangevin(double step, int iterations, boolean adaptive)
    implements MarkovChain {
  private static final double BEST_ACCEPTANCE = 0.574;
  private static final double DECAY = -0.6;

  /** Checks the ranges. */
  public MetropolisLangevin {
    Langevin.requirePositive("step", step);
    Langevin.requireIterations(iterations);
  }

  @Override
  public Result run(
      Flow flow,
      Tensor start,
      @Nullable Tensor free,
      @Nullable Tensor condition,
      Rng rng,
      DoubleConsumer progress) {
    long rows = start.size(0);
    Tensor x = start.clone();
    Tensor logStep = Ops.add(Ops.mul(rng.normal(rows, 1), 0), Math.log(step));
    Target first = Target.at(flow, x, free, condition);
    Tensor logDensity = first.logDensity().clone();
    Tensor score = first.score().clone();
    int settled = adaptive ? iterations / 2 : 0;
    double accepted = 0;
    for (int i = 0; i < iterations; i++) {
      try (Scope scope = Scope.open()) {
        Tensor size = logStep.exp();
        Tensor noise = Target.restricted(rng.normalLike(x), free);
        Tensor proposal = x.add(drift(score, size)).add(noise.mul(size));
        Target there = Target.at(flow, proposal, free, condition);
        // The noise that would lead back.
        Tensor back = x.sub(proposal).sub(drift(there.score(), size)).div(size);
        Tensor logRatio =
            there
                .logDensity()
                .sub(logDensity)
                .sub(
                    Ops.mul(
                        Target.squaredNorm(Target.restricted(back, free))
                            .sub(Target.squaredNorm(noise)),
                        0.5));
        Tensor uniform = rng.uniform(rows);
        Tensor accept = Ops.as(uniform.log().lt(logRatio), x).unsqueeze(1);
        move(x, proposal, accept);
        move(score, there.score(), accept);
        move(logDensity, there.logDensity(), accept.squeeze(1));
        if (i >= settled) {
          accepted += Ops.item(accept.mean());
        } else {
          Tensor probability = Ops.as(Ops.atMost(finite(logRatio), 0).exp(), x).unsqueeze(1);
          Tensor change = Ops.mul(Ops.add(probability, -BEST_ACCEPTANCE), Math.pow(i + 1, DECAY));
          InPlace.assign(logStep, logStep.add(change));
        }
      }
      progress.accept((i + 1.0) / iterations);
    }
    return new Result(x, accepted / (iterations - settled));
  }

  private static Tensor drift(Tensor score, Tensor size) {
    return Ops.mul(score.mul(size.square()), 0.5);
  }

  /** To {@code there} where accepted; not by a product, which would spread what is not finite. */
  private static void move(Tensor state, Tensor there, Tensor accept) {
    InPlace.assign(state, Ops.where(Ops.less(accept, 0.5), state, there));
  }

  /** A ratio that is not a number, from a proposal without density, is one of 0. */
  private static Tensor finite(Tensor logRatio) {
    return Ops.where(logRatio.isnan(), Ops.add(Ops.zerosLike(logRatio), -1e30), logRatio);
  }
}
