package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Gradients;

/**
 * What a network made of its input, and the way back.
 *
 * @param output of the input's kind
 * @param pullback for derivatives of a scalar that depends on the output
 */
public record Recorded(Dual output, Pullback pullback) {

  /** The way back through a network: the transpose of its derivative at the recorded input. */
  public interface Pullback {
    /**
     * Derivatives with respect to the input's rows from those with respect to the output's rows;
     * those with respect to parameters are added to {@code gradients}.
     */
    Tensor back(Tensor adjoint, Gradients gradients);
  }
}
