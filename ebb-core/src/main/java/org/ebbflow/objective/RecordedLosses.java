package org.ebbflow.objective;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Gradients;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.RecordedMotion;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Parallel;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * Losses {@code h(x(t₁)) − ∫∇·f dt} of blocks in a row, with gradients by the blocks' way back.
 *
 * <p>Rows go there and back a few at a time, side by side on as many threads as there are, so that
 * what is recorded on the way does not grow with the batch.
 */
record RecordedLosses(List<OdeBlock> blocks, OdeNumerics numerics, @Nullable Tensor condition) {
  private static final int ROWS = 1_024;

  /** What is added at the end of the way, (B) from where rows start and end, (B, D) each. */
  interface Terminal {
    Tensor losses(Tensor start, Tensor end, @Nullable Tensor condition);
  }

  /** Losses (B) and their gradient with respect to the blocks' parameters; advances {@code rng}. */
  Evaluation evaluate(Tensor x, Terminal terminal, Rng rng) {
    int n = Math.toIntExact(x.size(0));
    List<List<Tensor>> directions = new ArrayList<>();
    blocks.forEach(block -> directions.add(numerics.directions(x, rng)));
    Evaluation sums =
        Evaluation.inParts(
            parameters(),
            n,
            Parallel.pieceSize(n, ROWS),
            (from, to, gradients) -> new Part(from, to).losses(x, terminal, directions, gradients));
    return new Evaluation(
        sums.losses(),
        (wanted, room) ->
            sums.gradients(wanted, room).stream().map(sum -> Ops.mul(sum, 1.0 / n)).toList());
  }

  /** The same losses, whose mean autograd takes to have that gradient. */
  Tensor losses(Tensor x, Terminal terminal, Rng rng) {
    Evaluation evaluation = evaluate(x, terminal, rng);
    if (!Autograd.isOn() || !Ops.allFinite(evaluation.losses())) {
      return evaluation.losses();
    }
    List<Tensor> parameters = parameters();
    return SuppliedGradient.attach(
        evaluation.losses(), parameters, evaluation.gradients(parameters));
  }

  private List<Tensor> parameters() {
    return blocks.stream().flatMap(block -> block.parameters().values().stream()).toList();
  }

  /** Rows {@code from} (inclusive) to {@code to} (exclusive). */
  private final class Part {
    private final long from;
    private final long to;

    Part(long from, long to) {
      this.from = from;
      this.to = to;
    }

    private Tensor of(Tensor all) {
      return Ops.rows(all, from, to);
    }

    Tensor losses(Tensor x, Terminal terminal, List<List<Tensor>> directions, Gradients gradients) {
      Tensor start = of(x);
      Tensor given = condition == null ? null : of(condition);
      List<RecordedMotion> motions = new ArrayList<>();
      Tensor at = start;
      Tensor divergence = null;
      for (int i = 0; i < blocks.size(); i++) {
        List<Tensor> own = directions.get(i).stream().map(this::of).toList();
        RecordedMotion motion = numerics.record(blocks.get(i), at, given, own);
        motions.add(motion);
        at = motion.end();
        divergence = divergence == null ? motion.divergence() : divergence.add(motion.divergence());
      }
      Tensor end = Autograd.variable(at);
      Tensor ending = terminal.losses(start, end, given);
      Tensor losses = divergence == null ? ending.detach() : ending.detach().sub(divergence);
      // With a loss that is not finite its row is taken out, and all is done again.
      if (Autograd.isOn() && Ops.allFinite(losses)) {
        Tensor adjoint = Autograd.gradient(ending, end, false);
        for (int i = motions.size() - 1; i >= 0; i--) {
          adjoint = motions.get(i).back(adjoint, -1, gradients);
        }
      }
      return losses;
    }
  }
}
