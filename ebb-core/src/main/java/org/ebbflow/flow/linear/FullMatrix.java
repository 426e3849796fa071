package org.ebbflow.flow.linear;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Engine;

/**
 * A matrix with all of its D² entries free; determinant and inverse by {@link DenseFactors}, O(D³).
 */
public final class FullMatrix implements SquareMatrix {
  private final Tensor weight;
  private final DenseFactors factors;

  /**
   * @param engine where the matrix lives
   * @param initial (D, D) entries to start from; copied
   */
  public FullMatrix(Engine engine, Tensor initial) {
    this.weight = engine.parameter(initial);
    this.factors = new DenseFactors(engine, weight, UnaryOperator.identity());
  }

  /** The entries themselves, (D, D). */
  public Tensor weight() {
    return weight;
  }

  @Override
  public int dimension() {
    return Math.toIntExact(weight.size(0));
  }

  @Override
  public Jet product(Jet x) {
    return x.linear(weight, null);
  }

  @Override
  public Tensor logAbsDet() {
    return factors.logAbsDet();
  }

  @Override
  public Tensor solve(Tensor z) {
    return factors.solve(z);
  }

  @Override
  public Map<String, Tensor> parameters() {
    return Map.of("weight", weight);
  }

  @Override
  public String kind() {
    return "full";
  }
}
