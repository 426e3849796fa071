package org.ebbflow.sample;

import java.util.function.DoubleConsumer;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/** A chain per row of a batch, all moved at once. Immutable and thread-safe. */
public interface MarkovChain {

  /**
   * Where the chains ended.
   *
   * @param state (B, D), in the current scope
   * @param acceptance share of proposals accepted after the step was settled; NaN where every
   *     proposal is taken
   */
  record Result(Tensor state, double acceptance) {}

  /**
   * Runs the chains; equal generators give equal results.
   *
   * @param start where they begin, (B, D); not changed
   * @param free 1 where an entry may move and 0 where it is given, (B, D); null if all may
   * @param condition of the flow, (B, C), or null
   * @param rng advanced
   * @param progress told the share done, 0 to 1
   */
  Result run(
      Flow flow,
      Tensor start,
      @Nullable Tensor free,
      @Nullable Tensor condition,
      Rng rng,
      DoubleConsumer progress);
}
