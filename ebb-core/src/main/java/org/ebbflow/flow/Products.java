package org.ebbflow.flow;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;

/**
 * In which precision layers that are differentiated by hand multiply matrices; parameters, what is
 * between products, and sums of gradients keep their own; in a block's network what is between
 * products has that of the products.
 *
 * <p>With {@link #BFLOAT16} a product is itself rounded to bfloat16, a weight's gradient so once,
 * before it is added to its sum.
 */
public enum Products {
  /** That of the parameters. */
  FULL,
  /** bfloat16, 8 bits of it the mantissa: several times as fast on processors that have it. */
  BFLOAT16;

  // A product this thin costs next to nothing, and the network's input keeps its digits.
  private static final int THIN = 16;

  /** Factors of a product with an (out, in) weight in the precision that it is computed in. */
  public Tensor factor(Tensor x, Tensor weight) {
    boolean half = this == BFLOAT16 && Math.min(weight.size(0), weight.size(1)) >= THIN;
    return half ? Ops.toBfloat16(x) : Ops.as(x, weight);
  }
}
