package org.ebbflow.sample;

import java.util.function.DoubleConsumer;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * The unadjusted Langevin algorithm {@code x ← x + ½ε²·s(x) + ε·n}, n ~ N(0, I): draws from p up to
 * an error that grows with ε.
 *
 * <p>Source: Roberts and Tweedie, "Exponential convergence of Langevin distributions and their
 * discrete approximations", 1996.
 *
 * @param step ε, in the space of the flow; positive
 * @param iterations how many, at least 1
 */
public record Langevin(double step, int iterations) implements MarkovChain {

  /** Checks the ranges. */
  public Langevin {
    requirePositive("step", step);
    requireIterations(iterations);
  }

  @Override
  public Result run(
      Flow flow,
      Tensor start,
      @Nullable Tensor free,
      @Nullable Tensor condition,
      Rng rng,
      DoubleConsumer progress) {
    Tensor x = start.clone();
    for (int i = 0; i < iterations; i++) {
      try (Scope scope = Scope.open()) {
        Tensor score = Target.at(flow, x, free, condition).score();
        Tensor noise = Target.restricted(rng.normalLike(x), free);
        Tensor drifted = Ops.addScaled(x, score, 0.5 * step * step);
        InPlace.assign(x, Ops.addScaled(drifted, noise, step));
      }
      progress.accept((i + 1.0) / iterations);
    }
    return new Result(x, Double.NaN);
  }

  static void requirePositive(String name, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new EbbException(name + " is " + value, "give a positive number");
    }
  }

  static void requireIterations(int iterations) {
    if (iterations < 1) {
      throw new EbbException("iterations is " + iterations, "give 1 or more");
    }
  }
}
