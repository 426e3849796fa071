package org.ebbflow.tensor;

import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;

/** Counts native objects that Java holds: what a step leaves behind, seen without waiting. */
public final class NativeCount {
  private static final int REPEATS = 9;

  private NativeCount() {}

  /** Native objects held now. */
  public static long now() {
    return Pointer.totalCount();
  }

  /**
   * By how many a step lets the number grow, after a first run that fills caches: the median of
   * several, because the garbage collector may at any time free what others dropped.
   */
  public static long growth(Runnable step) {
    step.run();
    long[] growth = new long[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
      long before = now();
      step.run();
      growth[i] = now() - before;
    }
    Arrays.sort(growth);
    return growth[REPEATS / 2];
  }
}
