package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Ops;

/**
 * Values and, below them, as many derivatives along a direction, in one tensor: what a {@link
 * Network} takes when it is differentiated by hand, so that each weight is multiplied once.
 *
 * @param rows (2B, …) with derivatives, (B, …) without
 * @param derived whether the lower half are derivatives
 */
public record Dual(Tensor rows, boolean derived) {

  /** A jet of order 1. */
  public static Dual of(Jet x) {
    return new Dual(Ops.concatenate(x.value(), x.first()), true);
  }

  /** How many rows are values. */
  long values() {
    return derived ? rows.size(0) / 2 : rows.size(0);
  }

  /** The values, a view. */
  public Tensor value() {
    return Ops.rows(rows, 0, values());
  }

  /** The derivatives, a view. */
  public Tensor first() {
    return Ops.rows(rows, values(), rows.size(0));
  }

  /** Other rows of the same kind. */
  Dual with(Tensor other) {
    return new Dual(other, derived);
  }
}
