package org.ebbflow.io;

/**
 * How strictly a tensor file is read.
 *
 * @param allowNonFinite whether floating-point tensors may hold NaN and infinities
 */
public record ReadOptions(boolean allowNonFinite) {
  /** Returns the usual options: NaN and infinities are refused. */
  public static ReadOptions defaults() {
    return new ReadOptions(false);
  }
}
