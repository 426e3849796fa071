package org.ebbflow.flow.elementwise;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.tensor.Ops;

/**
 * {@code f(x) = x} for {@code x ≥ 0} and {@code αx} below; {@code log f′ = 0} or {@code log α}.
 *
 * <p>Its second derivative is zero almost everywhere, so score matching cannot see its bend; it is
 * here for maximum likelihood and for comparison.
 */
public final class LeakyRelu extends Elementwise {
  private final double alpha;

  /**
   * @param alpha slope on the left, positive
   * @throws EbbException if it is not a positive finite number
   */
  public LeakyRelu(double alpha) {
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new EbbException("alpha is " + alpha, "give a positive slope");
    }
    this.alpha = alpha;
  }

  @Override
  Derivatives derivatives(Tensor x, int order) {
    Tensor zeros = Ops.zerosLike(x);
    Tensor ones = Ops.add(zeros, 1);
    Tensor slope = Ops.where(Ops.less(x, 0), Ops.mul(ones, alpha), ones);
    Tensor f = x.mul(slope);
    return switch (order) {
      case 0 -> Derivatives.of(0, f, slope);
      case 1 -> Derivatives.of(1, f, slope, zeros);
      case 2 -> Derivatives.of(2, f, slope, zeros, zeros);
      default -> Derivatives.of(3, f, slope, zeros, zeros, zeros);
    };
  }

  @Override
  Tensor solve(Tensor z) {
    return Ops.where(Ops.less(z, 0), Ops.mul(z, 1 / alpha), z);
  }

  @Override
  public String describe() {
    return "LeakyRelu(alpha=" + alpha + ")";
  }
}
