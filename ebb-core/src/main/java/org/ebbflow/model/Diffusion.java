package org.ebbflow.model;

import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.ProbabilityFlow;
import org.ebbflow.flow.ode.VariancePreserving;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;

/**
 * A score-based diffusion as a flow: one neural-ODE block over the time [t₀, 1], the probability
 * flow of a variance-preserving diffusion whose score a network gives.
 *
 * <p>Its density is that of the data under noise of σ(t₀), in the preprocessed space: 0.0010 at the
 * customary t₀ = 1e−5.
 *
 * <p>Source: Song et al., 2021, arXiv:2011.13456.
 *
 * @param network that the noise in a row is computed from; sees time
 * @param evaluation how the flow is integrated for densities and samples
 * @param betaMin β₀ of the diffusion
 * @param betaMax β₁ of the diffusion
 * @param start t₀, in (0, 1)
 */
public record Diffusion(
    VelocityNetwork network, OdeEvaluation evaluation, double betaMin, double betaMax, double start)
    implements Architecture {
  static final String NAME = "diffusion";

  /** Checks the ranges. */
  public Diffusion {
    new VariancePreserving(betaMin, betaMax);
    if (!(start > 0 && start < 1)) {
      throw new EbbException("the diffusion's start is " + start, "give a small time, as 1e-5");
    }
    if (!network.time()) {
      throw new EbbException("a diffusion's network does not see time", "set network.time=true");
    }
  }

  /** The network of {@link Cnf}, the published β, t₀ = 1e−5. */
  static Diffusion defaults(DataShape shape) {
    return new Diffusion(Cnf.defaults(shape).network(), OdeEvaluation.published(), 0.1, 20, 1e-5);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String customaryObjective(DataShape shape) {
    return "vp";
  }

  @Override
  public List<String> objectives() {
    return List.of("vp");
  }

  /** As {@link Cnf}. */
  @Override
  public RunConfig customary(RunConfig config, DataShape shape) {
    return Cnf.trainedAsAWhole(config, shape);
  }

  @Override
  public boolean acceptsCondition() {
    return true;
  }

  @Override
  public long parameterCount(DataShape shape) {
    return network.parameterCount(shape);
  }

  @Override
  public Flow build(Engine engine, DataShape shape) {
    try (Rng rng = engine.rng(INITIAL_SEED)) {
      OdeBlock block =
          new OdeBlock(
              new ProbabilityFlow(
                  network.build(engine, shape, rng), new VariancePreserving(betaMin, betaMax)),
              start,
              1,
              evaluation.integration(),
              evaluation.estimator(shape.dimension()));
      return new Flow(engine, shape.dimension(), List.of(block), new StandardNormal());
    }
  }
}
