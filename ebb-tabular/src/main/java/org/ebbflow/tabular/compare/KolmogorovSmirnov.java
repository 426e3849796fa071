package org.ebbflow.tabular.compare;

import java.util.Arrays;

/**
 * The two-sample test of Kolmogorov and Smirnov.
 *
 * @param statistic {@code sup |F_a − F_b|}
 * @param pValue its asymptotic probability under equal distributions (Smirnov, 1948), with
 *     Stephens' correction for small samples
 */
public record KolmogorovSmirnov(double statistic, double pValue) {

  /** Tests two samples, neither of them empty. */
  public static KolmogorovSmirnov test(double[] a, double[] b) {
    double[] x = a.clone();
    double[] y = b.clone();
    Arrays.sort(x);
    Arrays.sort(y);
    double greatest = 0;
    int i = 0;
    int j = 0;
    while (i < x.length && j < y.length) {
      double at = Math.min(x[i], y[j]);
      while (i < x.length && x[i] <= at) {
        i++;
      }
      while (j < y.length && y[j] <= at) {
        j++;
      }
      greatest = Math.max(greatest, Math.abs((double) i / x.length - (double) j / y.length));
    }
    double root = Math.sqrt((double) x.length * y.length / (x.length + y.length));
    return new KolmogorovSmirnov(greatest, complement((root + 0.12 + 0.11 / root) * greatest));
  }

  // Q(t) = 2 Σ (−1)^(k−1) exp(−2k²t²)
  private static double complement(double t) {
    if (t < 0.2) {
      return 1;
    }
    double sum = 0;
    for (int k = 1; k <= 100; k++) {
      sum += (k % 2 == 1 ? 2 : -2) * Math.exp(-2.0 * k * k * t * t);
    }
    return Math.min(1, Math.max(0, sum));
  }
}
