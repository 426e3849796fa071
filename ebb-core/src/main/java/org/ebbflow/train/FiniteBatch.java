package org.ebbflow.train;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.objective.Evaluation;
import org.ebbflow.objective.Objective;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * A batch's mean loss over the samples whose loss is finite.
 *
 * @param evaluation of the samples kept; null if none is left
 * @param mean of their losses
 * @param dropped samples left out
 */
record FiniteBatch(@Nullable Evaluation evaluation, double mean, int dropped) {

  /**
   * Evaluates the objective. Samples with a loss that is not finite are taken out and the rest is
   * evaluated again: masking alone would let their NaN gradients through.
   */
  static FiniteBatch of(
      Objective objective, Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    int dropped = 0;
    Tensor kept = x;
    Tensor given = condition;
    while (true) {
      Evaluation evaluation = objective.evaluate(flow, kept, given, rng);
      double mean = Ops.item(evaluation.losses().mean());
      if (Double.isFinite(mean)) {
        return new FiniteBatch(evaluation, mean, dropped);
      }
      double[] values = Engine.doubles(evaluation.losses());
      long[] finite = new long[values.length];
      int n = 0;
      for (int i = 0; i < values.length; i++) {
        if (Double.isFinite(values[i])) {
          finite[n++] = i;
        }
      }
      if (n == values.length) {
        return new FiniteBatch(null, mean, dropped); // finite each, yet their sum overflows
      }
      dropped += values.length - n;
      if (n == 0) {
        return new FiniteBatch(null, mean, dropped);
      }
      Tensor rows = flow.engine().indices(Arrays.copyOf(finite, n));
      kept = kept.index_select(0, rows);
      given = given == null ? null : given.index_select(0, rows);
    }
  }
}
