package org.ebbflow.flow;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Bijection}, or a network in one, keeps of a batch to carry derivatives of log p
 * through it by hand: first the values there, then the score back, then as often as wanted
 * derivatives along a curve there and their gradient back.
 *
 * <p>Rows move along a curve, {@code x, x′, x″}, up to the trace's order k, and F is the k-th
 * derivative of log p along it. The derivative of F with respect to the k-th derivative of any
 * quantity on the way is that of log p with respect to its value, whatever the curve, so only k
 * others go back. Derivatives lie in one tensor, (k·B, D): x′ above x″, and of F with respect to x
 * above that with respect to x′.
 *
 * <p>Called with autograd off; confined to a thread and to the scope it was made in.
 */
public interface Trace {

  /** {@code g(x)}, (B, D). */
  Tensor value();

  /** The x-dependent part of {@code log|det ∂g/∂x|} in nats, (B); null where there is none. */
  default @Nullable Tensor logDet() {
    return null;
  }

  /**
   * {@code ∇_x log p} from {@code ∇_z log p} at {@code z = g(x)}, (B, D) both: the derivative of
   * what comes after and of the log-determinant. To be called once.
   */
  Tensor score(Tensor ofValue);

  /**
   * Moves derivatives along a curve to the other side; comes after {@link #score}.
   *
   * @param tangents those of x, (k·B, D)
   */
  Pushed push(Tensor tangents);

  /** Derivatives along a curve, with F's way back. */
  interface Pushed {

    /** Those of z, (k·B, D). */
    Tensor tangents();

    /** The k-th derivative of the log-determinant, (B), null where there is none. */
    default @Nullable Tensor logDet() {
      return null;
    }

    /**
     * Derivatives of {@code F + energy·log p} with respect to {@code x} (and x′), (k·B, D), from
     * those with respect to {@code z} (and z′). Those with respect to parameters are added to the
     * functional's.
     *
     * @param adjoints stay as they are
     * @return a tensor of its own, no view of the adjoints
     */
    Tensor back(Tensor adjoints, Functional functional);

    /** As {@link #back} where nothing lies in front that would take the result. */
    default void end(Tensor adjoints, Functional functional) {
      back(adjoints, functional);
    }
  }
}
