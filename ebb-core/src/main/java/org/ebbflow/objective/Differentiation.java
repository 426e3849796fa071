package org.ebbflow.objective;

/**
 * How a score-matching loss and its gradient are computed; both ways agree up to rounding.
 *
 * <p>Source of the Taylor form: for fixed s̄, {@code ∇_θ ½‖s‖² = ∇_θ D_s̄ log p} at {@code s̄ = s},
 * so that directional derivatives, pushed forward through the layers, stand in for gradients of
 * gradients, and one ordinary reverse pass remains.
 */
public enum Differentiation {
  /** Jets forward, one reverse pass. */
  TAYLOR,
  /** Autograd's double backward: slower, and the reference. */
  AUTOGRAD
}
