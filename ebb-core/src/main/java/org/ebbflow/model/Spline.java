package org.ebbflow.model;

import java.util.ArrayList;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.autoregressive.AutoregressiveSpline;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.flow.linear.LuMatrix;
import org.ebbflow.flow.linear.Permutation;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.OptimizerSettings;
import org.ebbflow.train.ScheduleSettings;
import org.ebbflow.train.TrainSettings;

/**
 * The autoregressive neural spline flow, for tables: L times a rational-quadratic spline of each
 * column given the columns before it; in between the columns' order is reversed and a dense layer
 * of two triangular factors mixes them.
 *
 * <p>Source: Durkan, Bekasov, Murray and Papamakarios, "Neural spline flows", 2019,
 * arXiv:1906.04032, section 4.
 *
 * @param transforms L, at least 1
 * @param hidden layers of each masked network, at least 1
 * @param width of the hidden layers, at least 1
 * @param bins pieces of a spline, 2 to 500
 * @param bound the splines lie in [−bound, bound] and are the identity outside; positive
 */
public record Spline(int transforms, int hidden, int width, int bins, double bound)
    implements Architecture {
  static final String NAME = "spline";

  /** Checks the ranges. */
  public Spline {
    require("transforms", transforms, transforms >= 1, "1 or more");
    require("hidden", hidden, hidden >= 1, "1 or more");
    require("width", width, width >= 1, "1 or more");
    require("bins", bins, bins >= 2 && bins <= 500, "2 to 500");
    require("bound", bound, bound > 0 && Double.isFinite(bound), "a positive number");
  }

  /** Three transforms of two hidden layers of 128, eight bins on [−5, 5]. */
  static Spline defaults(DataShape shape) {
    return new Spline(3, 2, 128, 8, 5);
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Maximum likelihood for tables of any width: no determinant of a matrix is needed. */
  @Override
  public String customaryObjective(DataShape shape) {
    return "ml";
  }

  /**
   * 2,000 steps of Adam 1e−2 that rises over 100 and falls along a cosine, batch 512, gradients
   * clipped to 1, moving average 0.999; the best by validation is kept.
   *
   * <p>The rate is ten times the customary one: networks that begin at zero reach the sharp bends
   * of real columns late with small steps.
   */
  @Override
  public RunConfig customary(RunConfig config, DataShape shape) {
    TrainSettings t = config.training();
    return config.with(
        config.preprocessing(),
        config.objective(),
        new TrainSettings(
            512,
            0,
            2000,
            0,
            OptimizerSettings.of("adam", 1e-2),
            new ScheduleSettings("cosine", 100, 0.95, 50, List.of()),
            1,
            0.999,
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
    double d = shape.dimension();
    double spline =
        AutoregressiveSpline.parameterCount(
            shape.dimension(), shape.condition().size(), hidden, width, bins);
    return (long) (transforms * spline + (transforms - 1) * (2 * d * d + d));
  }

  @Override
  public Flow build(Engine engine, DataShape shape) {
    int d = shape.dimension();
    List<Bijection> chain = new ArrayList<>();
    try (Rng rng = engine.rng(INITIAL_SEED)) {
      for (int i = 0; i < transforms; i++) {
        if (i > 0) {
          chain.add(Permutation.reversal(engine, d));
          chain.add(dense(engine, d));
        }
        chain.add(
            new AutoregressiveSpline(
                engine, d, shape.condition().size(), hidden, width, bins, bound, rng));
      }
    }
    return new Flow(engine, d, chain, new StandardNormal());
  }

  private static Bijection dense(Engine engine, int dimension) {
    try (Scope scope = Scope.open()) {
      LuMatrix matrix = new LuMatrix(engine, engine.identity(dimension));
      return new FullyConnected(engine, matrix, engine.zeros(dimension));
    }
  }

  private static void require(String field, double value, boolean ok, String allowed) {
    if (!ok) {
      throw new EbbException(field + " is " + value, "give " + allowed);
    }
  }
}
