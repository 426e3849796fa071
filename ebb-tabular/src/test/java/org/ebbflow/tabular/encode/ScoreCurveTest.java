package org.ebbflow.tabular.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScoreCurveTest {
  private static final double NONE = Double.POSITIVE_INFINITY;

  @ParameterizedTest
  @EnumSource
  void heldOutLikelihoodIsNearTheTruth(Distributions distribution) {
    ScoreCurve curve = fit(distribution.sample(10_000, 1), -NONE, NONE);
    double[] fresh = distribution.sample(40_000, 2);
    double loss = 0;
    for (double x : fresh) {
      loss += distribution.logDensity(x) - logDensity(curve, x);
    }
    assertThat(loss / fresh.length).isBetween(-0.002, 0.015);
  }

  @ParameterizedTest
  @EnumSource
  void scoresRiseAndGoBack(Distributions distribution) {
    double[] sample = distribution.sample(2_000, 3);
    ScoreCurve curve = fit(sample, -NONE, NONE);
    double before = Double.NEGATIVE_INFINITY;
    for (double x : sample) {
      double score = curve.score(x);
      assertThat(score).isGreaterThanOrEqualTo(before);
      assertThat(curve.inverse(score)).isCloseTo(x, within(1e-9 * (1 + Math.abs(x))));
      before = score;
    }
    for (double score = -30; score < 30; score += 0.037) {
      assertThat(curve.score(curve.inverse(score))).isCloseTo(score, within(1e-7));
    }
  }

  @ParameterizedTest
  @EnumSource
  void slopeIsTheDerivative(Distributions distribution) {
    ScoreCurve curve = fit(distribution.sample(1_000, 4), -NONE, NONE);
    for (double score = -7; score < 7; score += 0.0913) {
      double x = curve.inverse(score);
      double h = 1e-6 * Math.exp(-curve.logSlope(x, score));
      double slope = (curve.score(x + h) - curve.score(x - h)) / (2 * h);
      assertThat(curve.logSlope(x, score)).isCloseTo(Math.log(slope), within(2e-3));
    }
  }

  @ParameterizedTest
  @EnumSource
  void densityIsContinuousAndIntegratesToOne(Distributions distribution) {
    ScoreCurve curve = fit(distribution.sample(1_000, 5), -NONE, NONE);
    for (double knot : curve.knots()) {
      double step = 1e-9 * (1 + Math.abs(knot));
      assertThat(logDensity(curve, knot - step))
          .isCloseTo(logDensity(curve, knot + step), within(1e-3));
    }
    // Trapezoids between points that are even in the score.
    double mass = 0;
    double left = curve.inverse(-9);
    for (int i = 1; i <= 40_000; i++) {
      double right = curve.inverse(-9 + 18.0 * i / 40_000);
      mass +=
          (right - left)
              * (Math.exp(logDensity(curve, left)) + Math.exp(logDensity(curve, right)))
              / 2;
      left = right;
    }
    assertThat(mass).isCloseTo(1, within(1e-4));
  }

  @Test
  void everyDoubleHasAFiniteScoreThatGoesBack() {
    ScoreCurve curve = fit(Distributions.NORMAL.sample(5_000, 6), -NONE, NONE);
    for (double x : new double[] {1e300, 1e10, 50, -9, -1e12, -1e300}) {
      double score = curve.score(x);
      assertThat(score).isBetween(-300.0, 300.0);
      assertThat(curve.inverse(score) / x).isCloseTo(1, within(1e-8));
      assertThat(curve.logSlope(x, score)).isFinite();
    }
    assertThat(curve.score(Double.MAX_VALUE)).isFinite();
    assertThat(curve.inverse(curve.score(Double.MIN_VALUE))).isCloseTo(0, within(1e-15));
    assertThat(curve.inverse(1e6)).isFinite();
    assertThat(curve.inverse(-1e200)).isFinite();
  }

  @Test
  void boundsAreKept() {
    double[] sample = Distributions.EXPONENTIAL.sample(10_000, 7);
    ScoreCurve curve = fit(sample, 0, NONE);
    assertThat(curve.inverse(-40)).isBetween(0.0, 1e-6);
    assertThat(curve.inverse(-1e9)).isEqualTo(0);
    assertThat(curve.score(0)).isFinite();
    assertThat(logDensity(curve, 1e-4)).isCloseTo(0, within(0.5));
    ScoreCurve box = fit(Distributions.UNIFORM.sample(10_000, 8), 0, 1);
    assertThat(box.inverse(1e9)).isEqualTo(1);
    double loss = 0;
    double[] fresh = Distributions.UNIFORM.sample(20_000, 9);
    for (double x : fresh) {
      loss -= logDensity(box, x);
    }
    assertThat(loss / fresh.length).isBetween(-0.002, 0.01);
  }

  @Test
  void oddSamplesStillMakeACurve() {
    Random random = new Random(10);
    double[] rounded =
        IntStream.range(0, 3_000).mapToDouble(i -> Math.rint(20 * random.nextGaussian())).toArray();
    double[][] samples = {
      {3},
      {3, 3, 3},
      {0},
      {1, 2},
      {-1e300, 1e300},
      {1e-310, 2e-310, 3e-310},
      rounded,
      IntStream.range(0, 500).mapToDouble(i -> i < 480 ? 1 : i).toArray()
    };
    for (double[] sample : samples) {
      ScoreCurve curve = fit(sample, -NONE, NONE);
      double before = Double.NEGATIVE_INFINITY;
      for (double x : new double[] {-1e300, -5, 0, 1, 2, 3, 4, 100, 1e300}) {
        double score = curve.score(x);
        assertThat(score).as("%s of %s", x, Arrays.toString(curve.knots())).isFinite();
        assertThat(score).isGreaterThanOrEqualTo(before);
        assertThat(curve.logSlope(x, score)).isFinite();
        before = score;
      }
    }
  }

  private static ScoreCurve fit(double[] sample, double lower, double upper) {
    Arrays.sort(sample);
    return ScoreCurve.fit(sample, lower, upper);
  }

  private static double logDensity(ScoreCurve curve, double x) {
    double score = curve.score(x);
    return curve.logSlope(x, score) + StandardNormal.logDensity(score);
  }
}
