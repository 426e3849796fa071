package org.ebbflow.flow.linear;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code z = Wx + b} on rows (B, D); {@code log|det| = log|det W|}, the same for every x.
 *
 * <p>Starts from the identity, negated where asked for, and biases of one. The inverse solves in
 * double precision, or in single where that is good enough; see {@link DenseFactors}.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 4 and appendix (FC model).
 *
 * @see SquareMatrix
 */
public final class FullyConnected implements Bijection {
  private final SquareMatrix matrix;
  private final Tensor bias;

  /** How the matrix is parametrised. */
  public enum Structure {
    /** All D² entries: determinant and inverse are O(D³). */
    FULL,
    /** Lower triangular. */
    LOWER,
    /** Upper triangular. */
    UPPER,
    /** Lower times upper triangular. */
    LU
  }

  /**
   * @param engine where the parameters live
   * @param matrix W
   * @param bias b, (D); copied
   */
  public FullyConnected(Engine engine, SquareMatrix matrix, Tensor bias) {
    this.matrix = matrix;
    this.bias = engine.parameter(bias);
  }

  /**
   * The published start: W = ±I, b = 1.
   *
   * @param negated whether W starts at −I
   */
  public static FullyConnected identity(
      Engine engine, int dimension, Structure structure, boolean negated) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor start = Ops.mul(engine.identity(dimension), negated ? -1 : 1);
      SquareMatrix matrix =
          switch (structure) {
            case FULL -> new FullMatrix(engine, start);
            case LOWER -> new TriangularMatrix(engine, start, false);
            case UPPER -> new TriangularMatrix(engine, start, true);
            case LU -> new LuMatrix(engine, start);
          };
      return new FullyConnected(engine, matrix, engine.full(1, dimension));
    }
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    return new Mapped(matrix.product(x).add(bias), null);
  }

  @Override
  public boolean isTraced() {
    return matrix instanceof FullMatrix;
  }

  @Override
  public Trace trace(Tensor x, int order, Products products) {
    return matrix instanceof FullMatrix full
        ? new DenseTrace(full.weight(), bias, x, products)
        : Bijection.super.trace(x, order, products);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    try (Autograd.Mode off = Autograd.off()) {
      return matrix.solve(z.sub(bias));
    }
  }

  @Override
  public Optional<Tensor> constantLogDet() {
    return Optional.of(matrix.logAbsDet());
  }

  @Override
  public boolean isLogDetCubic() {
    return matrix instanceof FullMatrix && matrix.dimension() >= 128;
  }

  @Override
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>(matrix.parameters());
    parameters.put("bias", bias);
    return parameters;
  }

  @Override
  public String describe() {
    return "FullyConnected(" + matrix.dimension() + ", " + matrix.kind() + ")";
  }
}
