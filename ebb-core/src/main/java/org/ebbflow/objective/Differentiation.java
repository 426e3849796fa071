package org.ebbflow.objective;

import java.util.Optional;
import org.ebbflow.EbbException;
import org.ebbflow.flow.DensityTrace;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Products;

/**
 * How a score-matching loss and its gradient are computed; all ways agree up to rounding.
 *
 * <p>Source of the Taylor form: for fixed s̄, {@code ∇_θ ½‖s‖² = ∇_θ D_s̄ log p} at {@code s̄ = s},
 * so that directional derivatives, pushed forward through the layers, stand in for gradients of
 * gradients, and one ordinary reverse pass remains.
 */
public enum Differentiation {
  /**
   * As {@link #TAYLOR}, with the layers' own way there and back in place of autograd's record. For
   * flows of dense layers, entry-by-entry functions, ActNorm on rows and masked couplings without a
   * condition; others take {@link #TAYLOR}.
   */
  HAND,
  /** Jets forward, one reverse pass by autograd. */
  TAYLOR,
  /** Autograd's double backward: slower, and the reference. */
  AUTOGRAD;

  /** Checks that reduced precision is asked of the one way that has it. */
  void require(Products products) {
    if (products != Products.FULL && this != HAND) {
      throw new EbbException(
          "products of bfloat16 want derivatives by hand",
          "set objective.differentiation=hand, or objective.precision=full");
    }
  }

  /** Whether a flow is differentiated by hand. */
  boolean byHand(Flow flow, Products products) {
    requireReach(
        flow,
        products,
        "use the model ebflow-fc with model.matrix=full, or realnvp-2d without a condition, or set"
            + " objective.precision=full");
    return this == HAND && DensityTrace.covers(flow);
  }

  /**
   * Checks that reduced precision reaches all of a flow.
   *
   * @param remedy what to do if it does not
   */
  void requireReach(Flow flow, Products products, String remedy) {
    if (products != Products.FULL) {
      Optional<String> uncovered = DensityTrace.uncovered(flow);
      if (uncovered.isPresent()) {
        throw new EbbException(
            "products of bfloat16 want derivatives by hand, and there are none for "
                + uncovered.get(),
            remedy);
      }
    }
  }
}
