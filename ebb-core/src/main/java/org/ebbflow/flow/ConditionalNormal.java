package org.ebbflow.flow;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.network.Condition;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code N(Mc, σ²I)} for a condition c: a normal whose mean moves with labels or covariates. With
 * one-hot labels the columns of M are the classes' means.
 *
 * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424, section on conditional generation.
 */
public final class ConditionalNormal implements BaseDensity {
  private final Tensor means;
  private final double sigma;

  /**
   * @param means M, (D, C), rows of equal length; copied
   * @param sigma σ, positive
   * @throws EbbException if sigma is not positive
   */
  public ConditionalNormal(Engine engine, double[][] means, double sigma) {
    if (!(sigma > 0 && Double.isFinite(sigma))) {
      throw new EbbException("sigma is " + sigma, "give a positive number");
    }
    this.sigma = sigma;
    double[] flat = Arrays.stream(means).flatMapToDouble(Arrays::stream).toArray();
    try (Scope scope = Scope.open()) {
      this.means = Scope.own(engine.tensor(flat, means.length, means[0].length));
    }
  }

  @Override
  public Jet logProb(Jet z, @Nullable Tensor condition) {
    Tensor mean = Ops.linear(given(condition, z.value().size(0)).to(means), means);
    Jet standard = z.add(Ops.as(mean, z.value()).neg()).mul(1 / sigma);
    return new StandardNormal().logProb(standard).add(-Ops.eventSize(z.value()) * Math.log(sigma));
  }

  @Override
  public Tensor sample(long n, int dimension, @Nullable Tensor condition, Rng rng) {
    Tensor mean = Ops.linear(given(condition, n).to(means), means);
    return Ops.addScaled(mean, rng.normal(n, dimension), sigma);
  }

  private Tensor given(@Nullable Tensor condition, long rows) {
    return new Condition(Math.toIntExact(means.size(1))).require(condition, rows);
  }
}
