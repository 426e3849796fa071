package org.ebbflow.autoencoder;

import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.jspecify.annotations.Nullable;

/**
 * What rows an auto-encoder was made for.
 *
 * @param columns D
 * @param bytes whether they are unsigned bytes, which the networks see divided by 255
 * @param image how a row is an image, or null
 */
record RowShape(int columns, boolean bytes, Dataset.@Nullable ImageShape image) {

  /** Checks that the parts agree. */
  RowShape {
    if (columns < 1 || (image != null && image.values() != columns)) {
      throw new EbbException("rows of " + columns + " columns", "make columns and image agree");
    }
  }

  static RowShape of(Dataset data) {
    return new RowShape(data.columns(), data.isBytes(), data.imageShape().orElse(null));
  }

  /**
   * Refuses other rows.
   *
   * @throws EbbException if size or kind differ
   */
  void require(Dataset data) {
    if (data.columns() != columns || data.isBytes() != bytes) {
      throw new EbbException(
          "the data hold rows of %d %s, the auto-encoder takes %d %s"
              .formatted(data.columns(), kind(data.isBytes()), columns, kind(bytes)),
          "give data of the shape it was trained on");
    }
  }

  private static String kind(boolean bytes) {
    return bytes ? "bytes" : "numbers";
  }
}
