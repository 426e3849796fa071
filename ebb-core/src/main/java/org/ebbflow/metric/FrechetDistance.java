package org.ebbflow.metric;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.LinearAlgebra.Spectrum;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * {@code ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½)}: the squared 2-Wasserstein distance of two
 * Gaussians, and of two samples through the Gaussians fitted to them, in double precision. In the
 * unit of the features squared; zero for samples of equal mean and covariance, whatever else
 * differs. A sample of n rows adds a bias of order D/n, so only distances of equal n compare.
 *
 * <p>Source: Dowson and Landau, "The Fréchet distance between multivariate normal distributions",
 * 1982; for images by their features, Heusel et al., 2017, arXiv:1706.08500.
 */
public final class FrechetDistance {
  /** Eigenvalues below zero by more than this share of the largest are no rounding. */
  private static final double ROUNDING = 1e-9;

  private FrechetDistance() {}

  /**
   * A normal distribution N(μ, Σ).
   *
   * @param mean μ, (D); copied
   * @param covariance Σ, (D, D), symmetric and positive semidefinite; copied
   */
  @SuppressWarnings("ArrayRecordComponent") // copied in and out, never compared
  public record Gaussian(double[] mean, double[][] covariance) {

    /**
     * Copies both.
     *
     * @throws EbbException if their sizes differ, a number is not finite, or Σ is not symmetric
     */
    public Gaussian {
      int d = mean.length;
      mean = mean.clone();
      covariance = Arrays.stream(covariance).map(double[]::clone).toArray(double[][]::new);
      if (d == 0 || covariance.length != d) {
        throw new EbbException(
            "a mean of %d and a covariance of %d rows".formatted(d, covariance.length),
            "give as many of both, at least one");
      }
      for (int i = 0; i < d; i++) {
        if (covariance[i].length != d || !Double.isFinite(mean[i])) {
          throw notANumber(i, "mean, and " + d + " covariances in each row");
        }
        for (int j = 0; j < d; j++) {
          if (!Double.isFinite(covariance[i][j])) {
            throw notANumber(i, "covariance");
          }
        }
      }
      for (int i = 0; i < d; i++) {
        for (int j = 0; j < i; j++) {
          double scale = Math.abs(covariance[i][j]) + Math.abs(covariance[j][i]);
          if (Math.abs(covariance[i][j] - covariance[j][i]) > ROUNDING * scale) {
            throw new EbbException(
                "the covariance of %d and %d is not that of %d and %d".formatted(i, j, j, i),
                "give a symmetric matrix");
          }
        }
      }
    }

    /** Returns a copy. */
    @Override
    public double[] mean() {
      return mean.clone();
    }

    /** Returns a copy. */
    @Override
    public double[][] covariance() {
      return Arrays.stream(covariance).map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * Mean and covariance of a sample (n, D), the latter over n − 1.
     *
     * @throws EbbException if there are fewer than 2 rows, their lengths differ, or a number is not
     *     finite
     */
    public static Gaussian of(double[][] rows) {
      int n = rows.length;
      if (n < 2) {
        throw new EbbException("a sample of " + n + " rows has no covariance", "give 2 or more");
      }
      int d = rows[0].length;
      double[] flat = new double[Math.multiplyExact(n, d)];
      for (int i = 0; i < n; i++) {
        if (rows[i].length != d) {
          throw new EbbException(
              "row %d has %d features, row 0 has %d".formatted(i, rows[i].length, d),
              "give every row as many");
        }
        System.arraycopy(rows[i], 0, flat, i * d, d);
      }
      Engine engine = Engine.cpu(DType.FLOAT64);
      try (Scope scope = Scope.open();
          Autograd.Mode off = Autograd.off()) {
        Tensor x = engine.tensor(flat, n, d);
        Tensor mean = x.mean(0);
        Tensor centred = x.sub(mean);
        Tensor covariance = Ops.mul(centred.t().matmul(centred), 1.0 / (n - 1));
        return new Gaussian(Engine.doubles(mean), square(Engine.doubles(covariance), d));
      }
    }

    private static EbbException notANumber(int row, String what) {
      return new EbbException("feature " + row + " has no finite " + what, "give finite numbers");
    }
  }

  /**
   * The distance, squared, of the Gaussians fitted to two samples (n, D) and (m, D).
   *
   * @throws EbbException if one has fewer than 2 rows, the widths differ, or a number is not finite
   */
  public static double squared(double[][] x, double[][] y) {
    return squared(Gaussian.of(x), Gaussian.of(y));
  }

  /**
   * The distance of two Gaussians, squared. The trace of the root is that of {@code (Σ₁^½ Σ₂
   * Σ₁^½)^½}, which is symmetric: O(D³), and no root of an unsymmetric matrix.
   *
   * @throws EbbException if the dimensions differ or a covariance has a negative eigenvalue
   */
  public static double squared(Gaussian a, Gaussian b) {
    int d = a.mean.length;
    if (b.mean.length != d) {
      throw new EbbException(
          "Gaussians of %d and %d features".formatted(d, b.mean.length), "give as many in both");
    }
    double distance = 0;
    for (int i = 0; i < d; i++) {
      double gap = a.mean[i] - b.mean[i];
      distance += gap * gap + a.covariance[i][i] + b.covariance[i][i];
    }
    Engine engine = Engine.cpu(DType.FLOAT64);
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor root = root(engine, tensor(engine, a.covariance));
      Tensor product = root.matmul(tensor(engine, b.covariance)).matmul(root);
      Spectrum spectrum = spectrum(engine, Ops.mul(product.add(product.t()), 0.5));
      distance -= 2 * Ops.item(spectrum.values().sqrt().sum());
    }
    return Math.max(0, distance); // below zero by rounding only
  }

  /** The symmetric root of a positive semidefinite matrix. */
  private static Tensor root(Engine engine, Tensor matrix) {
    Spectrum spectrum = spectrum(engine, matrix);
    return spectrum.vectors().mul(spectrum.values().sqrt()).matmul(spectrum.vectors().t());
  }

  /** Eigenvalues, those below zero by rounding raised to it, and eigenvectors. */
  private static Spectrum spectrum(Engine engine, Tensor matrix) {
    Spectrum spectrum = engine.linearAlgebra().symmetricSpectrum(matrix);
    double[] values = Engine.doubles(spectrum.values());
    double largest = Math.max(Math.abs(values[0]), values[values.length - 1]);
    if (values[0] < -ROUNDING * largest * values.length) {
      throw new EbbException(
          "a covariance has the eigenvalue " + values[0], "give positive semidefinite matrices");
    }
    return new Spectrum(Ops.atLeast(spectrum.values(), 0), spectrum.vectors());
  }

  private static Tensor tensor(Engine engine, double[][] matrix) {
    double[] flat = Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    return engine.tensor(flat, matrix.length, matrix.length);
  }

  private static double[][] square(double[] flat, int d) {
    double[][] rows = new double[d][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * d, (i + 1) * d));
    return rows;
  }
}
