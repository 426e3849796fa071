package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;
import org.ebbflow.flow.elementwise.ElementwiseTrace;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * {@code y = x} for {@code x ≥ 0} and {@code eˣ − 1} below, entry by entry; at 0 the slope is 1 and
 * the second derivative that of the right side, 0.
 *
 * <p>Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by
 * exponential linear units", 2016, arXiv:1511.07289.
 */
public record Elu() implements Network {
  @Override
  public Jet apply(Jet x) {
    Tensor y = Ops.elu(x.value());
    if (x.order() == 0) {
      return x.compose(y);
    }
    Tensor slope = Ops.add(Ops.atMost(y, 0), 1);
    if (x.order() == 1) {
      return x.compose(y, slope);
    }
    return x.compose(y, slope, slope.mul(Ops.as(Ops.less(y.detach(), 0), y)));
  }

  @Override
  public boolean isTraced() {
    return true;
  }

  /** One exponential gives all, exact to rounding relative to 1: the engine's own takes longer. */
  @Override
  public Trace trace(Tensor x, int order, Products products) {
    try (Scope scope = Scope.open()) {
      Tensor below = Ops.atMost(x, 0);
      Tensor slope = scope.pass(below.exp());
      Tensor y = scope.pass(x.sub(below));
      InPlace.increase(y, slope);
      InPlace.increase(y, -1);
      Tensor bend = scope.pass(Ops.whereBetween(slope, y, -2, 0));
      return new ElementwiseTrace(order, y, slope, bend);
    }
  }
}
