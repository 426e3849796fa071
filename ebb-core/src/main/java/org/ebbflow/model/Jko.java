package org.ebbflow.model;

import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.flow.BaseDensity;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.train.BlockSpan;
import org.ebbflow.train.OptimizerSettings;
import org.ebbflow.train.ScheduleSettings;
import org.ebbflow.train.TrainSettings;

/**
 * JKO-iFlow: neural-ODE blocks, each trained as one step of the Wasserstein gradient flow from the
 * data to N(0, I).
 *
 * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424.
 *
 * @param network of every block's velocity field
 * @param evaluation how the blocks are integrated for densities and samples
 * @param blocks that the flow has, set by training; copied
 */
public record Jko(VelocityNetwork network, OdeEvaluation evaluation, List<BlockSpan> blocks)
    implements BlockFlow {
  static final String NAME = "jko";
  private static final int WIDE = 16;

  /** Copies the list. */
  public Jko {
    blocks = blocks == null ? List.of() : List.copyOf(blocks);
  }

  /** Three hidden layers of 128 for few columns, two of 256 for many. */
  static Jko defaults(DataShape shape) {
    List<Integer> hidden = shape.dimension() <= WIDE ? List.of(128, 128, 128) : List.of(256, 256);
    return new Jko(VelocityNetwork.dense(hidden, false), OdeEvaluation.published(), List.of());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String customaryObjective(DataShape shape) {
    return "jko";
  }

  @Override
  public List<String> objectives() {
    return List.of("jko");
  }

  /**
   * Whitened columns; per block 1,000 steps of Adam 1e−3 falling along a cosine, gradients clipped
   * to 1, batch 1,000; the divergence at the ends of the published steps, which takes a quarter
   * less time than at their stages.
   */
  @Override
  public RunConfig customary(RunConfig config, DataShape shape) {
    TrainSettings t = config.training();
    PreprocessingSettings p = config.preprocessing();
    ObjectiveSettings objective = config.objective();
    return config.with(
        shape.bytes() ? p : new PreprocessingSettings("whiten", p.logitSmoothness()),
        objective.with(objective.ode().with(Quadrature.STEPS)),
        new TrainSettings(
            1000,
            0,
            1000,
            0,
            OptimizerSettings.of("adam", 1e-3),
            new ScheduleSettings("cosine", 0, 0.95, 50, List.of()),
            1,
            0,
            true,
            0,
            0,
            t.checkpointSeconds()));
  }

  @Override
  public boolean acceptsCondition() {
    return true;
  }

  @Override
  public long parameterCount(DataShape shape) {
    return blocks.size() * network.parameterCount(shape);
  }

  @Override
  public Jko with(List<BlockSpan> other) {
    return new Jko(network, evaluation, other);
  }

  @Override
  public OdeBlock block(Engine engine, DataShape shape, BlockSpan span) {
    try (Rng rng = engine.rng(INITIAL_SEED)) {
      return new OdeBlock(
          network.build(engine, shape, rng),
          span.from(),
          span.to(),
          evaluation.integration(),
          evaluation.estimator(shape.dimension()));
    }
  }

  @Override
  public BaseDensity base(Engine engine, DataShape shape) {
    return new StandardNormal();
  }

  /**
   * The flow of the trained blocks.
   *
   * @throws EbbException if there are none
   */
  @Override
  public Flow build(Engine engine, DataShape shape) {
    if (blocks.isEmpty()) {
      throw new EbbException(
          "the model 'jko' has no blocks yet", "train it with the objective jko");
    }
    List<OdeBlock> chain = blocks.stream().map(span -> block(engine, shape, span)).toList();
    return new Flow(engine, shape.dimension(), chain, base(engine, shape));
  }
}
