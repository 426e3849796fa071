package org.ebbflow.objective;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * {@code ‖f(x_t, t) − (z − x)‖²/D} at {@code x_t = (1 − t)·x + t·z} for data x, noise z of the base
 * and t uniform on [0, 1]: a velocity field is regressed on straight ways, and no equation is
 * solved in training.
 *
 * <p>Source: Lipman et al., "Flow matching for generative modeling", 2023, arXiv:2210.02747; pairs
 * of least total squared distance within a batch: Tong et al., 2024, arXiv:2302.00482.
 *
 * @param optimal whether data and noise are paired optimally within parts of the batch, rather than
 *     as they come
 */
public record FlowMatching(boolean optimal) implements Objective {
  private static final int PART = 256; // rows paired at once: the assignment costs their cube

  @Override
  public String name() {
    return "fm";
  }

  @Override
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    OdeBlock block = block(flow);
    long n = x.size(0);
    Tensor noise = flow.base().sample(n, flow.dimension(), condition, rng);
    if (optimal) {
      noise = paired(x, noise, flow.engine());
    }
    Tensor time = rng.uniform(n, 1);
    Tensor way = noise.sub(x);
    double span = block.to() - block.from();
    Tensor clock = Ops.add(Ops.mul(time, span), block.from());
    Tensor velocity =
        block.field().at(Jet.of(x.add(way.mul(time))), Jet.of(clock), condition).value();
    Tensor gap = Ops.mul(velocity, span).sub(way);
    return Ops.mul(Ops.dotEvent(gap, gap), 1.0 / flow.dimension());
  }

  private static OdeBlock block(Flow flow) {
    if (flow.chain().size() == 1
        && flow.chain().get(0) instanceof OdeBlock block
        && block.field().usesTime()) {
      return block;
    }
    throw new EbbException(
        "flow matching trains one neural-ODE block whose field sees time", "use the model cnf");
  }

  /** The noise in an order that brings it near the data. */
  private static Tensor paired(Tensor x, Tensor noise, Engine engine) {
    int n = Math.toIntExact(x.size(0));
    long[] order = new long[n];
    for (int from = 0; from < n; from += PART) {
      int to = Math.min(n, from + PART);
      Tensor some = Ops.rows(x.detach(), from, to);
      Tensor others = Ops.rows(noise, from, to);
      Tensor products = Ops.mul(Ops.linear(some, others), -2);
      Tensor costs = products.add(Ops.dotEvent(others, others));
      int[] columns = Assignment.of(Engine.doubles(costs), to - from);
      for (int i = 0; i < columns.length; i++) {
        order[from + i] = (long) from + columns[i];
      }
    }
    return noise.index_select(0, engine.indices(order));
  }
}
