package org.ebbflow.objective;

import java.util.Collection;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;

/**
 * Losses of a batch, and the way to their gradient. Some objectives are there already when they
 * have the losses, others go only when asked.
 *
 * @param losses (B)
 * @param way to the gradient of their mean; once
 */
public record Evaluation(Tensor losses, Way way) {

  /** How a gradient comes about. */
  public interface Way {
    /**
     * Derivatives of the mean loss with respect to parameters, in their order, each of its
     * parameter's shape; they belong to the current scope.
     */
    List<Tensor> gradients(Collection<Tensor> parameters);
  }

  /** Losses that autograd has recorded. */
  static Evaluation recorded(Tensor losses) {
    return new Evaluation(
        losses, parameters -> Autograd.gradients(losses.mean(), parameters, false));
  }

  /** See {@link Way#gradients}. */
  public List<Tensor> gradients(Collection<Tensor> parameters) {
    return way.gradients(parameters);
  }
}
