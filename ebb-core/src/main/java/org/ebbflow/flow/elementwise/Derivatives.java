package org.ebbflow.flow.elementwise;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;

/**
 * Derivatives of an increasing function f at some points.
 *
 * @param function {@code f, f′, f″} up to the order asked for
 * @param logSlope {@code φ = log f′, φ′, φ″} up to the order asked for
 */
@SuppressWarnings("ArrayRecordComponent") // an internal carrier, never compared
record Derivatives(Tensor[] function, Tensor[] logSlope) {

  /**
   * Builds the log-slope's derivatives from the function's: {@code φ′ = f″/f′}, {@code φ″ = f‴/f′ −
   * φ′²}, {@code φ‴ = f⁗/f′ − 3φ′φ″ − φ′³}.
   *
   * @param f {@code f, f′, …} up to one order more
   */
  static Derivatives of(int order, Tensor... f) {
    Tensor[] logSlope = new Tensor[order + 1];
    logSlope[0] = f[1].log();
    if (order >= 1) {
      logSlope[1] = f[2].div(f[1]);
    }
    if (order >= 2) {
      logSlope[2] = f[3].div(f[1]).sub(logSlope[1].square());
    }
    if (order >= 3) {
      Tensor product = Ops.mul(logSlope[2], 3).add(logSlope[1].square()).mul(logSlope[1]);
      logSlope[3] = f[4].div(f[1]).sub(product);
    }
    return new Derivatives(f, logSlope);
  }
}
