package org.ebbflow.tabular.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TailTest {
  private static final double NONE = Double.POSITIVE_INFINITY;

  static Stream<Tail> tails() {
    return Stream.of(
        new Tail(-1, 2, NONE),
        new Tail(-0.4, 1e-3, NONE),
        new Tail(0, 1, NONE),
        new Tail(0.3, 5, NONE),
        new Tail(2, 1e6, NONE),
        new Tail(0.5, 3, 4),
        new Tail(2, 1e-2, 4));
  }

  @ParameterizedTest
  @MethodSource("tails")
  void densityIsTheDerivativeOfTheMass(Tail tail) {
    double most = tail.length() < NONE ? 6 : 12; // nearer to a bound, y has no digits left
    for (double e = 0.01; e < most; e += 0.173) {
      double y = tail.distance(e);
      double h = 1e-5 * Math.min(y, tail.length() - y);
      double slope = (Math.exp(-tail.exponent(y - h)) - Math.exp(-tail.exponent(y + h))) / (2 * h);
      assertThat(Math.log(slope)).isCloseTo(-tail.negativeLogDensity(y), within(1e-4));
    }
  }

  @ParameterizedTest
  @MethodSource("tails")
  void distanceGoesBackAndRises(Tail tail) {
    double most = tail.length() < NONE ? 8 : 25;
    double before = -1;
    for (double e = 0; e < most; e += 0.31) {
      double y = tail.distance(e);
      assertThat(y).isGreaterThan(before).isLessThanOrEqualTo(tail.length());
      assertThat(tail.exponent(y)).isCloseTo(e, within(1e-9 * (1 + e)));
      before = y;
    }
  }

  @Test
  void lightTailsReachEveryDouble() {
    Tail uniform = new Tail(-1, 1, NONE);
    double exponent = uniform.exponent(1e308);
    assertThat(exponent).isFinite();
    assertThat(uniform.distance(exponent) / 1e308).isCloseTo(1, within(1e-9));
  }

  @Test
  void fitFindsTheShape() {
    Random random = new Random(3);
    for (double shape : new double[] {-0.5, 0, 0.5, 1}) {
      Tail truth = new Tail(shape, 2, NONE);
      double[] sample =
          IntStream.range(0, 900)
              .mapToDouble(i -> truth.distance(-Math.log(1 - random.nextDouble())))
              .toArray();
      Tail fitted = Tail.fit(sample, 1, NONE);
      assertThat(fitted.shape()).isCloseTo(shape, within(0.25));
      assertThat(fitted.scale()).isCloseTo(2, within(0.5));
    }
  }

  @Test
  void boundedTailsEndAtTheBound() {
    Random random = new Random(4);
    double[] uniform = IntStream.range(0, 500).mapToDouble(i -> random.nextDouble()).toArray();
    Tail fitted = Tail.fit(uniform, 1, 1);
    assertThat(fitted.distance(1e9)).isEqualTo(1);
    assertThat(-fitted.negativeLogDensity(0.5)).isCloseTo(0, within(0.2));
  }
}
