package org.ebbflow.flow.ode;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;

/**
 * Jets of a function that is not written in jet operations, by reverse mode twice over: {@code Jv =
 * ∂/∂u ⟨Jᵀu, v⟩}. Slow; for functions with inner derivatives of their own, whose further ones jets
 * of order 2 do not hold.
 */
final class AutogradJet {
  private AutogradJet() {}

  /** {@code f(x)}, (B, M), with derivatives to the order of {@code x}; recorded by autograd. */
  static Jet of(Jet x, UnaryOperator<Tensor> f) {
    if (x.order() == 0) {
      return Jet.of(f.apply(x.value()));
    }
    boolean recorded = Autograd.isOn();
    try (Autograd.Mode on = Autograd.on()) {
      Tensor point = x.value().requires_grad() ? x.value() : Autograd.variable(x.value());
      Tensor y = f.apply(point);
      Tensor first = directional(y, point, x.first());
      Tensor second =
          x.order() < 2
              ? null
              : directional(first, point, x.first()).add(directional(y, point, x.second()));
      return recorded
          ? Jet.of(x.order(), y, first, second)
          : Jet.of(x.order(), y.detach(), first.detach(), second == null ? null : second.detach());
    }
  }

  private static Tensor directional(Tensor y, Tensor x, Tensor v) {
    Tensor u = Autograd.variable(Ops.zerosLike(y));
    Tensor pulledBack = Autograd.gradient(y.mul(u), x, true);
    return Autograd.gradient(pulledBack.mul(v), u, true);
  }
}
