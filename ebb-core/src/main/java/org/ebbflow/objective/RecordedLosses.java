package org.ebbflow.objective;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Gradients;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.RecordedMotion;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/** Losses {@code h(x(t₁)) − ∫∇·f dt} of blocks in a row, with gradients by the blocks' way back. */
record RecordedLosses(List<OdeBlock> blocks, OdeNumerics numerics, @Nullable Tensor condition) {

  /**
   * Losses (B) whose mean has the right gradient with respect to the blocks' parameters; advances
   * {@code rng}.
   *
   * @param terminal h, (B, D) to (B)
   */
  Tensor of(Tensor x, UnaryOperator<Tensor> terminal, Rng rng) {
    List<RecordedMotion> motions = new ArrayList<>();
    List<Tensor> parameters = new ArrayList<>();
    Tensor at = x;
    Tensor divergence = null;
    for (OdeBlock block : blocks) {
      RecordedMotion motion = numerics.record(block, at, condition, rng);
      motions.add(motion);
      parameters.addAll(block.parameters().values());
      at = motion.end();
      divergence = divergence == null ? motion.divergence() : divergence.add(motion.divergence());
    }
    Tensor end = Autograd.variable(at);
    Tensor ending = terminal.apply(end);
    Tensor losses = divergence == null ? ending.detach() : ending.detach().sub(divergence);
    // A row without a finite loss is taken out before anything goes back through it.
    if (!Autograd.isOn() || !Ops.allFinite(losses)) {
      return losses;
    }
    Gradients gradients = new Gradients(parameters);
    Tensor adjoint = Autograd.gradient(ending, end, false);
    for (int i = motions.size() - 1; i >= 0; i--) {
      adjoint = motions.get(i).back(adjoint, -1, gradients);
    }
    return SuppliedGradient.attach(losses, parameters, gradients.all());
  }
}
