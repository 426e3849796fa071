package org.ebbflow.tabular;

/** Stands in for bodies that are being written. */
public final class Pending {
  private Pending() {}

  /** Throws. */
  public static <T> T body(T never) {
    if (System.nanoTime() != 0) {
      throw new UnsupportedOperationException();
    }
    return never;
  }
}
