package org.ebbflow.objective;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * A block's loss {@code h(x(t₁)) − ∫∇·f dt} with the gradient taken step by step: forward, only the
 * states between steps are kept; backward, each step is computed again and differentiated by
 * itself.
 *
 * <p>Source of the trade: Chen, Xu, Zhang and Guestrin, 2016, arXiv:1604.06174.
 */
record CheckpointedMotion(
    OdeBlock block, Integration rule, Divergence estimator, @Nullable Tensor condition) {

  /**
   * Losses (B) whose gradient with respect to the block's parameters is right, though nothing of
   * the way there is recorded.
   *
   * @param terminal h, (B, D) to (B)
   * @param directions those of a step together
   */
  Tensor losses(Tensor x, UnaryOperator<Tensor> terminal, List<Tensor> directions) {
    List<OdeBlock> steps = block.divided(rule.steps());
    Integration single = Integration.fixed(rule.rule(), 1);
    int each = estimator.directions();
    List<Tensor> states = new ArrayList<>(List.of(x));
    Tensor values = null;
    try (Autograd.Mode off = Autograd.off()) {
      for (int i = 0; i < steps.size(); i++) {
        OdeBlock.Motion motion =
            steps
                .get(i)
                .move(states.get(i), condition, single, estimator, held(directions, i, each));
        states.add(motion.end());
        values = values == null ? motion.divergence() : values.add(motion.divergence());
      }
    }
    Tensor end = Autograd.variable(states.get(steps.size()));
    Tensor ending = terminal.apply(end);
    Tensor losses = values == null ? ending.detach() : ending.detach().sub(values);
    if (!Autograd.isOn() || !Ops.allFinite(losses)) {
      return losses;
    }
    Tensor adjoint = Autograd.gradient(ending, end, false);
    List<Tensor> parameters = new ArrayList<>(block.parameters().values());
    List<Tensor> sums = new ArrayList<>();
    for (int i = steps.size() - 1; i >= 0; i--) {
      try (Scope scope = Scope.open()) {
        Tensor start = Autograd.variable(states.get(i));
        OdeBlock.Motion motion =
            steps.get(i).move(start, condition, single, estimator, held(directions, i, each));
        Tensor pulled = Ops.dotEvent(motion.end(), adjoint).sub(motion.divergence());
        List<Tensor> inputs = new ArrayList<>(parameters);
        inputs.add(start);
        List<Tensor> gradients = Autograd.gradients(pulled, inputs, false);
        adjoint = scope.pass(gradients.get(parameters.size()));
        for (int p = 0; p < parameters.size(); p++) {
          Tensor gradient = gradients.get(p);
          if (sums.size() <= p) {
            sums.add(scope.pass(gradient));
          } else {
            sums.set(p, scope.pass(sums.get(p).add(gradient)));
          }
        }
      }
    }
    double n = x.size(0);
    return SuppliedGradient.attach(
        losses, parameters, sums.stream().map(sum -> Ops.mul(sum, 1 / n)).toList());
  }

  private static List<Tensor> held(List<Tensor> directions, int step, int each) {
    return directions.subList(step * each, (step + 1) * each);
  }
}
