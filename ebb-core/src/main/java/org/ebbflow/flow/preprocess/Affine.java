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
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code z_i = a_i·(x_i − c_i)} with fixed a and c on rows (B, D); {@code log|det| = Σ log|a_i|}.
 *
 * <p>The constants are kept in double precision and applied in the precision of {@code x}, so that
 * large offsets (a time stamp's, say) are removed before anything is rounded.
 */
public final class Affine implements Bijection {
  private final String name;
  private final Tensor scale;
  private final Tensor offset;

  private Affine(String name, Engine engine, double[] scale, double[] offset) {
    for (int i = 0; i < scale.length; i++) {
      if (scale[i] == 0 || !Double.isFinite(scale[i]) || !Double.isFinite(offset[i])) {
        throw new EbbException(
            "column " + (i + 1) + " would be moved by " + -offset[i] + " and scaled by " + scale[i],
            "leave the column out");
      }
    }
    this.name = name;
    try (Scope scope = Scope.open()) {
      this.scale = Scope.own(engine.exact(scale, scale.length));
      this.offset = Scope.own(engine.exact(offset, offset.length));
    }
  }

  /**
   * The map that gives every column mean 0 and standard deviation 1: {@code (x − mean)/deviation}.
   *
   * @throws EbbException if a deviation is zero or a number is not finite
   */
  public static Affine standardisation(Engine engine, double[] mean, double[] deviation) {
    double[] scale = new double[mean.length];
    for (int i = 0; i < mean.length; i++) {
      scale[i] = 1 / deviation[i];
    }
    return new Affine("Standardisation", engine, scale, mean);
  }

  /** The same map for all columns: {@code scale·x}. */
  public static Affine scaling(Engine engine, int dimension, double scale) {
    return uniform("Scaling(" + scale + ")", engine, dimension, scale, 0);
  }

  /**
   * Away from the bounds of [0, 1]: {@code (x + ε)·(1 − 2ε)}.
   *
   * <p>Source: Chao et al., 2023, arXiv:2305.15267, appendix (ε = 1e−6).
   */
  public static Affine shrink(Engine engine, int dimension, double epsilon) {
    double scale = 1 - 2 * epsilon;
    return uniform("Shrink(" + epsilon + ")", engine, dimension, scale, -epsilon);
  }

  private static Affine uniform(
      String name, Engine engine, int dimension, double scale, double offset) {
    double[] scales = new double[dimension];
    double[] offsets = new double[dimension];
    Arrays.fill(scales, scale);
    Arrays.fill(offsets, offset);
    return new Affine(name, engine, scales, offsets);
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    return new Mapped(x.add(Ops.as(offset, x.value()).neg()).mul(Ops.as(scale, x.value())), null);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    return Ops.toDouble(z).div(scale).add(offset);
  }

  @Override
  public Optional<Tensor> constantLogDet() {
    return Optional.of(scale.abs().log().sum());
  }

  @Override
  public Map<String, Tensor> buffers() {
    Map<String, Tensor> buffers = new LinkedHashMap<>();
    buffers.put("scale", scale);
    buffers.put("offset", offset);
    return buffers;
  }

  @Override
  public String describe() {
    return name;
  }
}
