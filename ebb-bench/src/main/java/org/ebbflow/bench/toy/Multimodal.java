package org.ebbflow.bench.toy;

import java.util.SplittableRandom;
import org.ebbflow.data.Dataset;

/**
 * {@code y₁ = x₁, yᵢ = tanh(5xᵢ)·(yᵢ₋₁ + 2·2^{i−1})}, x ~ N(0, I): ten columns, each with a mode on
 * either side of zero, further out from column to column.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, appendix (matrix types).
 */
public final class Multimodal {
  private static final int COLUMNS = 10;

  private Multimodal() {}

  /** {@code n} draws, (n, 10); equal seeds give equal draws. */
  public static Dataset sample(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] rows = new double[n][COLUMNS];
    for (double[] y : rows) {
      y[0] = random.nextGaussian();
      for (int i = 1; i < COLUMNS; i++) {
        y[i] = Math.tanh(5 * random.nextGaussian()) * (y[i - 1] + 2 * Math.pow(2, i));
      }
    }
    return Dataset.of(rows);
  }
}
