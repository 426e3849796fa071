package org.ebbflow.flow;

import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An invertible differentiable map {@code z = g(x)} on batches (B, …), with {@code log|det ∂g/∂x|}
 * split into the part that depends on x and the part that does not.
 *
 * <p>Forward is the direction from data to noise, and the fast one. The split is what lets score
 * matching train without determinants: only {@link #constantLogDet()} and {@link #inverse} may cost
 * O(D³), and neither is called by a score-matching loss.
 *
 * <p>{@code forward}, {@code inverse} and {@code constantLogDet} change nothing that can be seen
 * and may be called from several threads, as long as none changes the parameters.
 *
 * <p>Source of the split: Chao et al., 2023, arXiv:2305.15267, eq. 6–8.
 */
public interface Bijection {

  /**
   * What a forward pass gives.
   *
   * @param value {@code g(x)}, (B, …)
   * @param logDet the x-dependent part of {@code log|det ∂g/∂x|} in nats, (B); null where there is
   *     none
   */
  record Mapped(Jet value, @Nullable Jet logDet) {}

  /**
   * {@code g(x)} and the x-dependent part of {@code log|det ∂g/∂x|}, with derivatives to the order
   * of {@code x}.
   *
   * @param condition labels or covariates (B, C), or null; layers that have no use for it ignore it
   */
  Mapped forward(Jet x, @Nullable Tensor condition);

  /**
   * Whether this bijection carries derivatives of the log-density by hand, see {@link #trace}; a
   * flow is differentiated by hand where all of its bijections are.
   */
  default boolean isTraced() {
    return false;
  }

  /**
   * {@code g(x)} with the way there and back of derivatives, not recorded by autograd.
   *
   * @param x (B, D)
   * @param order of the derivative of log p that is wanted with its gradient, 1 or 2
   * @throws UnsupportedOperationException unless {@link #isTraced()}
   */
  default Trace trace(Tensor x, int order, Products products) {
    throw new UnsupportedOperationException(describe() + " is differentiated by autograd");
  }

  /**
   * {@code x} with {@code g(x) = z}, converged.
   *
   * @param condition what {@link #forward} was given
   * @throws org.ebbflow.EbbException if there is none, or the iteration does not reach it
   */
  Tensor inverse(Tensor z, @Nullable Tensor condition);

  /**
   * The x-independent part of {@code log|det ∂g/∂x|} in nats, a scalar; empty where it is zero by
   * construction. Differentiable with respect to the parameters when autograd is on.
   */
  default Optional<Tensor> constantLogDet() {
    return Optional.empty();
  }

  /**
   * Whether {@link #constantLogDet} is O(D³) work on one parameter, used once, that threads may do
   * for several layers at once: autograd adds what goes back to a parameter in an order that they
   * change.
   */
  default boolean isLogDetCubic() {
    return false;
  }

  /** What is trained, by name, in a fixed order; the tensors themselves, not copies. */
  default Map<String, Tensor> parameters() {
    return Map.of();
  }

  /**
   * What is saved with the parameters but not trained, by name, in a fixed order; the same whenever
   * it is built.
   */
  default Map<String, Tensor> buffers() {
    return Map.of();
  }

  /**
   * Sets parameters from the first batch, for layers that want it (ActNorm); others do nothing.
   *
   * @param x what the layer sees, (B, …)
   * @param condition what {@link #forward} would be given
   */
  default void initialise(Tensor x, @Nullable Tensor condition) {}

  /** One line for a reader: kind, sizes and constants. */
  String describe();
}
