package org.ebbflow.flow.linear;

import java.util.Arrays;
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
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code z = (x − t)·e^{−s}} per channel; {@code log|det| = −P·Σ s} for P positions.
 *
 * <p>{@link #initialise} sets t and s so that the first batch leaves with mean 0 and standard
 * deviation 1 in every channel.
 *
 * <p>Source: Kingma and Dhariwal, "Glow", 2018, arXiv:1807.03039, section 3.1.
 */
public final class ActNorm implements Bijection {
  private static final double SMALLEST_DEVIATION = 1e-6;

  private final int channels;
  private final int positions;
  private final Tensor shift;
  private final Tensor logScale;

  /**
   * Starts as the identity.
   *
   * @param channels C: the length of axis 1
   * @param positions P: the product of the axes after it, 1 for rows (B, C)
   */
  public ActNorm(Engine engine, int channels, int positions) {
    this.channels = channels;
    this.positions = positions;
    try (Scope scope = Scope.open()) {
      this.shift = engine.parameter(engine.zeros(channels));
      this.logScale = engine.parameter(engine.zeros(channels));
    }
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    Tensor like = x.value();
    return new Mapped(
        x.add(perChannel(shift, like).neg()).mul(perChannel(logScale.neg().exp(), like)), null);
  }

  /** On rows, not on images. */
  @Override
  public boolean isTraced() {
    return positions == 1;
  }

  @Override
  public Trace trace(Tensor x, int order, Products products) {
    return isTraced()
        ? new ActNormTrace(shift, logScale, x)
        : Bijection.super.trace(x, order, products);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    try (Autograd.Mode off = Autograd.off()) {
      return z.mul(perChannel(logScale.exp(), z)).add(perChannel(shift, z));
    }
  }

  @Override
  public Optional<Tensor> constantLogDet() {
    return Optional.of(Ops.mul(logScale.sum(), -positions));
  }

  @Override
  public void initialise(Tensor x, @Nullable Tensor condition) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor perChannel = x.transpose(0, 1).reshape(channels, -1);
      Tensor mean = perChannel.mean(1);
      Tensor centred = perChannel.sub(mean.unsqueeze(1));
      Tensor deviation = centred.square().mean(1).sqrt();
      InPlace.assign(shift, mean);
      // A channel of one value, as all are in a batch of one row, keeps its scale.
      InPlace.assign(
          logScale,
          Ops.where(
              Ops.less(deviation, SMALLEST_DEVIATION),
              Ops.zerosLike(deviation),
              Ops.atLeast(deviation, SMALLEST_DEVIATION).log()));
    }
  }

  @Override
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("shift", shift);
    parameters.put("logScale", logScale);
    return parameters;
  }

  @Override
  public String describe() {
    return "ActNorm(" + channels + ")";
  }

  private Tensor perChannel(Tensor parameter, Tensor like) {
    long[] shape = new long[Math.toIntExact(like.dim())];
    Arrays.fill(shape, 1);
    shape[1] = channels;
    return parameter.reshape(shape);
  }
}
