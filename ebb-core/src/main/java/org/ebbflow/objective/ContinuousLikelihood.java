package org.ebbflow.objective;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * The negative log-likelihood of a chain of neural-ODE blocks trained as a whole, with penalties on
 * the way, per row in nats: {@code −log p_u(x(T)) − ∫∇·f dt + α₁∫½‖f‖² dt + α₂∫‖df/dt‖² dt}.
 *
 * <p>The divergence is estimated in training as {@link OdeNumerics} says; the likelihood reported
 * of a model is not this one.
 *
 * <p>Source: Grathwohl et al., "FFJORD", 2019, arXiv:1810.01367 (no penalties); Onken et al.,
 * "OT-Flow", 2021, arXiv:2006.00104 (transport; its second penalty asks that the potential solve
 * the Hamilton–Jacobi–Bellman equation, whose gradient says {@code df/dt = 0}, which is asked here
 * of fields that need not have a potential).
 *
 * @param numerics how blocks are integrated
 * @param transport α₁, at least 0
 * @param bending α₂, at least 0
 */
public record ContinuousLikelihood(OdeNumerics numerics, double transport, double bending)
    implements Objective {

  /** Checks the ranges. */
  public ContinuousLikelihood {
    if (!(transport >= 0 && bending >= 0 && Double.isFinite(transport + bending))) {
      throw new EbbException(
          "the penalties are " + transport + " and " + bending, "give 0 or positive numbers");
    }
  }

  @Override
  public String name() {
    return isPlain() ? "cnf" : "otflow";
  }

  private boolean isPlain() {
    return transport == 0 && bending == 0;
  }

  private boolean isRecorded() {
    return isPlain() && numerics.recorded();
  }

  private RecordedLosses recorded(Flow flow, @Nullable Tensor condition) {
    return new RecordedLosses(blocks(flow), numerics, condition);
  }

  private List<OdeBlock> blocks(Flow flow) {
    return flow.chain().stream().map(this::block).toList();
  }

  private static RecordedLosses.Terminal terminal(Flow flow) {
    return (start, end, condition) -> flow.base().logProb(Jet.of(end), condition).value().neg();
  }

  @Override
  public Evaluation evaluate(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    return isRecorded()
        ? recorded(flow, condition).evaluate(x, terminal(flow), rng)
        : Evaluation.recorded(losses(flow, x, condition, rng));
  }

  @Override
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    if (isRecorded()) {
      return recorded(flow, condition).losses(x, terminal(flow), rng);
    }
    boolean plain = isPlain();
    List<OdeBlock> blocks = blocks(flow);
    Tensor at = x;
    Tensor sum = null;
    for (OdeBlock block : blocks) {
      Tensor cost;
      if (plain) {
        OdeBlock.Motion motion = numerics.move(block, at, condition, rng);
        at = motion.end();
        cost = motion.divergence().neg();
      } else {
        OdeBlock.Journey journey = numerics.travel(block, at, condition, rng);
        at = journey.motion().end();
        Tensor moved =
            Ops.addScaled(journey.motion().divergence().neg(), journey.transport(), transport);
        cost = Ops.addScaled(moved, journey.bending(), bending);
      }
      sum = sum == null ? cost : sum.add(cost);
    }
    Tensor end = flow.base().logProb(Jet.of(at), condition).value().neg();
    return sum == null ? end : end.add(sum);
  }

  private OdeBlock block(Bijection layer) {
    if (layer instanceof OdeBlock block) {
      return block;
    }
    throw new EbbException(
        "the objective '" + name() + "' trains neural-ODE blocks, not " + layer.describe(),
        "use the model cnf");
  }
}
