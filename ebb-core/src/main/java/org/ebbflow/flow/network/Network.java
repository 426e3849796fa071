package org.ebbflow.flow.network;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;

/**
 * A differentiable map {@code y = h(x)} on batches (B, …), with derivatives along a direction.
 *
 * <p>Immutable but for its parameters; thread-safe as long as no thread changes them.
 */
public interface Network {

  /**
   * {@code h(x)} with derivatives to the order of {@code x}; recorded by autograd. A jet of order 1
   * may have the derivatives along several directions, (k·B, …), as {@link Jet} says.
   */
  Jet apply(Jet x);

  /**
   * {@code h(x)} with the way back, not recorded by autograd: for long computations, whose graph
   * would cost more than the numbers in it. To be called, there and back, with autograd off. A
   * network that does not know its own way back takes autograd's.
   *
   * @param products precision of the matrix products, where the network has a choice
   */
  default Recorded record(Dual x, Products products) {
    return AutogradPullback.record(this, x);
  }

  /** Whether this network carries derivatives of a log-density by hand, see {@link #trace}. */
  default boolean isTraced() {
    return false;
  }

  /**
   * {@code h(x)} with the way there and back of derivatives of a log-density, not recorded by
   * autograd: what a coupling takes that is differentiated by hand.
   *
   * @param x (B, …)
   * @param order of the derivative of log p that is wanted with its gradient, 1 or 2
   * @throws UnsupportedOperationException unless {@link #isTraced()}
   */
  default Trace trace(Tensor x, int order, Products products) {
    throw new UnsupportedOperationException(
        getClass().getSimpleName() + " is differentiated by autograd");
  }

  /** What is trained, by name, in a fixed order; the tensors themselves, not copies. */
  default Map<String, Tensor> parameters() {
    return Map.of();
  }
}
