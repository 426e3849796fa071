package org.ebbflow.tabular.select;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ebbflow.data.Dataset;

/**
 * Leaves out the unlikeliest rows of a table that may hold anomalies, by the normal distribution of
 * the others: concentration steps from all rows on, each of which fits mean and covariance to the
 * rows kept and keeps the share that is likeliest under them.
 *
 * <p>Source: Rousseeuw and van Driessen, "A fast algorithm for the minimum covariance determinant
 * estimator", 1999.
 */
public final class Trimming {
  private static final int STEPS = 10;
  private static final double RIDGE = 1e-4;

  private Trimming() {}

  /**
   * Indices of the rows to keep, rising.
   *
   * @param trim share to leave out, in (0, 0.5]
   */
  public static int[] kept(Dataset rows, double trim) {
    int n = rows.rows();
    int keep = Math.max(1, (int) Math.round((1 - trim) * n));
    double[][] all = new double[n][rows.columns()];
    for (int row = 0; row < n; row++) {
      rows.gather(new int[] {row}, all[row]);
    }
    int[] kept = IntStream.range(0, n).toArray();
    for (int step = 0; step < STEPS; step++) {
      double[] distances = distances(all, kept);
      int[] next =
          IntStream.range(0, n)
              .boxed()
              .sorted(Comparator.comparingDouble(row -> distances[row]))
              .limit(keep)
              .mapToInt(Integer::intValue)
              .sorted()
              .toArray();
      if (Arrays.equals(next, kept)) {
        break;
      }
      kept = next;
    }
    return kept;
  }

  /** Squared Mahalanobis distances from the mean of some rows by their covariance. */
  private static double[] distances(double[][] all, int[] kept) {
    int d = all[0].length;
    double[] mean = new double[d];
    for (int row : kept) {
      for (int j = 0; j < d; j++) {
        mean[j] += all[row][j] / kept.length;
      }
    }
    double[][] covariance = new double[d][d];
    for (int row : kept) {
      for (int i = 0; i < d; i++) {
        double x = all[row][i] - mean[i];
        for (int j = 0; j <= i; j++) {
          covariance[i][j] += x * (all[row][j] - mean[j]) / kept.length;
        }
      }
    }
    double[][] factor = cholesky(covariance);
    double[] distances = new double[all.length];
    double[] solved = new double[d];
    for (int row = 0; row < all.length; row++) {
      for (int i = 0; i < d; i++) {
        double x = all[row][i] - mean[i];
        for (int j = 0; j < i; j++) {
          x -= factor[i][j] * solved[j];
        }
        solved[i] = x / factor[i][i];
        distances[row] += solved[i] * solved[i];
      }
    }
    return distances;
  }

  /** The lower factor of the matrix with {@value #RIDGE} of its mean variance on the diagonal. */
  private static double[][] cholesky(double[][] matrix) {
    int d = matrix.length;
    double ridge =
        RIDGE
            * Math.max(
                1e-300, IntStream.range(0, d).mapToDouble(i -> matrix[i][i]).average().orElse(1));
    double[][] factor = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = matrix[i][j] + (i == j ? ridge : 0);
        for (int k = 0; k < j; k++) {
          sum -= factor[i][k] * factor[j][k];
        }
        factor[i][j] = i == j ? Math.sqrt(Math.max(sum, ridge)) : sum / factor[j][j];
      }
    }
    return factor;
  }
}
