package org.ebbflow.metric;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * {@code MMD²(X, Y) = mean k(x, x′) + mean k(y, y′) − 2·mean k(x, y)} with the Gaussian kernel
 * {@code k(x, y) = exp(−‖x − y‖²/(2γ²))}: the biased estimate, at least 0, over all pairs, each
 * point with itself among them.
 *
 * <p>O((n + m)²·D) in time, O(n + m) in memory; uses the common pool.
 *
 * <p>Source: Gretton et al., "A kernel two-sample test", JMLR 2012, eq. 5.
 */
public final class MaximumMeanDiscrepancy {
  private static final int BLOCK = 1000;

  private MaximumMeanDiscrepancy() {}

  /**
   * A comparison of two samples.
   *
   * @param squared MMD²
   * @param threshold of the two-sample test: samples of one distribution stay below it with
   *     probability 1 − level
   */
  public record Test(double squared, double threshold) {}

  /** MMD² of samples (n, D) and (m, D) with bandwidth γ. */
  public static double squared(double[][] x, double[][] y, double gamma) {
    requireComparable(x, y, gamma);
    return mean(x, x, gamma) + mean(y, y, gamma) - 2 * mean(x, y, gamma);
  }

  /**
   * MMD² and the threshold τ of the test of equal distributions, by drawing the two samples anew
   * from the pool of both, with replacement.
   *
   * @param level probability of exceeding τ if both are of one distribution, as 0.05
   * @param draws how often to draw, as 200
   */
  public static Test test(
      double[][] x, double[][] y, double gamma, double level, int draws, long seed) {
    requireComparable(x, y, gamma);
    int n = x.length;
    int all = n + y.length;
    // Each draw is a vector w of weights over the pool, and MMD² is wᵀKw; the first is the
    // samples'.
    double[] weights = new double[(draws + 1) * all];
    Arrays.fill(weights, 0, n, 1.0 / n);
    Arrays.fill(weights, n, all, -1.0 / y.length);
    SplittableRandom random = new SplittableRandom(seed);
    for (int draw = 1; draw <= draws; draw++) {
      for (int i = 0; i < all; i++) {
        weights[draw * all + random.nextInt(all)] += i < n ? 1.0 / n : -1.0 / y.length;
      }
    }
    double[] squared = quadraticForms(x, y, gamma, weights);
    double[] drawn = Arrays.copyOfRange(squared, 1, squared.length);
    Arrays.sort(drawn);
    int rank = (int) Math.ceil((1 - level) * draws) - 1;
    return new Test(squared[0], drawn[Math.max(0, Math.min(draws - 1, rank))]);
  }

  /** {@code wᵀKw} for every row of weights over the pool of both samples; K is never held whole. */
  private static double[] quadraticForms(
      double[][] x, double[][] y, double gamma, double[] weights) {
    Engine engine = Engine.cpu(DType.FLOAT64);
    int all = x.length + y.length;
    double[] points =
        Stream.concat(Arrays.stream(x), Arrays.stream(y)).flatMapToDouble(Arrays::stream).toArray();
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor pool = engine.tensor(points, all, x[0].length);
      Tensor sizes = Ops.dotEvent(pool, pool);
      Tensor w = engine.tensor(weights, weights.length / all, all);
      double[] sums = new double[weights.length / all];
      for (int from = 0; from < all; from += BLOCK) {
        int to = Math.min(all, from + BLOCK);
        try (Scope block = Scope.open()) {
          Tensor products = Ops.mul(Ops.linear(Ops.rows(pool, from, to), pool), -2);
          Tensor distances =
              Ops.atLeast(products.add(sizes).add(Ops.rows(sizes, from, to).unsqueeze(1)), 0);
          Tensor kernel = Ops.mul(distances, -0.5 / (gamma * gamma)).exp();
          Tensor forms = Ops.linear(w, kernel).mul(Ops.slice(w, 1, from, to)).sum(1);
          double[] part = Engine.doubles(forms);
          Arrays.setAll(sums, i -> sums[i] + part[i]);
        }
      }
      return sums;
    }
  }

  /**
   * The median distance between points of a sample, over at most 2,000 of them. Each point counts
   * with itself too, and of two middle values the lower is taken, as in the published experiments
   * whose bandwidths are set by it.
   */
  public static double medianDistance(double[][] x) {
    int n = Math.min(x.length, 2000);
    if (n < 4) {
      throw new EbbException("a sample of " + n + " points has no median distance", "give more");
    }
    double[] squares = new double[n * (n - 1) / 2];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        squares[at++] = squaredDistance(x[i], x[j]);
      }
    }
    Arrays.sort(squares);
    // Among all n² ordered pairs in order, n zeros come first and then each distance twice.
    return Math.sqrt(squares[((n * n - 1) / 2 - n) / 2]);
  }

  private static double mean(double[][] x, double[][] y, double gamma) {
    double scale = -0.5 / (gamma * gamma);
    double sum =
        IntStream.range(0, x.length)
            .parallel()
            .mapToDouble(
                i -> {
                  double row = 0;
                  for (double[] point : y) {
                    row += Math.exp(scale * squaredDistance(x[i], point));
                  }
                  return row;
                })
            .sum();
    return sum / ((double) x.length * y.length);
  }

  private static double squaredDistance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }

  private static void requireComparable(double[][] x, double[][] y, double gamma) {
    if (x.length == 0 || y.length == 0 || x[0].length != y[0].length) {
      throw new EbbException(
          "the samples cannot be compared", "give two that are not empty and equally wide");
    }
    if (!(gamma > 0)) {
      throw new EbbException("the kernel's bandwidth is " + gamma, "give a positive number");
    }
  }
}
