package org.ebbflow.train;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;

/** Networks that are no flow, and the rows they are trained on. Called by one thread. */
public interface NetworkTask {

  /** Where the parameters live. */
  Engine engine();

  /** What is trained, by name, in a fixed order; the tensors themselves, not copies. */
  Map<String, Tensor> parameters();

  /** How many rows there are to train on, at least 1. */
  int rows();

  /**
   * One loss in nats per row, (B), recorded by autograd.
   *
   * @param rows row indices, counted from 0
   * @param rng where noise comes from; advanced
   */
  Tensor losses(int[] rows, Rng rng);

  /** The mean loss of rows that are not trained on, in nats; the same at equal parameters. */
  LogLikelihood.Summary validate();
}
