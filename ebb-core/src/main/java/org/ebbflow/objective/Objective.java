package org.ebbflow.objective;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/** Turns a flow and a batch into a number per sample whose mean is minimised. Immutable. */
public interface Objective {

  /** The name it goes by on the command line: {@code ml}, {@code ssm}, … */
  String name();

  /**
   * One loss per row, (B, D) to (B), recorded by autograd.
   *
   * @param condition labels or covariates (B, C), or null
   * @param rng where the objective's own noise comes from; advanced
   */
  Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng);

  /** The same losses with their gradient, which need not be autograd's: what training takes. */
  default Evaluation evaluate(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    return Evaluation.recorded(losses(flow, x, condition, rng));
  }
}
