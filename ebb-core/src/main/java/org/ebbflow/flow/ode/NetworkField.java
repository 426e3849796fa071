package org.ebbflow.flow.ode;

import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.network.Dual;
import org.ebbflow.flow.network.Network;
import org.ebbflow.flow.network.Recorded;
import org.jspecify.annotations.Nullable;

/** A velocity field that a network computes from rows, time and condition side by side. */
public final class NetworkField implements VelocityField {
  private final Network network;
  private final Layout layout;
  private final boolean time;
  private final String description;

  /**
   * @param network from rows, time if it is used, and condition, in the layout's form, to
   *     velocities in the same form
   * @param time whether the network sees t
   * @param description of the network, for {@link #describe}
   */
  public NetworkField(Network network, Layout layout, boolean time, String description) {
    this.network = network;
    this.layout = layout;
    this.time = time;
    this.description = description;
  }

  @Override
  public Jet at(Jet x, @Nullable Jet at, @Nullable Tensor condition) {
    return layout.rows(network.apply(input(x, at, condition)));
  }

  private Jet input(Jet x, @Nullable Jet at, @Nullable Tensor condition) {
    Jet input = layout.shape(x);
    if (time) {
      input = layout.withTime(input, Objects.requireNonNull(at, "the field depends on time"));
    }
    return layout.withCondition(input, condition);
  }

  @Override
  public Recorded record(
      Dual x, @Nullable Tensor at, @Nullable Tensor condition, Products products) {
    int order = x.derived() ? 1 : 0;
    Jet rows = x.derived() ? Jet.of(1, x.value(), x.first(), null) : Jet.of(x.rows());
    Jet input = input(rows, at == null ? null : Jet.constant(at, order), condition);
    Dual whole = x.derived() ? Dual.of(input) : new Dual(input.value(), false);
    Recorded recorded = network.record(whole, products);
    Tensor y = recorded.output().rows();
    long dimension = x.rows().size(1);
    return new Recorded(
        new Dual(layout.rows(Jet.of(y)).value(), x.derived()),
        (adjoint, gradients) ->
            layout.ofRows(
                recorded.pullback().back(adjoint.reshape(y.shape()), gradients), dimension));
  }

  @Override
  public boolean usesTime() {
    return time;
  }

  @Override
  public Map<String, Tensor> parameters() {
    return network.parameters();
  }

  @Override
  public String describe() {
    return description + (time ? " of x and t" : " of x");
  }
}
