package org.ebbflow.train;

import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Scope;

/**
 * Exponential moving average of parameters, {@code θ̄ ← d·θ̄ + (1 − d)·θ} with {@code d =
 * min(decay, (1 + t)/(10 + t))}, kept in the parameters of a twin flow. One thread only.
 *
 * <p>Source of the warming up: Chao et al., 2023, arXiv:2305.15267, published code.
 */
public final class MovingAverage {
  private final double decay;
  private final List<Tensor> source;
  private final List<Tensor> average;

  /**
   * @param source θ, by name
   * @param average θ̄, of the same names and shapes; changed in place
   */
  public MovingAverage(double decay, Map<String, Tensor> source, Map<String, Tensor> average) {
    this.decay = decay;
    this.source = List.copyOf(source.values());
    this.average = List.copyOf(average.values());
  }

  /** Starts over at the source. */
  public void reset() {
    try (Scope scope = Scope.open()) {
      for (int i = 0; i < source.size(); i++) {
        InPlace.assign(average.get(i), source.get(i).detach());
      }
    }
  }

  /** Takes in the parameters after step {@code t}, counted from 0. */
  public void update(long t) {
    try (Scope scope = Scope.open()) {
      for (int i = 0; i < source.size(); i++) {
        InPlace.interpolate(average.get(i), source.get(i).detach(), weight(t));
      }
    }
  }

  /**
   * Takes in one piece of the parameters after step {@code t}, each once: what {@link
   * Optimizer#step(List, double, IntConsumer)} tells of. Good for as long as the current scope.
   */
  public IntConsumer piecewise(long t) {
    Pieces from = new Pieces(source);
    Pieces to = new Pieces(average);
    return i -> InPlace.interpolate(to.get(i), from.get(i), weight(t));
  }

  private double weight(long t) {
    return 1 - Math.min(decay, (1.0 + t) / (10.0 + t));
  }
}
