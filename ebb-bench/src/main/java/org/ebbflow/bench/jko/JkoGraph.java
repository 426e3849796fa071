package org.ebbflow.bench.jko;

import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.flow.BaseDensity;
import org.ebbflow.flow.ConditionalNormal;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.network.Chebyshev;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Softplus;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.Layout;
import org.ebbflow.flow.ode.NetworkField;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.model.Architecture;
import org.ebbflow.model.BlockFlow;
import org.ebbflow.model.DataShape;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.train.BlockSpan;

/**
 * JKO-iFlow on a {@link LabelledGraph}: velocities by Chebyshev convolutions of order 3 of features
 * and labels, towards normals whose mean at a node is that of its label.
 *
 * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424, section 5.4.
 *
 * @param nodes of the graph
 * @param width features of the hidden layers
 * @param distance between the two labels' means
 * @param blocks set by training; copied
 */
record JkoGraph(int nodes, int width, double distance, List<BlockSpan> blocks)
    implements BlockFlow {
  static final String NAME = "jko-graph";
  private static final int ORDER = 3;
  private static final int FEATURES = 2;
  private static final int PROBES = 2;

  JkoGraph {
    blocks = blocks == null ? List.of() : List.copyOf(blocks);
  }

  static JkoGraph defaults(DataShape shape) {
    return new JkoGraph(shape.dimension() / FEATURES, 64, 3, List.of());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> objectives() {
    return List.of("jko");
  }

  @Override
  public String customaryObjective(DataShape shape) {
    return "jko";
  }

  @Override
  public boolean acceptsCondition() {
    return true;
  }

  @Override
  public long parameterCount(DataShape shape) {
    long in = FEATURES + 2;
    long each = (in * ORDER + 1) * width + ((long) width * ORDER + 1) * (width + FEATURES);
    return blocks.size() * each;
  }

  @Override
  public BlockFlow with(List<BlockSpan> other) {
    return new JkoGraph(nodes, width, distance, other);
  }

  @Override
  public OdeBlock block(Engine engine, DataShape shape, BlockSpan span) {
    double[][] laplacian = Chebyshev.laplacian(new LabelledGraph(nodes).adjacency());
    try (Rng rng = engine.rng(Architecture.INITIAL_SEED)) {
      Sequential network =
          new Sequential(
              new Chebyshev(engine, laplacian, FEATURES + 2, width, ORDER, rng),
              new Softplus(20),
              new Chebyshev(engine, laplacian, width, width, ORDER, rng),
              new Softplus(20),
              new Chebyshev(engine, laplacian, width, FEATURES, ORDER, rng));
      return new OdeBlock(
          new NetworkField(network, new Layout.Nodes(nodes, FEATURES, 2), false, "chebyshev"),
          span.from(),
          span.to(),
          Integration.adaptive(1e-5),
          exact(shape) ? new Divergence.Exact() : new Divergence.Hutchinson(PROBES));
    }
  }

  /** The exact divergence evaluates the network once for each column. */
  private static boolean exact(DataShape shape) {
    return shape.dimension() <= 8;
  }

  @Override
  public BaseDensity base(Engine engine, DataShape shape) {
    double[][] means = new double[FEATURES * nodes][2 * nodes];
    for (int node = 0; node < nodes; node++) {
      means[FEATURES * node][2 * node] = -distance / 2;
      means[FEATURES * node][2 * node + 1] = distance / 2;
    }
    return new ConditionalNormal(engine, means, 1);
  }

  @Override
  public Flow build(Engine engine, DataShape shape) {
    if (blocks.isEmpty()) {
      throw new EbbException("the model has no blocks yet", "train it with the objective jko");
    }
    List<OdeBlock> chain = blocks.stream().map(span -> block(engine, shape, span)).toList();
    return new Flow(engine, shape.dimension(), chain, base(engine, shape));
  }
}
