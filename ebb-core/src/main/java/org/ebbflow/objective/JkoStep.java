package org.ebbflow.objective;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.BaseDensity;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * One step of the Wasserstein gradient flow of {@code KL(·‖p_u)}, per row in nats: {@code −log
 * p_u(x(t₁)) − ∫∇·f dt + ‖x(t₁) − x(t₀)‖²/(2h)}. The first two terms are the negative
 * log-likelihood of the rows under the block and the base, the third keeps the step short, and so
 * unique and invertible.
 *
 * <p>The flow has one block; rows are those that the blocks before it have moved.
 *
 * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424, eq. 7; the scheme: Jordan, Kinderlehrer and
 * Otto, 1998.
 *
 * @param h step size, positive; infinite for a free block without the third term
 * @param numerics how the block is integrated
 */
public record JkoStep(double h, OdeNumerics numerics) implements Objective {

  /** Checks the range. */
  public JkoStep {
    if (!(h > 0)) {
      throw new EbbException("the step size is " + h, "give a positive number");
    }
  }

  /**
   * The loss's parts, each (B), in nats.
   *
   * @param potential {@code −log p_u(x(t₁))}
   * @param divergence {@code −∫∇·f dt}
   * @param movement {@code ‖x(t₁) − x(t₀)‖²/(2h)}
   * @param end {@code x(t₁)}, (B, D)
   */
  public record Terms(Tensor potential, Tensor divergence, Tensor movement, Tensor end) {
    /** Their sum. */
    public Tensor total() {
      return potential.add(divergence).add(movement);
    }
  }

  @Override
  public String name() {
    return "jko";
  }

  @Override
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    OdeBlock block = block(flow);
    if (numerics.checkpointed()) {
      return new CheckpointedMotion(block, numerics.integration(), numerics.estimator(), condition)
          .losses(
              x,
              end -> terminal(flow.base()).losses(x, end, condition),
              numerics.directions(x, rng));
    }
    if (numerics.recorded()) {
      return recorded(block, condition).losses(x, terminal(flow.base()), rng);
    }
    return terms(flow, x, condition, rng).total();
  }

  @Override
  public Evaluation evaluate(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    OdeBlock block = block(flow);
    return numerics.recorded()
        ? recorded(block, condition).evaluate(x, terminal(flow.base()), rng)
        : Evaluation.recorded(losses(flow, x, condition, rng));
  }

  private RecordedLosses recorded(OdeBlock block, @Nullable Tensor condition) {
    return new RecordedLosses(List.of(block), numerics, condition);
  }

  /** The parts along fresh directions; advances {@code rng}. */
  public Terms terms(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    return terms(flow, x, condition, numerics.directions(x, rng));
  }

  /** The parts along given directions, those of a draw together. */
  public Terms terms(Flow flow, Tensor x, @Nullable Tensor condition, List<Tensor> directions) {
    OdeBlock.Motion motion =
        block(flow).move(x, condition, numerics.integration(), numerics.estimator(), directions);
    Tensor end = motion.end();
    return new Terms(
        flow.base().logProb(Jet.of(end), condition).value().neg(),
        motion.divergence().neg(),
        movement(x, end),
        end);
  }

  private RecordedLosses.Terminal terminal(BaseDensity base) {
    return (start, end, condition) ->
        base.logProb(Jet.of(end), condition).value().neg().add(movement(start, end));
  }

  private Tensor movement(Tensor x, Tensor end) {
    Tensor moved = end.sub(x);
    return Ops.mul(Ops.dotEvent(moved, moved), 0.5 / h);
  }

  private static OdeBlock block(Flow flow) {
    if (flow.chain().size() == 1 && flow.chain().get(0) instanceof OdeBlock block) {
      return block;
    }
    throw new EbbException(
        "a JKO step trains one neural-ODE block, not " + flow.chain().size() + " layers",
        "use the model jko, which grows block by block");
  }
}
