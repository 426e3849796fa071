package org.ebbflow.objective;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * The energy at a batch together with its graph, so that score and energy term come from one
 * forward pass.
 *
 * @param point where it was evaluated, (B, D), a variable
 * @param negative {@code −E}, (B)
 */
record Energy(Tensor point, Tensor negative) {

  static Energy at(Flow flow, Tensor x, @Nullable Tensor condition) {
    Tensor variable = Autograd.variable(x);
    return new Energy(variable, flow.negativeEnergy(Jet.of(variable), condition).value());
  }

  /** {@code s = −∇E}, differentiable. */
  Tensor score() {
    return Autograd.gradient(negative, point, true);
  }

  /** {@code loss + λ·E}. */
  Tensor add(Tensor loss, double lambda) {
    return lambda == 0 ? loss : Ops.addScaled(loss, negative, -lambda);
  }

  static void requireWeight(double lambda) {
    if (!(lambda >= 0 && Double.isFinite(lambda))) {
      throw new EbbException("lambda is " + lambda, "give 0 or a positive number");
    }
  }
}
