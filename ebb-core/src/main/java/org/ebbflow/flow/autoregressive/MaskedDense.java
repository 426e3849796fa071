package org.ebbflow.flow.autoregressive;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;

/**
 * {@code y = (M∘W)x + b} on rows, (B, in) to (B, out), for a fixed M of zeros and ones.
 *
 * <p>Source: Germain et al., "MADE: masked autoencoder for distribution estimation", 2015,
 * arXiv:1502.03509, eq. 8 and 9.
 */
final class MaskedDense {
  private final Tensor weight;
  private final Tensor bias;
  private final Tensor mask;

  private MaskedDense(Engine engine, Tensor weight, Tensor bias, Tensor mask) {
    this.weight = engine.parameter(weight);
    this.bias = engine.parameter(bias);
    this.mask = Scope.own(mask);
  }

  /**
   * Starts from W and b uniform on ±1/√in; advances {@code rng}.
   *
   * @param mask M, whether output i sees input j
   */
  static MaskedDense uniform(Engine engine, boolean[][] mask, Rng rng) {
    try (Scope scope = Scope.open()) {
      double bound = 1 / Math.sqrt(mask[0].length);
      Tensor weight = Ops.mul(rng.uniform(mask.length, mask[0].length), 2 * bound);
      Tensor bias = Ops.mul(rng.uniform(mask.length), 2 * bound);
      return new MaskedDense(
          engine, Ops.add(weight, -bound), Ops.add(bias, -bound), tensor(engine, mask));
    }
  }

  /** Starts from W = 0 and b = 0. */
  static MaskedDense zero(Engine engine, boolean[][] mask) {
    try (Scope scope = Scope.open()) {
      return new MaskedDense(
          engine,
          engine.zeros(mask.length, mask[0].length),
          engine.zeros(mask.length),
          tensor(engine, mask));
    }
  }

  /** {@code y} with derivatives to the order of {@code x}. */
  Jet apply(Jet x) {
    return x.linear(weight.mul(mask), bias);
  }

  /** Outputs {@code from} (inclusive) to {@code to} (exclusive) of {@code y}. */
  Tensor outputs(Tensor x, long from, long to) {
    Tensor seen = Ops.rows(weight, from, to).mul(Ops.rows(mask, from, to));
    return Ops.linear(x, seen, Ops.rows(bias, from, to));
  }

  Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("weight", weight);
    parameters.put("bias", bias);
    return parameters;
  }

  private static Tensor tensor(Engine engine, boolean[][] mask) {
    double[] entries = new double[mask.length * mask[0].length];
    for (int i = 0; i < mask.length; i++) {
      for (int j = 0; j < mask[i].length; j++) {
        entries[i * mask[i].length + j] = mask[i][j] ? 1 : 0;
      }
    }
    return engine.tensor(entries, mask.length, mask[0].length);
  }
}
