package org.ebbflow.flow.elementwise;

import org.bytedeco.pytorch.Tensor;

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
   * φ′²}.
   *
   * @param f {@code f, f′} and, for orders 1 and 2, {@code f″, f‴}
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
    return new Derivatives(f, logSlope);
  }
}
