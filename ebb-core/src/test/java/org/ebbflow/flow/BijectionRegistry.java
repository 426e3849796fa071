package org.ebbflow.flow;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.autoregressive.AutoregressiveSpline;
import org.ebbflow.flow.coupling.Coupling;
import org.ebbflow.flow.coupling.MaskedCoupling;
import org.ebbflow.flow.coupling.SplitPrior;
import org.ebbflow.flow.elementwise.LeakyRelu;
import org.ebbflow.flow.elementwise.Logit;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.elementwise.SmoothTanh;
import org.ebbflow.flow.image.Conv1x1;
import org.ebbflow.flow.image.Convolution;
import org.ebbflow.flow.image.Reshape;
import org.ebbflow.flow.image.Squeeze;
import org.ebbflow.flow.linear.ActNorm;
import org.ebbflow.flow.linear.ConditionalShift;
import org.ebbflow.flow.linear.FullMatrix;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.flow.linear.LuMatrix;
import org.ebbflow.flow.linear.Permutation;
import org.ebbflow.flow.linear.SquareMatrix;
import org.ebbflow.flow.linear.TriangularMatrix;
import org.ebbflow.flow.network.Chebyshev;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.ImageConvolution;
import org.ebbflow.flow.network.Network;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Softplus;
import org.ebbflow.flow.network.Tanh;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.Layout;
import org.ebbflow.flow.ode.NetworkField;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.ProbabilityFlow;
import org.ebbflow.flow.ode.VariancePreserving;
import org.ebbflow.flow.ode.VelocityField;
import org.ebbflow.flow.preprocess.Affine;
import org.ebbflow.flow.preprocess.Cast;
import org.ebbflow.flow.preprocess.RadialNormal;
import org.ebbflow.flow.preprocess.Whitening;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
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
   * @param event shape of one input
   * @param conditionSize numbers per row of the condition it wants, 0 for none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Entry(
      Function<Engine, Bijection> create,
      double low,
      double high,
      long[] event,
      int conditionSize) {}

  private BijectionRegistry() {}

  static Map<String, Entry> entries() {
    Map<String, Entry> all = new LinkedHashMap<>();
    all.put("FullyConnected full", real(e -> dense(e, new FullMatrix(e, matrix(e)))));
    all.put("FullyConnected lower", real(e -> dense(e, new TriangularMatrix(e, matrix(e), false))));
    all.put("FullyConnected upper", real(e -> dense(e, new TriangularMatrix(e, matrix(e), true))));
    all.put("FullyConnected lu", real(e -> dense(e, new LuMatrix(e, matrix(e)))));
    all.put("ActNorm", real(BijectionRegistry::actNorm));
    all.put(
        "ConditionalShift",
        new Entry(e -> disturbed(e, new ConditionalShift(e, D, 2)), -3, 3, new long[] {D}, 2));
    all.put("Permutation", real(e -> Permutation.random(e, D, 3)));
    all.put("SmoothLeakyRelu", real(e -> new SmoothLeakyRelu(0.3, false)));
    all.put("SmoothLeakyRelu residual", real(e -> new SmoothLeakyRelu(0.3, true)));
    all.put("SmoothTanh", real(e -> new SmoothTanh(1.7, 0.2)));
    all.put("LeakyRelu", real(e -> new LeakyRelu(0.3)));
    all.put("Logit", unit(e -> new Logit(0.5)));
    all.put("Shrink", unit(e -> Affine.shrink(e, D, 1e-6)));
    all.put("Scaling", real(e -> Affine.scaling(e, D, 1 / 256.0)));
    all.put(
        "Standardisation",
        real(
            e ->
                Affine.standardisation(
                    e, new double[] {1, -2, 3, 1e5, 0}, new double[] {1, 0.5, 20, 3, 1e-3})));
    all.put("Whitening", real(BijectionRegistry::whitening));
    all.put("RadialNormal", real(BijectionRegistry::radial));
    all.put("Cast", real(Cast::new));
    all.put("Reshape", image(e -> Reshape.toRows(2, 4, 4), 0, 2, 4, 4));
    all.put("Squeeze", image(e -> new Squeeze(), 0, 2, 4, 4));
    all.put("Convolution", image(e -> convolution(e, false), 0, 2, 4, 3));
    all.put("Convolution folded twice", image(e -> wideConvolution(e), 0, 1, 4, 8));
    all.put("Convolution spectral", image(e -> convolution(e, true), 0, 2, 4, 3));
    all.put("Conv1x1", image(BijectionRegistry::conv1x1, 0, 4, 2, 3));
    all.put("ActNorm of images", image(e -> disturbed(e, new ActNorm(e, 2, 6)), 0, 2, 2, 3));
    all.put("Coupling", image(e -> coupling(e, 0), 0, 4, 2, 3));
    all.put("Coupling conditional", image(e -> coupling(e, 2), 2, 4, 2, 3));
    all.put("SplitPrior", image(e -> split(e, 0), 0, 4, 4, 2));
    all.put("SplitPrior conditional", image(e -> split(e, 3), 3, 4, 4, 2));
    all.put("MaskedCoupling", real(e -> masked(e, true, 0)));
    all.put("MaskedCoupling keeping the last", real(e -> masked(e, false, 0)));
    all.put(
        "MaskedCoupling conditional", new Entry(e -> masked(e, true, 2), -3, 3, new long[] {D}, 2));
    all.put("AutoregressiveSpline", real(e -> spline(e, 0)));
    all.put(
        "AutoregressiveSpline conditional", new Entry(e -> spline(e, 2), -3, 3, new long[] {D}, 2));
    all.put("OdeBlock", real(e -> ode(e, new Layout.Rows(0), false)));
    all.put("OdeBlock of time", real(e -> ode(e, new Layout.Rows(0), true)));
    all.put(
        "OdeBlock conditional",
        new Entry(e -> ode(e, new Layout.Rows(2), true), -3, 3, new long[] {D}, 2));
    all.put("OdeBlock of a graph", real(e -> graphOde(e, 0)));
    all.put(
        "OdeBlock of a graph, conditional",
        new Entry(e -> graphOde(e, 2), -3, 3, new long[] {D}, 2 * D));
    all.put("OdeBlock of a diffusion", real(BijectionRegistry::diffusion));
    all.put("OdeBlock of an image", real(BijectionRegistry::imageOde));
    all.put("Chain", real(e -> new Chain(List.of(actNorm(e), new SmoothTanh(0.7, 0.5)))));
    return all;
  }

  private static Bijection radial(Engine engine) {
    SplittableRandom random = new SplittableRandom(8);
    double[] radii = random.doubles(1000).map(u -> Math.exp(4 * u - 1)).toArray();
    return RadialNormal.of(engine, radii, D);
  }

  private static Bijection whitening(Engine engine) {
    try (Rng rng = engine.rng(22)) {
      Tensor root = rng.normal(D, 2 * D);
      double[] covariance = Engine.doubles(root.matmul(root.t()));
      return new Whitening(engine, new double[] {1, -2, 3, 100, 0}, covariance);
    }
  }

  /** Integrated to rounding, so that the divergence's integral is the map's log-determinant. */
  private static Bijection ode(VelocityField field) {
    return new OdeBlock(field, 0.75, 1, Integration.adaptive(1e-11), new Divergence.Exact());
  }

  private static Bijection ode(Engine engine, Layout.Rows layout, boolean time) {
    try (Rng rng = engine.rng(19)) {
      int in = D + (time ? 1 : 0) + layout.conditionSize();
      Network network =
          new Sequential(
              Dense.uniform(engine, in, 4, rng),
              new Softplus(2),
              Dense.uniform(engine, 4, 4, rng),
              new Tanh(),
              Dense.uniform(engine, 4, D, rng));
      return ode(new NetworkField(network, layout, time, "dense"));
    }
  }

  private static Bijection diffusion(Engine engine) {
    try (Rng rng = engine.rng(23)) {
      Network network =
          new Sequential(
              Dense.uniform(engine, D + 1, 4, rng), new Tanh(), Dense.uniform(engine, 4, D, rng));
      VelocityField field = new NetworkField(network, new Layout.Rows(0), true, "dense");
      return ode(new ProbabilityFlow(field, new VariancePreserving(0.1, 20)));
    }
  }

  private static Bijection graphOde(Engine engine, int conditionSize) {
    double[][] ring = new double[D][D];
    for (int i = 0; i < D; i++) {
      ring[i][(i + 1) % D] = 1;
      ring[(i + 1) % D][i] = 1;
    }
    double[][] laplacian = Chebyshev.laplacian(ring);
    try (Rng rng = engine.rng(20)) {
      Network network =
          new Sequential(
              new Chebyshev(engine, laplacian, 2 + conditionSize, 3, 3, rng),
              new Tanh(),
              new Chebyshev(engine, laplacian, 3, 1, 2, rng));
      return ode(
          new NetworkField(network, new Layout.Nodes(D, 1, conditionSize), true, "chebyshev"));
    }
  }

  private static Bijection imageOde(Engine engine) {
    try (Rng rng = engine.rng(21)) {
      Network network =
          new Sequential(
              ImageConvolution.normal(engine, 2, 2, 3, 0.2, rng),
              new Tanh(),
              ImageConvolution.normal(engine, 2, 1, 3, 0.2, rng));
      return ode(new NetworkField(network, new Layout.Image(1, 1, D, 0), true, "convolutions"));
    }
  }

  private static Entry real(Function<Engine, Bijection> create) {
    return new Entry(create, -3, 3, new long[] {D}, 0);
  }

  private static Entry unit(Function<Engine, Bijection> create) {
    return new Entry(create, 0, 1, new long[] {D}, 0);
  }

  private static Entry image(
      Function<Engine, Bijection> create, int conditionSize, long... channelsHeightWidth) {
    return new Entry(create, -3, 3, channelsHeightWidth, conditionSize);
  }

  private static Bijection convolution(Engine engine, boolean spectral) {
    try (Rng rng = engine.rng(14)) {
      return disturbed(engine, Convolution.identity(engine, 2, 3, 4, 3, true, spectral, rng));
    }
  }

  private static Bijection wideConvolution(Engine engine) {
    try (Rng rng = engine.rng(14)) {
      return disturbed(engine, Convolution.identity(engine, 1, 7, 4, 8, true, false, rng));
    }
  }

  private static Bijection conv1x1(Engine engine) {
    try (Rng rng = engine.rng(15)) {
      return Conv1x1.orthogonal(engine, 4, 6, rng);
    }
  }

  private static Bijection coupling(Engine engine, int conditionSize) {
    try (Rng rng = engine.rng(16)) {
      return disturbed(engine, Coupling.convolutional(engine, 4, 3, conditionSize, 0.1, rng));
    }
  }

  private static Bijection masked(Engine engine, boolean keepsFirst, int conditionSize) {
    try (Rng rng = engine.rng(18)) {
      return disturbed(
          engine, MaskedCoupling.realNvp(engine, D, keepsFirst, 4, conditionSize, rng));
    }
  }

  private static Bijection spline(Engine engine, int conditionSize) {
    try (Rng rng = engine.rng(24)) {
      return disturbed(
          engine, new AutoregressiveSpline(engine, D, conditionSize, 2, 12, 4, 2.5, rng));
    }
  }

  private static Bijection split(Engine engine, int conditionSize) {
    Bijection rest = new Chain(List.of(new Squeeze(), Reshape.toRows(8, 2, 1)));
    return new SplitPrior(4, 4, 2, coupling(engine, conditionSize), rest);
  }

  /** Moves parameters away from where they start: identities and zeros hide mistakes. */
  private static Bijection disturbed(Engine engine, Bijection layer) {
    try (Rng rng = engine.rng(17)) {
      for (Tensor parameter : layer.parameters().values()) {
        InPlace.assign(parameter, Ops.addScaled(parameter, rng.normalLike(parameter), 0.2));
      }
    }
    return layer;
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
