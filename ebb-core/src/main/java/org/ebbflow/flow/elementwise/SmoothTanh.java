package org.ebbflow.flow.elementwise;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.tensor.Ops;

/**
 * {@code f(x) = tanh(αx) + βx}; {@code log f′ = log(β + α/cosh²(αx))}.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, appendix.
 */
public final class SmoothTanh extends Elementwise {
  private final double alpha;
  private final double beta;

  /**
   * @param alpha steepness of the bend, positive
   * @param beta slope far out, positive
   * @throws EbbException if either is not a positive finite number
   */
  public SmoothTanh(double alpha, double beta) {
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new EbbException("alpha is " + alpha, "give a positive number");
    }
    if (!(beta > 0 && Double.isFinite(beta))) {
      throw new EbbException("beta is " + beta, "give a positive number");
    }
    this.alpha = alpha;
    this.beta = beta;
  }

  @Override
  Derivatives derivatives(Tensor x, int order) {
    Tensor tanh = Ops.mul(x, alpha).tanh();
    Tensor sech2 = Ops.rsub(1, tanh.square());
    Tensor f = Ops.addScaled(tanh, x, beta);
    Tensor slope = Ops.add(Ops.mul(sech2, alpha), beta);
    if (order == 0) {
      return Derivatives.of(0, f, slope);
    }
    Tensor f2 = Ops.mul(tanh.mul(sech2), -2 * alpha * alpha);
    if (order == 1) {
      return Derivatives.of(1, f, slope, f2);
    }
    Tensor bracket = Ops.rsub(1, Ops.mul(tanh.square(), 3));
    Tensor f3 = Ops.mul(sech2.mul(bracket), -2 * alpha * alpha * alpha);
    if (order == 2) {
      return Derivatives.of(2, f, slope, f2, f3);
    }
    Tensor outer = Ops.rsub(2, Ops.mul(tanh.square(), 3));
    Tensor f4 = Ops.mul(tanh.mul(sech2).mul(outer), 8 * Math.pow(alpha, 4));
    return Derivatives.of(3, f, slope, f2, f3, f4);
  }

  @Override
  Tensor solve(Tensor z) {
    Tensor exact = Ops.toDouble(z);
    // |tanh| ≤ 1 gives a bracket for every z.
    Tensor low = Ops.mul(Ops.add(exact, -1), 1 / beta);
    Tensor high = Ops.mul(Ops.add(exact, 1), 1 / beta);
    return MonotoneRoot.solve(describe(), x -> derivatives(x, 0).function(), exact, low, high);
  }

  @Override
  public String describe() {
    return "SmoothTanh(alpha=" + alpha + ", beta=" + beta + ")";
  }
}
