package org.ebbflow.flow.network;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;

/**
 * A zero-padded convolution between channels that keeps height and width: (B, C, H, W) to (B, C',
 * H, W); with {@code e^{3·logs}} per output channel in the zero-initialised form that ends a
 * coupling's network.
 *
 * <p>Source of that form: Kingma and Dhariwal, "Glow", 2018, arXiv:1807.03039, section 3.3.
 */
public final class ImageConvolution implements Network {
  private static final double LOG_SCALE_FACTOR = 3;

  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Tensor weight;
  private final Tensor bias;
  private final boolean scaled;

  private ImageConvolution(Engine engine, Tensor weight, boolean scaled) {
    this.weight = engine.parameter(weight);
    this.bias = engine.parameter(engine.zeros(weight.size(0)));
    this.scaled = scaled;
    parameters.put("weight", this.weight);
    parameters.put("bias", bias);
    if (scaled) {
      parameters.put("logs", engine.parameter(engine.zeros(weight.size(0))));
    }
  }

  /** Weights drawn from N(0, deviation²), biases zero. */
  public static ImageConvolution normal(
      Engine engine, int in, int out, int kernel, double deviation, Rng rng) {
    try (Scope scope = Scope.open()) {
      Tensor weight = Ops.mul(rng.normal(out, in, kernel, kernel), deviation);
      return new ImageConvolution(engine, weight, false);
    }
  }

  /** All zero, times {@code e^{3·logs}}: the map is zero at first. */
  public static ImageConvolution zero(Engine engine, int in, int out, int kernel) {
    try (Scope scope = Scope.open()) {
      return new ImageConvolution(engine, engine.zeros(out, in, kernel, kernel), true);
    }
  }

  @Override
  public Jet apply(Jet x) {
    Jet y = x.stacked(t -> Ops.convolve(t, weight)).add(perChannel(bias));
    return scaled ? y.mul(perChannel(logScale().exp())) : y;
  }

  @Override
  public Map<String, Tensor> parameters() {
    return new LinkedHashMap<>(parameters);
  }

  private Tensor logScale() {
    return Ops.mul(Objects.requireNonNull(parameters.get("logs")), LOG_SCALE_FACTOR);
  }

  private static Tensor perChannel(Tensor values) {
    return values.reshape(1, -1, 1, 1);
  }
}
