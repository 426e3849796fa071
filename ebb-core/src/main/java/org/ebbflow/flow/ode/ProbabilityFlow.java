package org.ebbflow.flow.ode;

import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Jet;
import org.jspecify.annotations.Nullable;

/**
 * {@code v(x, t) = −½β(t)(x + s(x, t))} with the score {@code s = −ε(x, t)/σ(t)} of diffused data:
 * along {@code x′ = v} rows have the same laws at every time as under the diffusion, without its
 * noise.
 *
 * <p>The noise in a row is written {@code ε = σ(t)·x + α(t)·F(x, φ(t))}: its first part is all
 * there is for data N(0, I), its second what a network adds. Then {@code v = φ′(t)·F(x, φ(t))},
 * which is the identity where F = 0, and in which nothing large cancels. As t goes to 0, φ′ grows
 * like {@code ½(β₀/t)^½}: integrate from a small positive time.
 *
 * <p>Thread-safe as long as no thread changes the parameters.
 *
 * <p>Source: Song et al., 2021, arXiv:2011.13456, section 4.3; F is the "v" of Salimans and Ho,
 * 2022, arXiv:2202.00512.
 */
public final class ProbabilityFlow implements VelocityField {
  private final VelocityField network;
  private final VariancePreserving process;

  /**
   * @param network F of rows and angle
   * @throws EbbException if it does not see the angle, which takes the place of time
   */
  public ProbabilityFlow(VelocityField network, VariancePreserving process) {
    if (!network.usesTime()) {
      throw new EbbException(
          "a diffusion's network does not see time", "set the model's network.time=true");
    }
    this.network = network;
    this.process = process;
  }

  /** The diffusion whose laws it follows. */
  public VariancePreserving process() {
    return process;
  }

  @Override
  public Jet at(Jet x, @Nullable Jet time, @Nullable Tensor condition) {
    Jet t = Objects.requireNonNull(time, "the field depends on time");
    return network.at(x, process.angle(t), condition).mul(process.turning(t));
  }

  /**
   * {@code ε(x, t)}, (B, D): the expected noise in rows that the diffusion has brought to x.
   *
   * @param time t of each row, (B, 1)
   * @param condition labels or covariates (B, C), or null
   */
  public Tensor noise(Tensor x, Tensor time, @Nullable Tensor condition) {
    Jet angle = process.angle(Jet.of(time));
    Tensor added = network.at(Jet.of(x), angle, condition).value();
    return x.mul(angle.value().sin()).add(added.mul(angle.value().cos()));
  }

  @Override
  public boolean usesTime() {
    return true;
  }

  @Override
  public Map<String, Tensor> parameters() {
    return network.parameters();
  }

  @Override
  public String describe() {
    return "probability flow of " + network.describe();
  }
}
