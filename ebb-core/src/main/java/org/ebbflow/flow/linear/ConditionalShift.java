package org.ebbflow.flow.linear;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.network.Condition;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code z = x − Mc − b} on rows (B, D) for a condition c of C numbers, with M and b trained: what
 * labels or covariates say of the mean of every number. {@code log|det| = 0}.
 *
 * <p>Couplings hear of labels as constant channels of an image, which tell no place from another;
 * this tells each place apart.
 *
 * <p>{@link #initialise} sets M and b to the first batch's ridge regression on its conditions, with
 * a penalty of 1.
 *
 * <p>Source: the trained prior means of Kingma and Dhariwal, "Glow", 2018, arXiv:1807.03039, at the
 * data's end of the chain.
 */
public final class ConditionalShift implements Bijection {
  private static final double PENALTY = 1;

  private final Engine engine;
  private final Condition condition;
  private final Tensor weight;
  private final Tensor bias;

  /**
   * Starts as the identity.
   *
   * @param dimension D, at least 1
   * @param conditionSize C, at least 1
   */
  public ConditionalShift(Engine engine, int dimension, int conditionSize) {
    if (conditionSize < 1) {
      throw new IllegalArgumentException("a condition of " + conditionSize + " numbers");
    }
    this.engine = engine;
    this.condition = new Condition(conditionSize);
    try (Scope scope = Scope.open()) {
      this.weight = engine.parameter(engine.zeros(dimension, conditionSize));
      this.bias = engine.parameter(engine.zeros(dimension));
    }
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor given) {
    return new Mapped(x.add(mean(x.value(), given).neg()), null);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor given) {
    try (Autograd.Mode off = Autograd.off()) {
      return z.add(mean(z, given));
    }
  }

  private Tensor mean(Tensor like, @Nullable Tensor given) {
    return Ops.linear(condition.require(given, like.size(0)).to(like), weight, bias);
  }

  @Override
  public void initialise(Tensor x, @Nullable Tensor given) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor c = condition.require(given, x.size(0)).to(x);
      Tensor covariates = Ops.join(c, engine.full(1, x.size(0), 1).to(x), 1);
      Tensor penalty = engine.full(PENALTY, condition.size()).to(x);
      Tensor penalties = Ops.join(penalty, engine.zeros(1).to(x), 0).diag();
      Tensor normal = covariates.t().matmul(covariates).add(penalties);
      Tensor solution =
          engine.linearAlgebra().factorise(normal, false).solve(covariates.t().matmul(x));
      InPlace.assign(weight, Ops.rows(solution, 0, condition.size()).t());
      InPlace.assign(bias, solution.select(0, condition.size()));
    }
  }

  @Override
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("weight", weight);
    parameters.put("bias", bias);
    return parameters;
  }

  @Override
  public String describe() {
    return "ConditionalShift(" + bias.size(0) + " given " + condition.size() + ")";
  }
}
