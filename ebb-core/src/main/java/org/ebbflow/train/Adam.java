package org.ebbflow.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
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
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private final Tensor steps;
  private final List<Tensor> parameters;
  private final List<Tensor> means;
  private final List<Tensor> squares;

  /** For each piece, whether weight decay applies to it. */
  private final List<Boolean> decayed = new ArrayList<>();

  Adam(OptimizerSettings settings, Map<String, Tensor> parameters) {
    this.settings = settings;
    this.parameters = List.copyOf(parameters.values());
    this.means = this.parameters.stream().map(Moments::like).toList();
    this.squares = this.parameters.stream().map(Moments::like).toList();
    int i = 0;
    for (Map.Entry<String, Tensor> parameter : parameters.entrySet()) {
      state.put("mean." + parameter.getKey(), means.get(i));
      state.put("square." + parameter.getKey(), squares.get(i++));
      boolean decays = settings.name().equals("adamw") && parameter.getValue().dim() >= 2;
      decayed.addAll(Collections.nCopies(Pieces.count(parameter.getValue()), decays));
    }
    try (Scope scope = Scope.open()) {
      steps = Scope.own(Ops.toDouble(Ops.zerosLike(means.get(0).sum())));
    }
    state.put("steps", steps);
  }

  @Override
  public void step(List<Tensor> gradients, double learningRate, IntConsumer moved) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      steps.add_(new Scalar(1.0));
      double t = Ops.item(steps);
      double root = Math.sqrt(1 - Math.pow(settings.beta2(), t));
      Scalar rate = new Scalar(-learningRate / (1 - Math.pow(settings.beta1(), t)));
      Scalar correction = new Scalar(1 / root);
      Scalar epsilon = new Scalar(settings.epsilon());
      Scalar weight = new Scalar(1 - settings.beta1());
      Scalar kept = new Scalar(1 - learningRate * settings.weightDecay());
      Moments.Decay decay = new Moments.Decay(settings.beta2());
      Pieces ps = new Pieces(parameters);
      Pieces gs = new Pieces(gradients);
      Pieces ms = new Pieces(means);
      Pieces vs = new Pieces(squares);
      ps.forEach(
          i -> {
            Tensor p = ps.get(i);
            Tensor g = gs.get(i);
            if (decayed.get(i)) {
              p.mul_(kept);
            }
            ms.get(i).lerp_(g, weight);
            decay.square(vs.get(i), g);
            Tensor denominator = vs.get(i).sqrt();
            denominator.mul_(correction);
            denominator.add_(epsilon);
            p.addcdiv_(ms.get(i), denominator, rate);
            moved.accept(i);
          });
    }
  }

  @Override
  public Map<String, Tensor> state() {
    return state;
  }
}
