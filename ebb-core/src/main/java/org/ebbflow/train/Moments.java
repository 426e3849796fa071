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
  static final class Decay {
    private final Scalar kept;
    private final Scalar added;

    Decay(double beta) {
      kept = new Scalar(beta);
      added = new Scalar(1 - beta);
    }

    void square(Tensor v, Tensor g) {
      v.mul_(kept);
      v.addcmul_(g, g, added);
    }
  }
}
