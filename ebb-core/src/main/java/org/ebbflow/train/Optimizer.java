package org.ebbflow.train;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Moves parameters against their gradients, in place. Holds state; one thread only. */
public interface Optimizer {

  /**
   * One step.
   *
   * @param gradients in the order of the parameters it was made for
   * @param learningRate this step's
   */
  void step(List<Tensor> gradients, double learningRate);

  /** What a checkpoint must hold, by name in a fixed order; the tensors themselves. */
  Map<String, Tensor> state();
}
