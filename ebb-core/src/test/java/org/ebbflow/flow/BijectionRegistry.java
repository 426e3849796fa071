package org.ebbflow.flow;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.elementwise.LeakyRelu;
import org.ebbflow.flow.elementwise.Logit;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.elementwise.SmoothTanh;
import org.ebbflow.flow.linear.ActNorm;
import org.ebbflow.flow.linear.FullMatrix;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.flow.linear.LuMatrix;
import org.ebbflow.flow.linear.Permutation;
import org.ebbflow.flow.linear.SquareMatrix;
import org.ebbflow.flow.linear.TriangularMatrix;
import org.ebbflow.flow.preprocess.Affine;
import org.ebbflow.flow.preprocess.Cast;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;

/**
 * Every bijection with a small instance: one line here puts a new one through all of {@link
 * BijectionConformanceTest}.
 */
final class BijectionRegistry {
  static final int D = 5;

  /**
   * A small instance and the box its inputs come from.
   *
   * @param create makes an instance; equal engines give instances of equal shapes
   * @param low lower end of ordinary inputs
   * @param high upper end of ordinary inputs
   */
  record Entry(Function<Engine, Bijection> create, double low, double high) {}

  private BijectionRegistry() {}

  static Map<String, Entry> entries() {
    Map<String, Entry> all = new LinkedHashMap<>();
    all.put("FullyConnected full", real(e -> dense(e, new FullMatrix(e, matrix(e)))));
    all.put("FullyConnected lower", real(e -> dense(e, new TriangularMatrix(e, matrix(e), false))));
    all.put("FullyConnected upper", real(e -> dense(e, new TriangularMatrix(e, matrix(e), true))));
    all.put("FullyConnected lu", real(e -> dense(e, new LuMatrix(e, matrix(e)))));
    all.put("ActNorm", real(BijectionRegistry::actNorm));
    all.put("Permutation", real(e -> Permutation.random(e, D, 3)));
    all.put("SmoothLeakyRelu", real(e -> new SmoothLeakyRelu(0.3, false)));
    all.put("SmoothLeakyRelu residual", real(e -> new SmoothLeakyRelu(0.3, true)));
    all.put("SmoothTanh", real(e -> new SmoothTanh(1.7, 0.2)));
    all.put("LeakyRelu", real(e -> new LeakyRelu(0.3)));
    all.put("Logit", new Entry(e -> new Logit(0.5), 0, 1));
    all.put("Shrink", new Entry(e -> Affine.shrink(e, D, 1e-6), 0, 1));
    all.put("Scaling", real(e -> Affine.scaling(e, D, 1 / 256.0)));
    all.put(
        "Standardisation",
        real(
            e ->
                Affine.standardisation(
                    e, new double[] {1, -2, 3, 1e5, 0}, new double[] {1, 0.5, 20, 3, 1e-3})));
    all.put("Cast", real(Cast::new));
    return all;
  }

  private static Entry real(Function<Engine, Bijection> create) {
    return new Entry(create, -3, 3);
  }

  private static Bijection dense(Engine engine, SquareMatrix matrix) {
    try (Rng rng = engine.rng(12)) {
      return new FullyConnected(engine, matrix, rng.normal(D));
    }
  }

  private static Tensor matrix(Engine engine) {
    try (Rng rng = engine.rng(11)) {
      return Ops.addScaled(Ops.mul(engine.identity(D), -1), rng.normal(D, D), 0.4);
    }
  }

  private static Bijection actNorm(Engine engine) {
    ActNorm layer = new ActNorm(engine, D, 1);
    try (Rng rng = engine.rng(13)) {
      layer.initialise(Ops.add(Ops.mul(rng.normal(50, D), 2), 0.7), null);
    }
    return layer;
  }
}
