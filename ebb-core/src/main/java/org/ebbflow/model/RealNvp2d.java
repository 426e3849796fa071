package org.ebbflow.model;

import java.util.ArrayList;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.coupling.MaskedCoupling;
import org.ebbflow.flow.linear.ActNorm;
import org.ebbflow.flow.linear.FullMatrix;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;

/**
 * The RealNVP of the two-dimensional experiments: K steps of dense layer, masked coupling and
 * ActNorm, and a dense layer at the end; for rows of two columns or a few more. The couplings keep
 * the one and the other half in turn; the square matrices start orthogonal, the networks of the
 * couplings small.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 5.1 and appendix.
 *
 * @param steps K, at least 1
 * @param width of the couplings' hidden layers, at least 1
 */
public record RealNvp2d(int steps, int width) implements Architecture {
  static final String NAME = "realnvp-2d";

  /** Checks the ranges. */
  public RealNvp2d {
    if (steps < 1) {
      throw new EbbException("steps is " + steps, "give 1 or more");
    }
    if (width < 1) {
      throw new EbbException("width is " + width, "give 1 or more");
    }
  }

  /** The published 10 steps of width 64. */
  static RealNvp2d defaults(DataShape shape) {
    return new RealNvp2d(10, 64);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean acceptsCondition() {
    return true;
  }

  @Override
  public long parameterCount(DataShape shape) {
    double d = shape.dimension();
    double dense = d * d + d;
    double coupling =
        MaskedCoupling.realNvpParameters(shape.dimension(), width, shape.condition().size());
    return (long) (steps * (dense + coupling + 2 * d) + dense);
  }

  @Override
  public Flow build(Engine engine, DataShape shape) {
    int d = shape.dimension();
    List<Bijection> chain = new ArrayList<>();
    try (Rng rng = engine.rng(INITIAL_SEED)) {
      for (int i = 0; i < steps; i++) {
        chain.add(dense(engine, d, rng));
        chain.add(
            MaskedCoupling.realNvp(engine, d, i % 2 == 0, width, shape.condition().size(), rng));
        chain.add(new ActNorm(engine, d, 1));
      }
      chain.add(dense(engine, d, rng));
    }
    return new Flow(engine, d, chain, new StandardNormal());
  }

  private static Bijection dense(Engine engine, int dimension, Rng rng) {
    try (Scope scope = Scope.open()) {
      FullMatrix matrix = new FullMatrix(engine, rng.orthogonal(dimension, dimension));
      return new FullyConnected(engine, matrix, engine.zeros(dimension));
    }
  }
}
