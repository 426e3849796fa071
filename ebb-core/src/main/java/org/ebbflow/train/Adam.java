package org.ebbflow.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * {@code m ← β₁m + (1 − β₁)g}, {@code v ← β₂v + (1 − β₂)g²}, {@code θ ← θ − η·m̂/(√v̂ + ε)} with
 * bias corrected m̂, v̂; with decoupled weight decay {@code θ ← (1 − ηλ)θ} of matrices (not of
 * biases and scales) first when it is AdamW.
 *
 * <p>Source: Kingma and Ba, 2015, arXiv:1412.6980; Loshchilov and Hutter, 2019, arXiv:1711.05101.
 */
final class Adam implements Optimizer {
  private final OptimizerSettings settings;
  private final List<Tensor> parameters;
  private final List<Tensor> means;
  private final List<Tensor> squares;
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private final Tensor steps;

  Adam(OptimizerSettings settings, Map<String, Tensor> parameters) {
    this.settings = settings;
    this.parameters = List.copyOf(parameters.values());
    this.means = this.parameters.stream().map(Moments::like).toList();
    this.squares = this.parameters.stream().map(Moments::like).toList();
    int i = 0;
    for (String name : parameters.keySet()) {
      state.put("mean." + name, means.get(i));
      state.put("square." + name, squares.get(i++));
    }
    try (Scope scope = Scope.open()) {
      steps = Scope.own(Ops.toDouble(Ops.zerosLike(this.parameters.get(0).detach().sum())));
    }
    state.put("steps", steps);
  }

  @Override
  public void step(List<Tensor> gradients, double learningRate) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      steps.add_(new Scalar(1.0));
      double t = Ops.item(steps);
      double rate = learningRate / (1 - Math.pow(settings.beta1(), t));
      double correction = Math.sqrt(1 - Math.pow(settings.beta2(), t));
      for (int i = 0; i < parameters.size(); i++) {
        Tensor p = parameters.get(i);
        Tensor g = gradients.get(i);
        if (settings.name().equals("adamw") && p.dim() >= 2) {
          p.mul_(new Scalar(1 - learningRate * settings.weightDecay()));
        }
        Ops.interpolate(means.get(i), g, 1 - settings.beta1());
        Moments.decaySquare(squares.get(i), g, settings.beta2());
        Tensor root = Ops.add(Ops.mul(squares.get(i).sqrt(), 1 / correction), settings.epsilon());
        p.addcdiv_(means.get(i), root, new Scalar(-rate));
      }
    }
  }

  @Override
  public Map<String, Tensor> state() {
    return state;
  }
}
