package org.ebbflow.tabular.encode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;

/**
 * The distribution of one column of numbers as pieces of [0, 1].
 *
 * <p>Pieces alternate: stretch, atom, stretch, …, stretch, and missing values at the end.
 */
final class NumberMargin {
  // Beyond it, masses are taken as logarithms where nothing else lies on that side.
  private static final double FAR = 5;
  private static final double LEAST_STRETCH = 1e-300;

  private final double step;
  private final double lower;
  private final double upper;
  private final double[] atoms;
  private final ScoreCurve curve;
  private final double[] weights; // of atoms, then the curve, then missing values
  private final Partition partition;
  private final double[] from; // score on the curve where a stretch begins
  private final double[] to; // and ends
  private final double logScale; // of the curve's mass in the stretches
  private final double scale;
  private final boolean plain;

  /**
   * @param step distance of possible values, 0 if they are continuous
   * @param lower no value is below, or negative infinity
   * @param upper no value is above, or infinity
   * @param atoms values with a probability of their own, rising
   * @param curve of the others
   * @param weights of each atom, of all others, of missing values; need not sum to one
   */
  NumberMargin(
      double step, double lower, double upper, double[] atoms, ScoreCurve curve, double[] weights) {
    this.step = step;
    this.lower = lower;
    this.upper = upper;
    this.atoms = atoms;
    this.curve = curve;
    this.weights = weights;
    int count = atoms.length;
    this.from = new double[count + 1];
    this.to = new double[count + 1];
    double[] lengths = new double[count + 1];
    for (int i = 0; i <= count; i++) {
      from[i] = i == 0 ? Double.NEGATIVE_INFINITY : curve.score(atoms[i - 1] + step / 2);
      to[i] = i == count ? Double.POSITIVE_INFINITY : curve.score(atoms[i] - step / 2);
      lengths[i] = isEmpty(i) ? 0 : Math.max(StandardNormal.between(from[i], to[i]), LEAST_STRETCH);
    }
    double total = Arrays.stream(lengths).sum();
    double missing = weights[count + 1];
    double[] pieces = new double[2 * count + 1 + (missing > 0 ? 1 : 0)];
    for (int i = 0; i <= count; i++) {
      pieces[2 * i] = total == 0 ? 0 : weights[count] * lengths[i] / total;
      if (i < count) {
        pieces[2 * i + 1] = weights[i];
      }
    }
    if (missing > 0) {
      pieces[2 * count + 1] = missing;
    }
    this.partition = new Partition(pieces);
    double all = Arrays.stream(pieces).sum();
    this.scale = total == 0 ? 0 : weights[count] / total / all;
    this.logScale = Math.log(scale);
    this.plain = pieces.length == 1 && step == 0;
  }

  // Whether no possible value lies in a stretch.
  private boolean isEmpty(int stretch) {
    double left = stretch == 0 ? lower - step : atoms[stretch - 1];
    double right = stretch == atoms.length ? upper + step : atoms[stretch];
    if (step > 0) {
      return right - left < 1.5 * step;
    }
    return !(left < right);
  }

  double step() {
    return step;
  }

  /** Encodes one checked value; NaN is missing. */
  void encode(double x, Draws draws, long draw, int row, double[] scores, double[] logRatios) {
    if (plain) {
      double z = curve.score(x);
      scores[row] = z;
      logRatios[row] = curve.logSlope(x, z);
      return;
    }
    int piece = pieceOf(x);
    if ((piece & 1) == 1) {
      double z = partition.score(piece, draws.uniform(draw));
      scores[row] = z;
      logRatios[row] = Math.log(partition.weight(piece)) - StandardNormal.logDensity(z);
    } else if (step == 0) {
      double s = curve.score(x);
      double z = onLine(piece, s);
      scores[row] = z;
      logRatios[row] =
          logScale
              + curve.logSlope(x, s)
              + StandardNormal.logDensity(s)
              - StandardNormal.logDensity(z);
    } else {
      encodeWhole(piece, x, draws.uniform(draw), row, scores, logRatios);
    }
  }

  private void encodeWhole(
      int piece, double x, double share, int row, double[] scores, double[] logRatios) {
    double a = Math.max(curve.score(x - step / 2), from[piece / 2]);
    double b = Math.min(curve.score(x + step / 2), to[piece / 2]);
    double logMass;
    double z;
    if (isFirst(piece) && b < -FAR) {
      logMass = logBetween(a, b, x);
      z = farQuantile(a, b, share);
    } else if (isLast(piece) && a > FAR) {
      logMass = logBetween(-b, -a, x);
      z = -farQuantile(-b, -a, 1 - share);
    } else {
      double mass = scale * StandardNormal.between(a, b);
      logMass =
          b - a > 1e-7 && mass > 1e-290
              ? Math.log(mass)
              : a > 0 ? logBetween(-b, -a, x) : logBetween(a, b, x);
      z =
          StandardNormal.quantile(
              lowerMass(piece, a) + share * mass, upperMass(piece, b) + (1 - share) * mass);
    }
    z = partition.within(piece, z);
    scores[row] = z;
    logRatios[row] = logMass - StandardNormal.logDensity(z);
  }

