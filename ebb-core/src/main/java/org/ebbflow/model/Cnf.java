package org.ebbflow.model;

import java.util.List;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.train.OptimizerSettings;
import org.ebbflow.train.TrainSettings;

/**
 * A continuous normalizing flow: one neural-ODE block over the time [0, 1] whose field sees time,
 * trained as a whole: by flow matching, or by the likelihood through the solver.
 *
 * <p>Source: Grathwohl et al., 2019, arXiv:1810.01367.
 *
 * @param network of the velocity field
 * @param evaluation how it is integrated for densities and samples
 */
public record Cnf(VelocityNetwork network, OdeEvaluation evaluation) implements Architecture {
  static final String NAME = "cnf";

  /** The network of {@link Jko}'s blocks, with time. */
  static Cnf defaults(DataShape shape) {
    return new Cnf(
        VelocityNetwork.dense(Jko.defaults(shape).network().hidden(), true),
        OdeEvaluation.published());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String customaryObjective(DataShape shape) {
    return "fm";
  }

  @Override
  public List<String> objectives() {
    return List.of("fm", "cnf", "otflow");
  }

  @Override
  public RunConfig customary(RunConfig config, DataShape shape) {
    return trainedAsAWhole(config, shape);
  }

  /** Whitened columns, batch 1,000, Adam 1e−3, gradients clipped to 1. */
  static RunConfig trainedAsAWhole(RunConfig config, DataShape shape) {
    TrainSettings t = config.training();
    PreprocessingSettings p = config.preprocessing();
    return config.with(
        shape.bytes() ? p : new PreprocessingSettings("whiten", p.logitSmoothness()),
        config.objective(),
        new TrainSettings(
            1000,
            t.epochs(),
            t.steps(),
            t.minutes(),
            OptimizerSettings.of("adam", 1e-3),
            t.schedule(),
            1,
            t.ema(),
            true,
            t.validateEvery(),
            t.patience(),
            t.checkpointSeconds()));
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
              network.build(engine, shape, rng),
              0,
              1,
              evaluation.integration(),
              evaluation.estimator(shape.dimension()));
      return new Flow(engine, shape.dimension(), List.of(block), new StandardNormal());
    }
  }
}
