package org.ebbflow.flow.preprocess;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.LinearAlgebra;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code z = Σ^{−½}(x − μ)} with fixed mean and covariance on rows (B, D): columns become
 * uncorrelated with unit variance; {@code log|det| = −½ log det Σ}.
 *
 * <p>Kept and applied in double precision, as {@link Affine} is.
 */
public final class Whitening implements Bijection {
  private static final double SINGULAR = 1e-12;

  private final Tensor matrix;
  private final Tensor inverse;
  private final Tensor offset;
  private final Tensor logDet;

  /**
   * @param mean μ, (D)
   * @param covariance Σ, (D·D) row-major, symmetric
   * @throws EbbException if a column is, to rounding, a combination of others
   */
  public Whitening(Engine engine, double[] mean, double[] covariance) {
    int d = mean.length;
    try (Scope scope = Scope.open()) {
      LinearAlgebra.Spectrum spectrum =
          engine.linearAlgebra().symmetricSpectrum(engine.exact(covariance, d, d));
      double[] values = Engine.doubles(spectrum.values());
      if (!(values[0] > SINGULAR * values[d - 1])) {
        throw new EbbException(
            "the columns cannot be whitened: one is a combination of others",
            "leave one of them out, or use --set preprocessing.kind=standardise");
      }
      Tensor scaled = spectrum.vectors().mul(spectrum.values().rsqrt());
      Tensor unscaled = spectrum.vectors().mul(spectrum.values().sqrt());
      this.matrix = Scope.own(scaled.matmul(spectrum.vectors().t()).contiguous());
      this.inverse = Scope.own(unscaled.matmul(spectrum.vectors().t()).contiguous());
      this.offset = Scope.own(engine.exact(mean, d));
      this.logDet = Scope.own(Ops.mul(spectrum.values().log().sum(), -0.5));
    }
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    Tensor w = Ops.as(matrix, x.value());
    return new Mapped(x.add(Ops.as(offset, x.value()).neg()).linear(w, null), null);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    return Ops.toDouble(z).matmul(inverse).add(offset);
  }

  @Override
  public Optional<Tensor> constantLogDet() {
    return Optional.of(logDet);
  }

  @Override
  public Map<String, Tensor> buffers() {
    Map<String, Tensor> buffers = new LinkedHashMap<>();
    buffers.put("matrix", matrix);
    buffers.put("inverse", inverse);
    buffers.put("offset", offset);
    buffers.put("logDet", logDet);
    return buffers;
  }

  @Override
  public String describe() {
    return "Whitening";
  }
}
