package org.ebbflow.tabular.encode;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A generalised Pareto tail beyond a threshold, in the distance y ≥ 0 from it.
 *
 * <p>S(y) = (1 + ξy/β)^(−1/ξ) is the share of the tail beyond y. A tail that is lighter than ξ =
 * {@value #LIGHTEST} keeps its own shape for 99.9 % of its mass and goes on as that one with the
 * same density, so that no value is impossible and no score overflows. Where values have a bound, y
 * stands for y/(1 − y/L) with L the bound's distance: the tail then ends there, with S = (1 −
 * y/L)^(1/ξ) among its forms.
 *
 * @param shape ξ
 * @param scale β, above 0
 * @param length L, or infinity without a bound
 */
record Tail(double shape, double scale, double length) {
  /** ξ of the far part of any tail: 1e308 is 270 standard deviations out. */
  static final double LIGHTEST = 0.05;

  private static final int MOST_EXCESSES = 1000;
  private static final double HEAVIEST = 2;
  private static final double NEAR_SHARE = -Math.log(1e-3);
  private static final double LARGEST_RATIO = 1 - 0x1p-50;

  /**
   * The likeliest tail.
   *
   * @param excesses distances from the threshold, at least 0, falling or rising
   * @param usual a scale to take where there are too few to tell
   * @param length to the bound, or infinity
   */
  static Tail fit(double[] excesses, double usual, double length) {
    double floor = Math.min(usual, length) * 1e-9;
    int stride = 1 + excesses.length / MOST_EXCESSES;
    double[] kept =
        IntStream.range(0, excesses.length / stride)
            .mapToDouble(i -> excesses[i * stride + stride / 2])
            .filter(y -> y > floor)
            .toArray();
    boolean bounded = length < Double.POSITIVE_INFINITY;
    if (kept.length < 8) {
      double mean = kept.length == 0 ? usual : Arrays.stream(kept).average().orElse(usual);
      return new Tail(0.1, Math.max(mean, floor), length);
    }
    for (int i = 0; bounded && i < kept.length; i++) {
      kept[i] = unbounded(Math.min(kept[i] / length, LARGEST_RATIO), length);
    }
    double mean = Math.min(Arrays.stream(kept).average().orElse(usual), Double.MAX_VALUE);
    double best = Double.NEGATIVE_INFINITY;
    Tail tail = new Tail(0.1, mean, length);
    // For each ξ the likeliest β; excesses are few and the likelihood is smooth.
    for (double shape = bounded ? LIGHTEST : -1; shape <= HEAVIEST; shape += 0.1) {
      double scale = likeliestScale(kept, shape, mean);
      double value = logLikelihood(kept, shape, scale) - 2 * shape * shape;
      if (value > best) {
        best = value;
        tail = new Tail(shape, scale, length);
      }
    }
    return tail;
  }

  // d/dβ of the likelihood is 0 where mean((1 + ξ) v/(1 + ξv)) = 1, v = y/β, falling in β.
  private static double likeliestScale(double[] excesses, double shape, double mean) {
    double greatest = Arrays.stream(excesses).max().orElse(mean);
    double low = shape < 0 ? -shape * greatest * (1 + 1e-6) : mean * 1e-6;
    double high = Math.max(low, mean) * 1e3;
    for (int i = 0; i < 40; i++) {
      double scale = Math.sqrt(low) * Math.sqrt(high);
      double sum = 0;
      for (double y : excesses) {
        double v = y / scale;
        sum += (1 + shape) * v / (1 + shape * v);
      }
      if (sum > excesses.length) {
        low = scale;
      } else {
        high = scale;
      }
    }
    return Math.sqrt(low) * Math.sqrt(high);
  }

  private static double logLikelihood(double[] excesses, double shape, double scale) {
    double sum = -excesses.length * Math.log(scale);
    for (double y : excesses) {
      double v = y / scale;
      sum -=
          Math.abs(shape) < 1e-9 ? v : (1 + 1 / shape) * Math.log1p(Math.max(shape * v, -1 + 1e-9));
    }
    return sum;
  }

  /** The same tail with another density at the threshold. */
  Tail withScale(double other) {
    return new Tail(shape, other, length);
  }

  /** −log S(y), at least 0. */
  double exponent(double y) {
    return exponentOfRatio(ratio(y));
  }

  /** −log of the density of y given that it is in the tail. */
  double negativeLogDensity(double y) {
    double v = ratio(y);
    double result = Math.log(scale);
    if (v <= nearEnd()) {
      result += exponentOfRatio(v) + log1p(shape, v);
    } else {
      result += NEAR_SHARE * (1 + shape) + (1 + 1 / LIGHTEST) * logFar(v);
    }
    if (length < Double.POSITIVE_INFINITY) {
      result += 2 * Math.log1p(-Math.min(y / length, LARGEST_RATIO));
    }
    return result;
  }

  /** The y with the given −log S(y). */
  double distance(double exponent) {
    double v;
    if (shape >= LIGHTEST || exponent <= NEAR_SHARE) {
      v = isExponential() ? exponent : Math.expm1(shape * exponent) / shape;
    } else {
      double power = LIGHTEST * (exponent - NEAR_SHARE);
      double unit = Math.exp(shape * NEAR_SHARE);
      double far =
          power < 1
              ? Math.expm1(power) * unit
              : Math.exp(power + shape * NEAR_SHARE) - unit; // does not overflow before v does
      v = nearEnd() + far / LIGHTEST;
    }
    double y = Math.min(v * scale, Double.MAX_VALUE);
    return length < Double.POSITIVE_INFINITY ? length / (1 + length / y) : y;
  }

  // y/β, or what stands for it before a bound.
  private double ratio(double y) {
    double plain =
        length < Double.POSITIVE_INFINITY
            ? unbounded(Math.min(y / length, LARGEST_RATIO), length)
            : y;
    return Math.min(plain / scale, Double.MAX_VALUE);
  }

  private static double unbounded(double share, double length) {
    return length * share / (1 - share);
  }

  private double exponentOfRatio(double v) {
    if (v <= nearEnd()) {
      return isExponential() ? v : log1p(shape, v) / shape;
    }
    return NEAR_SHARE + logFar(v) / LIGHTEST;
  }

  // Where the own shape ends, in units of β.
  private double nearEnd() {
    if (shape >= LIGHTEST) {
      return Double.POSITIVE_INFINITY;
    }
    return isExponential() ? NEAR_SHARE : Math.expm1(shape * NEAR_SHARE) / shape;
  }

  // log(1 + LIGHTEST w), w the distance from there in units of β e^(ξ·NEAR_SHARE), the far scale
  // that keeps the density.
  private double logFar(double v) {
    double beyond = v - nearEnd();
    double factor = LIGHTEST * Math.exp(-shape * NEAR_SHARE);
    return log1p(factor, beyond);
  }

  private boolean isExponential() {
    return Math.abs(shape) < 1e-9;
  }

  // log(1 + ax), also where ax overflows.
  private static double log1p(double a, double x) {
    double product = a * x;
    return product < Double.POSITIVE_INFINITY ? Math.log1p(product) : Math.log(a) + Math.log(x);
  }
}
