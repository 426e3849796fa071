package org.ebbflow.flow.preprocess;

import java.util.Arrays;
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
 * {@code z = R^{−½}S^{−1}(x − μ)} with fixed mean μ, standard deviations S and correlations R on
 * rows (B, D): columns become uncorrelated with unit variance; {@code log|det| = −½ log det R − log
 * det S}.
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
   * @param covariance SRS, (D·D) row-major, symmetric
   * @throws EbbException if a column is, to rounding, a combination of others
   */
  public Whitening(Engine engine, double[] mean, double[] covariance) {
    int d = mean.length;
    try (Scope scope = Scope.open()) {
      // Of correlations, since columns' units say nothing about how they depend on each other.
      double[] deviation = new double[d];
      Arrays.setAll(deviation, i -> Math.sqrt(covariance[i * d + i]));
      double[] correlation = covariance.clone();
      Arrays.setAll(correlation, k -> covariance[k] / (deviation[k / d] * deviation[k % d]));
      LinearAlgebra.Spectrum spectrum =
          engine.linearAlgebra().symmetricSpectrum(engine.exact(correlation, d, d));
      double[] values = Engine.doubles(spectrum.values());
      if (!(values[0] > SINGULAR * values[d - 1])) {
        throw new EbbException(
            "the columns cannot be whitened: one is a combination of others",
            "leave one of them out, or use --set preprocessing.kind=standardise");
      }
      Tensor units = engine.exact(deviation, d);
      Tensor scaled = spectrum.vectors().mul(spectrum.values().rsqrt());
      Tensor unscaled = spectrum.vectors().mul(spectrum.values().sqrt());
      this.matrix = Scope.own(scaled.matmul(spectrum.vectors().t()).div(units).contiguous());
      this.inverse = Scope.own(unscaled.matmul(spectrum.vectors().t()).mul(units).contiguous());
      this.offset = Scope.own(engine.exact(mean, d));
      Tensor ofCorrelation = Ops.mul(spectrum.values().log().sum(), -0.5);
      this.logDet = Scope.own(ofCorrelation.sub(units.log().sum()));
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
