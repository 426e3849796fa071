package org.ebbflow.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Scope;

/**
 * {@code v ← αv + (1 − α)g²}, {@code θ ← θ − η·g/(√v + ε)}.
 *
 * <p>Source: Tieleman and Hinton, "Lecture 6.5: RMSProp", 2012.
 */
final class RmsProp implements Optimizer {
  private final OptimizerSettings settings;
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private final List<Tensor> parameters;

  RmsProp(OptimizerSettings settings, Map<String, Tensor> parameters) {
    this.settings = settings;
    parameters.forEach((name, p) -> state.put("square." + name, Moments.like(p)));
    this.parameters = List.copyOf(parameters.values());
  }

  @Override
  public void step(List<Tensor> gradients, double learningRate, IntConsumer moved) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Scalar epsilon = new Scalar(settings.epsilon());
      Scalar rate = new Scalar(-learningRate);
      Moments.Decay decay = new Moments.Decay(settings.smoothing());
      Pieces ps = new Pieces(parameters);
      Pieces gs = new Pieces(gradients);
      Pieces squares = new Pieces(state.values());
      ps.forEach(
          i -> {
            Tensor g = gs.get(i);
            decay.square(squares.get(i), g);
            Tensor root = squares.get(i).sqrt();
            root.add_(epsilon);
            ps.get(i).addcdiv_(g, root, rate);
            moved.accept(i);
          });
    }
  }

  @Override
  public Map<String, Tensor> state() {
    return state;
  }
}
