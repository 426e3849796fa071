package org.ebbflow.flow;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;

/**
 * What {@link Trace}s differentiate with respect to parameters: {@code weight·Σ(F + energy·log p)},
 * summed over the batch; log p without its constant part.
 *
 * @param weight applied to what is added to the gradients, not to what goes back
 * @param energy part of what goes back: log-determinants add their own share to it
 * @param gradients where the derivatives are summed up
 */
public record Functional(double weight, double energy, Gradients gradients) {

  /** Adds a derivative of {@code Σ(F + energy·log p)}. */
  public void add(Tensor parameter, Tensor derivative) {
    gradients.add(parameter, Ops.mul(derivative, weight));
  }

  /** Adds a derivative that is the product of two matrices. */
  public void addProduct(Tensor parameter, Tensor left, Tensor right) {
    gradients.addProduct(parameter, left, right, weight);
  }
}
