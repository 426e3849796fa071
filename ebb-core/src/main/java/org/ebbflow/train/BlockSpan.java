package org.ebbflow.train;

import org.ebbflow.EbbException;

/**
 * A block of a growing flow: which part of its field's time it covers, and the step of the gradient
 * flow that it was trained to be.
 *
 * @param from start in the field's time; 0 but for halves of a refined block
 * @param to end in the field's time, above {@code from}; 1 but for halves
 * @param h step size; 0 for a free block
 */
public record BlockSpan(double from, double to, double h) {

  /** Checks the ranges. */
  public BlockSpan {
    if (!(from >= 0 && to > from && to <= 1)) {
      throw new EbbException(
          "a block covers the time from " + from + " to " + to, "give a part of [0, 1]");
    }
    if (!(h >= 0 && Double.isFinite(h))) {
      throw new EbbException("a block's step size is " + h, "give 0 or a positive number");
    }
  }

  /** Over [0, 1]. */
  static BlockSpan whole(double h) {
    return new BlockSpan(0, 1, h);
  }

  BlockSpan with(double step) {
    return new BlockSpan(from, to, step);
  }

  /** Its first or second half, of half the step. */
  BlockSpan half(boolean second) {
    double middle = 0.5 * (from + to);
    return second ? new BlockSpan(middle, to, h / 2) : new BlockSpan(from, middle, h / 2);
  }
}
