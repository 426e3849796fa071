package org.ebbflow.flow.elementwise;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;

/**
 * {@code f(x) = αx + (1 − α)·softplus(x)}, plus {@code x} in the residual form; {@code log f′ =
 * log(α + (1 − α)σ(x) [+ 1])}.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, appendix (activation of the FC and CNN models).
 *
 * @see SmoothTanh
 */
public final class SmoothLeakyRelu extends Elementwise {
  private final double alpha;
  private final boolean residual;

  /**
   * @param alpha slope to the far left, in (0, 1]
   * @param residual whether to add {@code x}
   * @throws EbbException if {@code alpha} is outside its range
   */
  public SmoothLeakyRelu(double alpha, boolean residual) {
    requireAlpha(alpha);
    this.alpha = alpha;
    this.residual = residual;
  }

  /**
   * Checks a slope.
   *
   * @throws EbbException if it is outside (0, 1]
   */
  public static void requireAlpha(double alpha) {
    if (!(alpha > 0 && alpha <= 1)) {
      throw new EbbException("alpha is " + alpha, "give a slope in (0, 1]");
    }
  }

  @Override
  Derivatives derivatives(Tensor x, int order) {
    double bend = 1 - alpha;
    Tensor sigma = x.sigmoid();
    Tensor f = value(x);
    Tensor slope = slope(sigma);
    if (order == 0) {
      return Derivatives.of(0, f, slope);
    }
    Tensor bump = sigma.mul(Ops.rsub(1, sigma));
    Tensor f2 = Ops.mul(bump, bend);
    if (order == 1) {
      return Derivatives.of(1, f, slope, f2);
    }
    Tensor f3 = f2.mul(Ops.rsub(1, Ops.mul(sigma, 2)));
    if (order == 2) {
      return Derivatives.of(2, f, slope, f2, f3);
    }
    Tensor f4 = f2.mul(Ops.rsub(1, Ops.mul(bump, 6)));
    return Derivatives.of(3, f, slope, f2, f3, f4);
  }

  private Tensor value(Tensor x) {
    return Ops.addScaled(Ops.mul(x, left()), Ops.softplus(x), 1 - alpha);
  }

  /** {@code f} and {@code f′} from one exponential, exact to rounding relative to 1. */
  private Tensor[] valueAndSlope(Tensor x) {
    Tensor rest = x.neg().sigmoid();
    Tensor softplus = Ops.emptyLike(x);
    InPlace.softplusInto(softplus, x, rest, 1);
    return new Tensor[] {
      Ops.addScaled(Ops.mul(x, left()), softplus, 1 - alpha),
      Ops.rsub(right(), Ops.mul(rest, 1 - alpha))
    };
  }

  private Tensor slope(Tensor sigma) {
    return Ops.add(Ops.mul(sigma, 1 - alpha), left());
  }

  /** The slope to the far left. */
  private double left() {
    return residual ? alpha + 1 : alpha;
  }

  /** The slope to the far right. */
  private double right() {
    return left() + 1 - alpha;
  }

  @Override
  Tensor solve(Tensor z) {
    // The line pieces g(x) = slope·x + (1−α)·max(x, 0) lie at most (1−α)·log 2 below f.
    return MonotoneRoot.solveConvex(
        describe(),
        this::valueAndSlope,
        z,
        t -> kinkInverse(Ops.add(t, -(1 - alpha) * Math.log(2))),
        this::kinkInverse);
  }

  private Tensor kinkInverse(Tensor z) {
    return Ops.where(Ops.less(z, 0), Ops.mul(z, 1 / left()), Ops.mul(z, 1 / right()));
  }

  @Override
  public String describe() {
    return "SmoothLeakyRelu(alpha=" + alpha + (residual ? ", residual)" : ")");
  }
}
