package org.ebbflow.flow.preprocess;

import java.util.SplittableRandom;
import org.ebbflow.tensor.Rng;

/**
 * Uniform noise in [0, 1) that turns whole numbers into continuous ones: {@code y = x + u}.
 *
 * <p>Training draws fresh noise at every step. Evaluation uses noise that belongs to a row's
 * content and a seed, so that a row gets the same in every file, batch and thread.
 *
 * <p>Source: Theis et al., "A note on the evaluation of generative models", 2016, arXiv:1511.01844,
 * section 3.1.
 */
final class Dequantisation {
  private static final double UNIT = 1.0 / (1 << 24);

  private Dequantisation() {}

  /**
   * Rows of bytes with their own noise added.
   *
   * @param rows row-major, a whole number of rows
   * @param columns length of a row
   */
  static double[] ofContent(byte[] rows, int columns, long seed) {
    double[] result = new double[rows.length];
    for (int start = 0; start < rows.length; start += columns) {
      SplittableRandom random = new SplittableRandom(hash(rows, start, columns, seed));
      for (int i = start; i < start + columns; i++) {
        result[i] = (rows[i] & 0xff) + (random.nextInt() >>> 8) * UNIT;
      }
    }
    return result;
  }

  private static long hash(byte[] rows, int start, int length, long seed) {
    long h = seed;
    for (int i = start; i < start + length; i++) {
      h = (h ^ rows[i]) * 0x100000001B3L; // the multiplier of FNV-1a
    }
    return Rng.mix(h, length);
  }
}
