package org.ebbflow.flow.elementwise;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * An increasing function applied to every entry: {@code z_i = f(x_i)}, {@code log|det| = Σ log
 * f′(x_i)}.
 *
 * <p>Subclasses are immutable and thread-safe.
 */
abstract class Elementwise implements Bijection {

  /**
   * {@code f} and {@code log f′} with derivatives at {@code x}, entry by entry.
   *
   * @param order 0 to 3: how many derivatives of each
   */
  abstract Derivatives derivatives(Tensor x, int order);

  /** The inverse, entry by entry, in the precision of {@code z} or in double precision. */
  abstract Tensor solve(Tensor z);

  @Override
  public final Mapped forward(Jet x, @Nullable Tensor condition) {
    Derivatives d = derivatives(x.value(), x.order());
    return new Mapped(x.compose(d.function()), x.compose(d.logSlope()).sumEvent());
  }

  @Override
  public final boolean isTraced() {
    return true;
  }

  @Override
  public final Trace trace(Tensor x, int order, Products products) {
    return new ElementwiseTrace(order, derivatives(x, order + 1));
  }

  @Override
  public final Tensor inverse(Tensor z, @Nullable Tensor condition) {
    try (Autograd.Mode off = Autograd.off()) {
      return Ops.as(solve(z), z);
    }
  }
}
