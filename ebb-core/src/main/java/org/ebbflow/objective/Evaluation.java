package org.ebbflow.objective;

import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.DensityTrace;
import org.ebbflow.flow.Gradients;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;

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

  /**
   * The losses {@code matching + λ·E} of score matching by hand.
   *
   * @param derivatives whose mean has the gradient of {@code matching}, but for the weight
   * @param weight what {@code matching} multiplies that mean by
   */
  static Evaluation traced(
      DensityTrace trace,
      Tensor matching,
      Supplier<List<DensityTrace.Along>> derivatives,
      double weight,
      double lambda) {
    Tensor losses =
        lambda == 0 ? matching : Ops.addScaled(matching, trace.negativeEnergy(), -lambda);
    return new Evaluation(
        losses,
        parameters -> {
          Gradients gradients = new Gradients(parameters);
          List<DensityTrace.Along> all = derivatives.get();
          double share = 1.0 / (losses.size(0) * all.size());
          for (DensityTrace.Along along : all) {
            along.gradient(weight * share, -lambda * share, gradients);
          }
          return gradients.all();
        });
  }

  /** See {@link Way#gradients}. */
  public List<Tensor> gradients(Collection<Tensor> parameters) {
    return way.gradients(parameters);
  }
}
