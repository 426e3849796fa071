package org.ebbflow.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Rows drawn at random without replacement, and the rest; both in rising order.
 *
 * @param kept row indices
 * @param heldOut row indices
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, never compared
public record Holdout(int[] kept, int[] heldOut) {

  /**
   * The same rows for the same seed on every machine and Java version.
   *
   * @param rows how many there are
   * @param wanted how many to hold out, from 0 to {@code rows - 1}
   * @throws DataException if nothing would be kept
   */
  public static Holdout drawn(int rows, int wanted, long seed) {
    if (wanted < 0 || wanted >= rows) {
      throw new DataException(
          "cannot hold out %d of %d rows".formatted(wanted, rows),
          "hold out 0 to %d".formatted(rows - 1));
    }
    int[] order = new int[rows];
    Arrays.setAll(order, i -> i);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < wanted; i++) {
      int j = i + below(random, rows - i);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    int[] heldOut = Arrays.copyOfRange(order, 0, wanted);
    int[] kept = Arrays.copyOfRange(order, wanted, rows);
    Arrays.sort(heldOut);
    Arrays.sort(kept);
    return new Holdout(kept, heldOut);
  }

  // Uniform on 0..bound-1. SplittableRandom promises nothing about how it draws below a bound, and
  // has changed it between Java versions; its 64-bit sequence is stable.
  private static int below(SplittableRandom random, int bound) {
    long bits;
    long remainder;
    do {
      bits = random.nextLong() >>> 1;
      remainder = bits % bound;
    } while (bits - remainder + (bound - 1) < 0);
    return (int) remainder;
  }
}
