package org.ebbflow.flow.ode;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.network.Dual;
import org.ebbflow.flow.network.Network;
import org.ebbflow.flow.network.Recorded;
import org.jspecify.annotations.Nullable;

/**
 * The right-hand side of {@code x′ = f(x, t; condition)} on rows (B, D).
 *
 * <p>Immutable but for its parameters; thread-safe as long as no thread changes them.
 */
public interface VelocityField {

  /**
   * {@code f(x, t)}, (B, D), with derivatives to the order of {@code x}; recorded by autograd. A
   * jet of order 1 may have the derivatives along several directions, (k·B, D), as {@link Jet}
   * says: its operations know, and tensors of one's own are best multiplied by {@link Jet#compose}.
   *
   * @param time t of each row, (B, 1), of the order of {@code x}; null unless {@link #usesTime}
   * @param condition labels or covariates (B, C), or null
   */
  Jet at(Jet x, @Nullable Jet time, @Nullable Tensor condition);

  /**
   * {@code f(x, t)} with the way back, to be called with autograd off; pullbacks take and give (B,
   * D) and (2B, D) as the input is.
   *
   * @param time t, or null unless {@link #usesTime}; not differentiated
   * @param condition of each row of values, or null
   */
  default Recorded record(
      Dual x, @Nullable Tensor time, @Nullable Tensor condition, Products products) {
    VelocityField field = this;
    Network asNetwork =
        new Network() {
          @Override
          public Jet apply(Jet rows) {
            return field.at(
                rows, time == null ? null : Jet.constant(time, rows.order()), condition);
          }

          @Override
          public Map<String, Tensor> parameters() {
            return field.parameters();
          }
        };
    return asNetwork.record(x, products);
  }

  /** Whether f depends on t. */
  boolean usesTime();

  /** What is trained, by name, in a fixed order; the tensors themselves, not copies. */
  Map<String, Tensor> parameters();

  /** One line for a reader. */
  String describe();
}
