package org.ebbflow.sample;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * What a chain needs to know at a point.
 *
 * @param logDensity {@code −E(x)}, log p up to a constant, (B)
 * @param score its gradient with respect to the free entries, zero at the others, (B, D)
 */
record Target(Tensor logDensity, Tensor score) {

  static Target at(Flow flow, Tensor x, @Nullable Tensor free, @Nullable Tensor condition) {
    try (Autograd.Mode on = Autograd.on()) {
      Tensor variable = Autograd.variable(x);
      Tensor negative = flow.negativeEnergy(Jet.of(variable), condition).value();
      Tensor score = Autograd.gradient(negative, variable, false);
      return new Target(negative.detach(), restricted(score, free));
    }
  }

  /** {@code x} where it is free, 0 elsewhere. */
  static Tensor restricted(Tensor x, @Nullable Tensor free) {
    return free == null ? x : x.mul(free);
  }

  /** {@code ‖x‖²} of each row, (B). */
  static Tensor squaredNorm(Tensor x) {
    return Ops.dotEvent(x, x);
  }
}
