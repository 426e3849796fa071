package org.ebbflow.flow.elementwise;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.tensor.Ops;

/**
 * {@code f(x) = log(x/(1 − x))/s} on (0, 1); {@code log f′ = −log x − log(1 − x) − log s}.
 *
 * <p>Entries at or beyond the bounds are moved just inside them, so that values stay finite there;
 * f is a constant beyond, and its derivatives zero.
 */
public final class Logit extends Elementwise {
  // The nearest to 0 and 1 that single precision tells apart from them.
  private static final double LOWEST = 1e-7;
  private static final double HIGHEST = 1 - 1e-7;

  private final double smoothness;

  /**
   * @param smoothness s, positive; the published image models use 0.5 and 0.75
   * @throws EbbException if it is not a positive finite number
   */
  public Logit(double smoothness) {
    if (!(smoothness > 0 && Double.isFinite(smoothness))) {
      throw new EbbException("logitSmoothness is " + smoothness, "give a positive number");
    }
    this.smoothness = smoothness;
  }

  @Override
  Derivatives derivatives(Tensor raw, int order) {
    Tensor x = Ops.clamp(raw, LOWEST, HIGHEST);
    Tensor y = Ops.rsub(1, x);
    Tensor logX = x.log();
    Tensor logY = Ops.mul(x, -1).log1p();
    Tensor[] f = new Tensor[order + 1];
    Tensor[] logSlope = new Tensor[order + 1];
    f[0] = Ops.mul(logX.sub(logY), 1 / smoothness);
    logSlope[0] = Ops.add(logX.add(logY).neg(), -Math.log(smoothness));
    if (order >= 1) {
      f[1] = Ops.mul(x.mul(y).reciprocal(), 1 / smoothness);
      logSlope[1] = y.reciprocal().sub(x.reciprocal());
    }
    if (order >= 2) {
      f[2] = f[1].mul(logSlope[1]);
      logSlope[2] = x.square().reciprocal().add(y.square().reciprocal());
    }
    if (order >= 3) {
      f[3] = f[1].mul(logSlope[2].add(logSlope[1].square()));
      logSlope[3] = Ops.mul(inverseCube(y).sub(inverseCube(x)), 2);
    }
    if (order >= 1) {
      Tensor inside = Ops.as(x.eq(raw), x);
      for (int k = 1; k <= order; k++) {
        f[k] = f[k].mul(inside);
        logSlope[k] = logSlope[k].mul(inside);
      }
    }
    return new Derivatives(f, logSlope);
  }

  private static Tensor inverseCube(Tensor x) {
    return x.square().mul(x).reciprocal();
  }

  @Override
  Tensor solve(Tensor z) {
    return Ops.mul(Ops.toDouble(z), smoothness).sigmoid();
  }

  @Override
  public String describe() {
    return "Logit(smoothness=" + smoothness + ")";
  }
}
