package org.ebbflow.flow.coupling;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.network.Condition;
import org.ebbflow.flow.network.ImageConvolution;
import org.ebbflow.flow.network.LeakyRelu;
import org.ebbflow.flow.network.Network;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * {@code z₁ = x₁, z₂ = x₂·eˢ + t} between the two halves of an image's channels, {@code s =
 * 2·tanh(h/2)}, where a network of x₁ gives h and t as alternating channels; {@code log|det| = Σ
 * s}.
 *
 * <p>Source: Kingma and Dhariwal, "Glow", 2018, arXiv:1807.03039, section 3.3; the bound on s from
 * Chao et al., 2023, arXiv:2305.15267, appendix.
 */
public final class Coupling implements Bijection {
  private static final double WEIGHT_DEVIATION = 0.05;
  private static final double BOUND = 2;

  private final long half;
  private final Condition condition;
  private final Network network;

  /**
   * @param channels C, even
   * @param conditionSize numbers per row of the condition, 0 for none
   * @param network (B, C/2 + conditionSize, H, W) to (B, C, H, W)
   */
  public Coupling(int channels, int conditionSize, Network network) {
    if (channels < 2 || channels % 2 != 0) {
      throw new IllegalArgumentException("a coupling of " + channels + " channels");
    }
    this.half = channels / 2;
    this.condition = new Condition(conditionSize);
    this.network = network;
  }

  /**
   * With the published network: 3×3, 1×1 and zero-initialised 3×3 convolutions with leaky ReLUs
   * between them, the identity at first; advances {@code rng}.
   *
   * @param width channels between the convolutions
   * @param slope of the leaky ReLUs on the left: the published steps have 0.1, the couplings
   *     between scales 0
   */
  public static Coupling convolutional(
      Engine engine, int channels, int width, int conditionSize, double slope, Rng rng) {
    int in = channels / 2 + conditionSize;
    Network network =
        new Sequential(
            ImageConvolution.normal(engine, in, width, 3, WEIGHT_DEVIATION, rng),
            new LeakyRelu(slope),
            ImageConvolution.normal(engine, width, width, 1, WEIGHT_DEVIATION, rng),
            new LeakyRelu(slope),
            ImageConvolution.zero(engine, width, channels, 3));
    return new Coupling(channels, conditionSize, network);
  }

  /** How many numbers {@link #convolutional} trains. */
  public static double convolutionalParameters(int channels, int width, int conditionSize) {
    double in = channels / 2.0 + conditionSize;
    return 9 * in * width
        + (double) width * width
        + 2.0 * width
        + 9.0 * width * channels
        + 2 * channels;
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor given) {
    Jet x1 = x.slice(1, 0, half);
    Jet x2 = x.slice(1, half, 2 * half);
    Jet out = network.apply(condition.appendTo(x1, given));
    Jet s = logScale(out.linear(t -> Ops.every(t, 1, 0, 2)));
    Jet z2 = x2.mul(exp(s)).add(out.linear(t -> Ops.every(t, 1, 1, 2)));
    return new Mapped(x1.join(z2, 1), s.sumEvent());
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor given) {
    try (Autograd.Mode off = Autograd.off()) {
      Tensor z1 = Ops.slice(z, 1, 0, half);
      Tensor z2 = Ops.slice(z, 1, half, 2 * half);
      Tensor out = network.apply(condition.appendTo(Jet.of(z1), given)).value();
      Tensor s = logScale(Jet.of(Ops.every(out, 1, 0, 2))).value();
      Tensor x2 = z2.sub(Ops.every(out, 1, 1, 2)).mul(s.neg().exp());
      return Ops.join(z1, x2, 1);
    }
  }

  @Override
  public Map<String, Tensor> parameters() {
    return network.parameters();
  }

  @Override
  public String describe() {
    return "Coupling(" + 2 * half + ")";
  }

  private static Jet logScale(Jet h) {
    Tensor y = Ops.mul(h.value(), 1 / BOUND).tanh();
    Tensor s = Ops.mul(y, BOUND);
    if (h.order() == 0) {
      return h.compose(s);
    }
    Tensor slope = Ops.rsub(1, y.square());
    return h.compose(s, slope, Ops.mul(y.mul(slope), -2 / BOUND));
  }

  private static Jet exp(Jet s) {
    Tensor e = s.value().exp();
    return s.compose(e, e, e);
  }
}
