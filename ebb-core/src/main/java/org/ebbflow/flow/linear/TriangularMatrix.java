package org.ebbflow.flow.linear;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.NumericalException;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;

/**
 * A lower or upper triangular matrix: {@code log|det| = Σ log|W_ii|}, O(D); inverse by
 * substitution, O(D²) a row. The entries outside the triangle are kept but never read.
 */
public final class TriangularMatrix implements SquareMatrix {
  private final Engine engine;
  private final boolean upper;
  private final Tensor weight;

  /**
   * @param engine where the matrix lives
   * @param initial (D, D) entries to start from; copied
   * @param upper which triangle
   */
  public TriangularMatrix(Engine engine, Tensor initial, boolean upper) {
    this.engine = engine;
    this.upper = upper;
    this.weight = engine.parameter(initial);
  }

  @Override
  public int dimension() {
    return Math.toIntExact(weight.size(0));
  }

  @Override
  public Jet product(Jet x) {
    return x.linear(triangle(), null);
  }

  @Override
  public Tensor logAbsDet() {
    return Ops.toDouble(weight.diagonal()).abs().log().sum();
  }

  @Override
  public Tensor solve(Tensor z) {
    Tensor triangle = Ops.toDouble(triangle().detach());
    if (Ops.item(triangle.diagonal().abs().min()) == 0) {
      throw new NumericalException(
          "a triangular layer's matrix has a zero on its diagonal",
          "train with a smaller learning rate");
    }
    Tensor right = Ops.toDouble(z.detach()).t();
    return Ops.as(engine.linearAlgebra().solveTriangular(triangle, right, upper).t(), z);
  }

  @Override
  public Map<String, Tensor> parameters() {
    return Map.of("weight", weight);
  }

  @Override
  public String kind() {
    return upper ? "upper" : "lower";
  }

  private Tensor triangle() {
    return upper ? weight.triu() : weight.tril();
  }
}
