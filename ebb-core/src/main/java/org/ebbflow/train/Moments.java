package org.ebbflow.train;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/** Running averages of gradients and their squares. */
final class Moments {
  private Moments() {}

  /** Zeros like a parameter, outside all scopes. */
  static Tensor like(Tensor parameter) {
    try (Scope scope = Scope.open()) {
      return Scope.own(Ops.zerosLike(parameter.detach()));
    }
  }

  /** {@code v ← βv + (1 − β)g²} in place. */
  static void decaySquare(Tensor v, Tensor g, double beta) {
    v.mul_(new Scalar(beta));
    v.addcmul_(g, g, new Scalar(1 - beta));
  }
}
