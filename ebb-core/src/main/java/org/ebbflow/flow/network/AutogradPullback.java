package org.ebbflow.flow.network;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;

/** The way back through a network that has none of its own, by autograd. */
final class AutogradPullback {
  private AutogradPullback() {}

  static Recorded record(Network network, Dual x) {
    try (Autograd.Mode on = Autograd.on()) {
      List<Tensor> inputs = new ArrayList<>(network.parameters().values());
      int parameters = inputs.size();
      Tensor like = parameters == 0 ? x.rows() : inputs.get(0);
      inputs.add(Autograd.variable(Ops.as(x.value(), like)));
      Jet at = Jet.of(inputs.get(parameters));
      if (x.derived()) {
        inputs.add(Autograd.variable(Ops.as(x.first(), like)));
        at = Jet.of(1, at.value(), inputs.get(parameters + 1), null);
      }
      Jet y = network.apply(at);
      Tensor rows = x.derived() ? Ops.concatenate(y.value(), y.first()) : y.value();
      return new Recorded(
          x.with(rows.detach()),
          (adjoint, gradients) -> {
            List<Tensor> all;
            try (Autograd.Mode again = Autograd.on()) {
              all = Autograd.gradients(rows.mul(Ops.as(adjoint, rows)), inputs, false);
            }
            for (int i = 0; i < parameters; i++) {
              gradients.add(inputs.get(i), all.get(i).clone()); // autograd may hand out one twice
            }
            Tensor values = all.get(parameters);
            return x.derived() ? Ops.concatenate(values, all.get(parameters + 1)) : values;
          });
    }
  }
}
