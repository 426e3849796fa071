package org.ebbflow.bench.toy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * {@code p(x) = 1/N Σᵢ N(x; xᵢ, σ²I)} in the plane: density, score and draws, all exact.
 *
 * <p>Immutable and thread-safe; evaluation uses the common pool.
 *
 * <p>Source: Parzen, "On estimation of a probability density function and mode", 1962.
 */
public final class ParzenDensity {
  private static final double FAR = 745; // e^−745 is the smallest double

  private final double[][] centres;
  private final double sigma;

  /**
   * @param centres xᵢ, (N, 2); kept
   * @param sigma σ, positive
   */
  public ParzenDensity(double[][] centres, double sigma) {
    if (centres.length == 0 || !(sigma > 0)) {
      throw new IllegalArgumentException("centres and a positive sigma are needed");
    }
    this.centres = centres;
    this.sigma = sigma;
  }

  /** {@code log p(x)} in nats and {@code ∇ log p(x)}: (n, 3), of points (n, 2). */
  public double[][] logDensityAndScore(double[][] points) {
    double[][] all = new double[points.length][];
    IntStream.range(0, points.length).parallel().forEach(i -> all[i] = at(points[i]));
    return all;
  }

  private double[] at(double[] x) {
    double scale = 0.5 / (sigma * sigma);
    double[] exponents = new double[centres.length];
    double nearest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < centres.length; i++) {
      double dx = x[0] - centres[i][0];
      double dy = x[1] - centres[i][1];
      exponents[i] = scale * (dx * dx + dy * dy);
      nearest = Math.min(nearest, exponents[i]);
    }
    double sum = 0;
    double sumX = 0;
    double sumY = 0;
    for (int i = 0; i < centres.length; i++) {
      double above = exponents[i] - nearest;
      if (above < FAR) {
        double weight = Math.exp(-above);
        sum += weight;
        sumX += weight * (centres[i][0] - x[0]);
        sumY += weight * (centres[i][1] - x[1]);
      }
    }
    double logDensity =
        Math.log(sum) - nearest - Math.log(centres.length) - Math.log(2 * Math.PI * sigma * sigma);
    double slope = 2 * scale / sum;
    return new double[] {logDensity, slope * sumX, slope * sumY};
  }

  /** {@code n} draws, (n, 2); equal seeds give equal draws. */
  public double[][] sample(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] draws = new double[n][];
    Arrays.setAll(
        draws,
        i -> {
          double[] centre = centres[random.nextInt(centres.length)];
          return new double[] {
            centre[0] + sigma * random.nextGaussian(), centre[1] + sigma * random.nextGaussian()
          };
        });
    return draws;
  }
}
