package org.ebbflow.flow.linear;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Engine;

/**
 * {@code W = L·U}, a lower times an upper triangular matrix, each with a free diagonal; never
 * multiplied out.
 */
public final class LuMatrix implements SquareMatrix {
  private final TriangularMatrix lower;
  private final TriangularMatrix upper;

  /**
   * @param engine where the matrix lives
   * @param initialUpper (D, D) entries of U to start from; L starts as the identity; copied
   */
  public LuMatrix(Engine engine, Tensor initialUpper) {
    this.lower = new TriangularMatrix(engine, engine.identity(initialUpper.size(0)), false);
    this.upper = new TriangularMatrix(engine, initialUpper, true);
  }

  @Override
  public int dimension() {
    return upper.dimension();
  }

  @Override
  public Jet product(Jet x) {
    return lower.product(upper.product(x));
  }

  @Override
  public Tensor logAbsDet() {
    return lower.logAbsDet().add(upper.logAbsDet());
  }

  @Override
  public Tensor solve(Tensor z) {
    return upper.solve(lower.solve(z));
  }

  @Override
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    lower.parameters().forEach((name, tensor) -> parameters.put("lower." + name, tensor));
    upper.parameters().forEach((name, tensor) -> parameters.put("upper." + name, tensor));
    return parameters;
  }

  @Override
  public String kind() {
    return "lu";
  }
}
