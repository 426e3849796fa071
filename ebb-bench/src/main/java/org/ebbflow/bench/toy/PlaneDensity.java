package org.ebbflow.bench.toy;

import java.util.Locale;
import java.util.SplittableRandom;
import org.ebbflow.data.Dataset;

/**
 * The published densities in the plane, drawn exactly.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 5.1 and its code.
 */
public enum PlaneDensity {
  /** {@code 4·(u, sin 3u + ¼n)}, u ~ U(−2, 2). */
  SINE(9) {
    @Override
    double[] draw(SplittableRandom random) {
      double u = random.nextDouble(-2, 2);
      return new double[] {4 * u, 4 * (Math.sin(3 * u) + 0.25 * random.nextGaussian())};
    }
  },

  /** {@code (2.5/3)·(r·cos r − ½U′ + 1, −r·sin r − ½U″ + 2)}, r = 3π·√U. */
  SWIRL(9) {
    @Override
    double[] draw(SplittableRandom random) {
      double r = 3 * Math.PI * Math.sqrt(random.nextDouble());
      double x = r * Math.cos(r) - 0.5 * random.nextDouble() + 1;
      double y = -r * Math.sin(r) - 0.5 * random.nextDouble() + 2;
      return new double[] {2.5 / 3 * x, 2.5 / 3 * y};
    }
  },

  /** {@code 3·(x, U′ − 2·Bernoulli(½) + ⌊x⌋ mod 2)}, x ~ U(−2, 2). */
  CHECKERBOARD(7.5) {
    @Override
    double[] draw(SplittableRandom random) {
      double x = random.nextDouble(-2, 2);
      double y =
          random.nextDouble() - 2 * random.nextInt(2) + Math.floorMod((long) Math.floor(x), 2);
      return new double[] {3 * x, 3 * y};
    }
  };

  private final double halfWidth;

  PlaneDensity(double halfWidth) {
    this.halfWidth = halfWidth;
  }

  /** One draw, (2). */
  abstract double[] draw(SplittableRandom random);

  /** Half the side of a square around the origin that holds it, smoothed, but for its tails. */
  public double halfWidth() {
    return halfWidth;
  }

  /** {@code n} draws, (n, 2); equal seeds give equal draws. */
  public Dataset sample(int n, long seed) {
    return Dataset.of(draws(n, new SplittableRandom(seed), 0));
  }

  /** {@code n} draws of {@code x + σ·noise}, (n, 2); equal seeds give equal draws. */
  public Dataset sample(int n, long seed, double sigma) {
    return Dataset.of(draws(n, new SplittableRandom(seed), sigma));
  }

  private double[][] draws(int n, SplittableRandom random, double sigma) {
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = draw(random);
      if (sigma > 0) {
        rows[i][0] += sigma * random.nextGaussian();
        rows[i][1] += sigma * random.nextGaussian();
      }
    }
    return rows;
  }

  /** Its name in lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
