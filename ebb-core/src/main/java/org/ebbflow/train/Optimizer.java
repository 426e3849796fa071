package org.ebbflow.train;

import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.Tensor;

/** Moves parameters against their gradients, in place. Holds state; one thread only. */
public interface Optimizer {

  /**
   * One step.
   *
   * @param gradients in the order of the parameters it was made for
   * @param learningRate this step's
   */
  default void step(List<Tensor> gradients, double learningRate) {
    step(gradients, learningRate, piece -> {});
  }

  /**
   * One step, piece by piece, so that what follows a step finds the parameters in the cache.
   *
   * @param moved told of each piece of the parameters as soon as it has moved, by the thread that
   *     has moved it
   */
  void step(List<Tensor> gradients, double learningRate, IntConsumer moved);

  /** What a checkpoint must hold, by name in a fixed order; the tensors themselves. */
  Map<String, Tensor> state();
}
