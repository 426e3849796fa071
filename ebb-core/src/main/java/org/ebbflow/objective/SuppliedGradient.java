package org.ebbflow.objective;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Losses whose gradient autograd did not record but somebody else has computed. */
final class SuppliedGradient {
  private SuppliedGradient() {}

  /**
   * Losses (B) of the same values whose mean has the given gradient: a term is added that is zero
   * in value and linear in the parameters.
   *
   * @param means derivatives of the losses' mean with respect to each parameter
   */
  static Tensor attach(Tensor losses, List<Tensor> parameters, List<Tensor> means) {
    Tensor carrier = null;
    for (int p = 0; p < means.size(); p++) {
      Tensor product = parameters.get(p).sub(parameters.get(p).detach()).mul(means.get(p)).sum();
      carrier = carrier == null ? product : carrier.add(product);
    }
    return carrier == null ? losses : losses.add(carrier);
  }
}
