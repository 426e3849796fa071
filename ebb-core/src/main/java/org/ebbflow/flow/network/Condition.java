package org.ebbflow.flow.network;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Jet;
import org.jspecify.annotations.Nullable;

/**
 * Labels or covariates given to a network beside its input.
 *
 * @param size C, numbers per row; 0 for none
 */
public record Condition(int size) {

  /** Checks the range. */
  public Condition {
    if (size < 0) {
      throw new EbbException("the condition's size is " + size, "give 0 or more");
    }
  }

  /**
   * {@code x} with the condition appended along axis 1: as further columns of rows (B, D), as
   * constant channels of images (B, C, H, W). Without a size, {@code x} itself.
   *
   * @throws EbbException if the condition is missing or of another size
   */
  public Jet appendTo(Jet x, @Nullable Tensor condition) {
    if (size == 0) {
      return x;
    }
    long rows = x.value().size(0);
    Tensor given = require(condition, rows).to(x.value());
    if (x.value().dim() == 2) {
      return x.join(given, 1);
    }
    Tensor channels = given.unsqueeze(2).unsqueeze(3);
    return x.join(channels.expand(rows, size, x.value().size(2), x.value().size(3)), 1);
  }

  /**
   * The condition, checked.
   *
   * @throws EbbException if it is missing or not {@code rows} rows of {@link #size} numbers
   */
  public Tensor require(@Nullable Tensor condition, long rows) {
    if (condition == null) {
      throw new EbbException(
          "the model needs a condition of " + size + " numbers a row and was given none",
          "give the labels or covariates it was built for");
    }
    if (condition.dim() != 2 || condition.size(0) != rows || condition.size(1) != size) {
      throw new EbbException(
          "the condition does not hold " + rows + " rows of " + size + " numbers",
          "give one row of labels or covariates for each row of data");
    }
    return condition;
  }
}
