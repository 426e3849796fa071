package org.ebbflow.flow.image;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.linear.DenseFactors;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code z = K ∗ x + b}: a k×k convolution of images (B, C, H, W) from C to C channels, zero-padded
 * by (k − 1)/2; {@code log|det| = log|det T|} of its Toeplitz operator T, (D, D) with D = C·H·W.
 *
 * <p>A product costs O(D·C·k²). The determinant and the inverse factorise T in double precision,
 * O(D³), and keep the factors until the kernel changes; training by score matching needs neither.
 *
 * <p>With spectral normalisation the kernel used is {@code K/σ(K)}, σ the largest singular value of
 * K as a (C, C·k²) matrix, computed exactly where the published code iterates.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 4 and appendix (CNN model); Miyato et
 * al., 2018, arXiv:1802.05957 for the normalisation.
 */
public final class Convolution implements Bijection {
  private final Tensor weight;
  private final Tensor bias;
  private final boolean spectral;
  private final long[] image;
  private final FoldedKernel layout;
  private final DenseFactors operator;

  /**
   * @param engine where the parameters live
   * @param kernel (C, C, k, k), k odd; copied
   * @param bias (C); copied
   * @param height H
   * @param width W
   * @param spectral whether the kernel is divided by its largest singular value
   * @throws EbbException if the kernel has another shape
   */
  public Convolution(
      Engine engine, Tensor kernel, Tensor bias, int height, int width, boolean spectral) {
    requireOdd(kernel.size(2));
    this.weight = engine.parameter(kernel);
    this.bias = engine.parameter(bias);
    this.spectral = spectral;
    this.image = new long[] {-1, kernel.size(0), height, width};
    int channels = Math.toIntExact(kernel.size(0));
    this.layout = FoldedKernel.of(engine, channels, Math.toIntExact(kernel.size(2)), height, width);
    this.operator = new DenseFactors(engine, weight, this::toeplitz);
  }

  /**
   * The published start: the identity (Dirac) kernel, biases drawn from N(0, 0.01²).
   *
   * @param size k, odd
   * @param negated whether the kernel starts at −identity
   */
  public static Convolution identity(
      Engine engine,
      int channels,
      int size,
      int height,
      int width,
      boolean negated,
      boolean spectral,
      Rng rng) {
    requireOdd(size);
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor centre = engine.zeros(size, size);
      InPlace.assign(
          Ops.slice(Ops.slice(centre, 0, size / 2, size / 2 + 1), 1, size / 2, size / 2 + 1),
          engine.full(negated ? -1 : 1, 1, 1));
      Tensor kernel =
          engine.identity(channels).reshape(channels, channels, 1, 1).mul(centre).contiguous();
      Tensor bias = Ops.mul(rng.normal(channels), 0.01);
      return new Convolution(engine, kernel, bias, height, width, spectral);
    }
  }

  private static void requireOdd(long size) {
    if (size < 1 || size % 2 == 0) {
      throw new EbbException("kernel is " + size, "give an odd size, so that images keep theirs");
    }
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    Tensor kernel = layout.fold(kernel(weight));
    return new Mapped(x.stacked(t -> layout.convolve(t, kernel)).add(biasPerChannel()), null);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    try (Autograd.Mode off = Autograd.off()) {
      return operator.solve(z.sub(biasPerChannel()).flatten(1, -1)).reshape(image);
    }
  }

  @Override
  public Optional<Tensor> constantLogDet() {
    return Optional.of(operator.logAbsDet());
  }

  @Override
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("weight", weight);
    parameters.put("bias", bias);
    return parameters;
  }

  @Override
  public String describe() {
    long size = weight.size(2);
    String kind = spectral ? ", spectral" : "";
    return "Convolution(%d, %d×%d on %d×%d%s)"
        .formatted(image[1], size, size, image[2], image[3], kind);
  }

  private Tensor biasPerChannel() {
    return bias.reshape(1, -1, 1, 1);
  }

  private Tensor kernel(Tensor w) {
    return spectral ? w.div(Ops.spectralNorm(w.flatten(1, -1))) : w;
  }

  /** T, (D, D): the images of all unit vectors are its columns. */
  private Tensor toeplitz(Tensor w) {
    long dimension = image[1] * image[2] * image[3];
    Tensor units = Ops.identityLike(dimension, w).reshape(image);
    return Ops.convolve(units, kernel(w)).reshape(dimension, dimension).t();
  }
}
