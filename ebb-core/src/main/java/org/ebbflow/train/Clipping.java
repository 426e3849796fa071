package org.ebbflow.train;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/** Gradients of a loss, checked and clipped. */
final class Clipping {
  private Clipping() {}

  /**
   * Gradients in the order of the parameters, scaled so that the norm of all together is at most
   * {@code clip}.
   *
   * @param clip 0 for no clipping
   * @return null if the norm is not finite
   */
  static @Nullable List<Tensor> of(Tensor loss, Map<String, Tensor> parameters, double clip) {
    return clipped(Autograd.gradients(loss, parameters.values(), false), clip);
  }

  /**
   * Gradients, scaled so that the norm of all together is at most {@code clip}; see {@link #of}.
   */
  static @Nullable List<Tensor> clipped(List<Tensor> gradients, double clip) {
    double squares = 0;
    try (Autograd.Mode off = Autograd.off()) {
      for (Tensor gradient : gradients) {
        double norm = Ops.item(gradient.norm());
        squares += norm * norm;
      }
      double norm = Math.sqrt(squares);
      if (!Double.isFinite(norm)) {
        return null;
      }
      if (clip > 0 && norm > clip) {
        // Not in place: autograd may hand out views, and one tensor for two parameters.
        return gradients.stream().map(gradient -> Ops.mul(gradient, clip / norm)).toList();
      }
    }
    return gradients;
  }
}
