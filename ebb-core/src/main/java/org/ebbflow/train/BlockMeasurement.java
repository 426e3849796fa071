package org.ebbflow.train;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.objective.JkoStep;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;

/**
 * What a trained block comes to on the first validation rows.
 *
 * @param task that the block belongs to
 */
record BlockMeasurement(GrowthTask task) {
  private static final int ROWS = 1000;

  /** Means of the parts of a JKO step's loss, in nats. */
  record Terms(double potential, double divergence, double movement) {}

  /** What a block of a span is trained by. */
  JkoStep objective(BlockSpan span) {
    return new JkoStep(span.h() == 0 ? Double.POSITIVE_INFINITY : span.h(), task.numerics());
  }

  /** The parts of a block's loss on rows that come to it. */
  Terms terms(OdeBlock block, BlockSpan span, PushedRows rows) {
    int[] first = first(rows.rows());
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off();
        Rng rng = task.engine().rng(task.seed())) {
      JkoStep.Terms terms =
          objective(span)
              .terms(flow(List.of(block)), rows.gathered(first), rows.condition(first), rng);
      return new Terms(
          Ops.item(terms.potential().mean()),
          Ops.item(terms.divergence().mean()),
          Ops.item(terms.movement().mean()));
    }
  }

  /** {@code ½E‖x − F⁻¹(F(x))‖²} over blocks, for rows that come to the first of them. */
  double inversionError(List<OdeBlock> blocks, PushedRows rows) {
    int[] first = first(rows.rows());
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor x = rows.gathered(first);
      Tensor condition = rows.condition(first);
      Flow prefix = flow(blocks);
      Tensor error = prefix.inverse(prefix.forward(x, condition), condition).sub(x);
      return 0.5 * Ops.item(Ops.dotEvent(error, error).mean());
    }
  }

  /** Which rows are measured. */
  static int[] first(Dataset rows) {
    return IntStream.range(0, Math.min(ROWS, rows.rows())).toArray();
  }

  private Flow flow(List<OdeBlock> blocks) {
    return new Flow(task.engine(), task.dimension(), blocks, task.base());
  }
}