  // log of the curve's mass between two scores in the lower tail, or in the mirrored upper one.
  private double logBetween(double a, double b, double x) {
    double logShare = StandardNormal.logBelow(a) - StandardNormal.logBelow(b);
    return logShare > -1e-7
        ? logDensityMass(x)
        : logScale + StandardNormal.logBelow(b) + Math.log(-Math.expm1(logShare));
  }

  // Where a step is too short to see on the curve: density times step.
  private double logDensityMass(double x) {
    double s = curve.score(x);
    return logScale + curve.logSlope(x, s) + StandardNormal.logDensity(s) + Math.log(step);
  }

  private double farQuantile(double a, double b, double share) {
    double logB = StandardNormal.logBelow(b);
    double ratio = Math.exp(StandardNormal.logBelow(a) - logB);
    return StandardNormal.quantileOfLog(logScale + logB + Math.log(ratio + share * (1 - ratio)));
  }

  /** The value that a score stands for; NaN for missing. */
  double decode(double z) {
    if (plain) {
      return bounded(curve.inverse(z), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
    int piece = partition.piece(z);
    int i = piece / 2;
    if ((piece & 1) == 1) {
      return i == atoms.length ? Double.NaN : atoms[i];
    }
    double s = Math.max(from[i], Math.min(onCurve(piece, z), to[i]));
    double x = curve.inverse(s);
    double left = i == 0 ? Double.NEGATIVE_INFINITY : atoms[i - 1];
    double right = i == atoms.length ? Double.POSITIVE_INFINITY : atoms[i];
    if (step > 0) {
      return bounded(Math.rint(x / step) * step, left + step, right - step);
    }
    return bounded(x, Math.nextUp(left), Math.nextDown(right));
  }

  private double bounded(double x, double left, double right) {
    return Math.max(Math.max(lower, left), Math.min(x, Math.min(upper, right))) + 0.0;
  }

  /** The scores of a checked value; NaN is missing. */
  Interval interval(double x) {
    if (plain) {
      double z = curve.score(x);
      return new Interval(z, z);
    }
    int piece = pieceOf(x);
    if ((piece & 1) == 1) {
      return partition.interval(piece);
    }
    if (step == 0) {
      double z = onLine(piece, curve.score(x));
      return new Interval(z, z);
    }
    double a = Math.max(curve.score(x - step / 2), from[piece / 2]);
    double b = Math.min(curve.score(x + step / 2), to[piece / 2]);
    double low = onLine(piece, a);
    return new Interval(low, Math.max(onLine(piece, b), Math.nextUp(low)));
  }

  /** Whether any value is an interval of scores. */
  boolean hasAtoms() {
    return !plain;
  }

  /** The possible value nearest to a number. */
  double nearest(double x) {
    double possible = step > 0 ? Math.rint(x / step) * step : x;
    return Math.max(lower, Math.min(possible, upper));
  }

  Optional<Interval> missingInterval() {
    return weights[atoms.length + 1] > 0
        ? Optional.of(partition.interval(2 * atoms.length + 1))
        : Optional.empty();
  }

  private int pieceOf(double x) {
    if (Double.isNaN(x)) {
      return 2 * atoms.length + 1;
    }
    int found = Arrays.binarySearch(atoms, x + 0.0); // −0 is 0
    return found >= 0 ? 2 * found + 1 : 2 * (-found - 1);
  }

  // From a score on the curve to one on the line.
  private double onLine(int piece, double s) {
    double z;
    if (isFirst(piece) && s < -FAR) {
      z = StandardNormal.quantileOfLog(logScale + StandardNormal.logBelow(s));
    } else if (isLast(piece) && s > FAR) {
      z = -StandardNormal.quantileOfLog(logScale + StandardNormal.logBelow(-s));
    } else {
      z = StandardNormal.quantile(lowerMass(piece, s), upperMass(piece, s));
    }
    return partition.within(piece, z);
  }

  // From a score on the line to one on the curve.
  private double onCurve(int piece, double z) {
    if (isFirst(piece) && z < -FAR) {
      double log = StandardNormal.logBelow(z) - logScale;
      if (log < -1) {
        return StandardNormal.quantileOfLog(log);
      }
    }
    if (isLast(piece) && z > FAR) {
      double log = StandardNormal.logBelow(-z) - logScale;
      if (log < -1) {
        return -StandardNormal.quantileOfLog(log);
      }
    }
    double left = (StandardNormal.below(z) - partition.below(piece)) / scale;
    double right = (StandardNormal.below(-z) - partition.above(piece)) / scale;
    return StandardNormal.quantile(
        Math.max(left, 0) + StandardNormal.below(from[piece / 2]),
        Math.max(right, 0) + StandardNormal.below(-to[piece / 2]));
  }

  private double lowerMass(int piece, double s) {
    return partition.below(piece) + scale * StandardNormal.between(from[piece / 2], s);
  }

  private double upperMass(int piece, double s) {
    return partition.above(piece) + scale * StandardNormal.between(s, to[piece / 2]);
  }

  private boolean isFirst(int piece) {
    return piece == 0;
  }

  private boolean isLast(int piece) {
    return piece == partition.size() - 1;
  }

  void writeTo(ObjectNode json) {
    json.put("step", step);
    EncoderJson.putFinite(json, "lower", lower);
    EncoderJson.putFinite(json, "upper", upper);
    EncoderJson.put(json, "atoms", atoms);
    EncoderJson.put(json, "weights", weights);
    EncoderJson.write(json.putObject("curve"), curve);
  }
}
