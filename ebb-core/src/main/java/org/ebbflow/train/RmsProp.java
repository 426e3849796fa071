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
 * {@code v ← αv + (1 − α)g²}, {@code θ ← θ − η·g/(√v + ε)}.
 *
 * <p>Source: Tieleman and Hinton, "Lecture 6.5: RMSProp", 2012.
 */
final class RmsProp implements Optimizer {
  private final OptimizerSettings settings;
  private final List<Tensor> parameters;
  private final Map<String, Tensor> squares = new LinkedHashMap<>();

  RmsProp(OptimizerSettings settings, Map<String, Tensor> parameters) {
    this.settings = settings;
    this.parameters = List.copyOf(parameters.values());
    parameters.forEach((name, p) -> squares.put("square." + name, Moments.like(p)));
  }

  @Override
  public void step(List<Tensor> gradients, double learningRate) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      int i = 0;
      for (Tensor square : squares.values()) {
        Tensor g = gradients.get(i);
        Moments.decaySquare(square, g, settings.smoothing());
        Tensor root = Ops.add(square.sqrt(), settings.epsilon());
        parameters.get(i).addcdiv_(g, root, new Scalar(-learningRate));
        i++;
      }
    }
  }

  @Override
  public Map<String, Tensor> state() {
    return squares;
  }
}
