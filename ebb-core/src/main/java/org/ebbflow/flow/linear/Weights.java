package org.ebbflow.flow.linear;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Scope;

/** Makes trainable leaf tensors. */
final class Weights {
  private Weights() {}

  /** A trainable copy of {@code initial} in the engine's element type, outside all scopes. */
  static Tensor parameter(Engine engine, Tensor initial) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor parameter = engine.convert(initial).contiguous().clone();
      parameter.requires_grad_(true);
      return Scope.own(parameter);
    }
  }
}
