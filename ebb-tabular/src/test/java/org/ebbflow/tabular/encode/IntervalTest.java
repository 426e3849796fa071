package org.ebbflow.tabular.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalTest {
  @ParameterizedTest
  @CsvSource({
    "-Infinity, Infinity",
    "-1, 1",
    "-0.3, 2",
    "-Infinity, -3",
    "-37.2, -37.1",
    "-60, -50",
    "8, 9",
    "9, Infinity",
    "40, 41",
    "300, Infinity"
  })
  void theMiddleHasHalfOfTheMassOnEitherSide(double lower, double upper) {
    double middle = new Interval(lower, upper).middle();
    assertThat(middle).isFinite().isBetween(lower, upper);
    // The same by the mirrored interval, and on either side the same mass relative to the tail's.
    assertThat(new Interval(-upper, -lower).middle()).isCloseTo(-middle, within(1e-12));
    double a = lower + upper > 0 ? -upper : lower;
    double b = lower + upper > 0 ? -lower : upper;
    double m = lower + upper > 0 ? -middle : middle;
    double scale = StandardNormal.logBelow(b);
    double left =
        Math.exp(StandardNormal.logBelow(m) - scale) - Math.exp(StandardNormal.logBelow(a) - scale);
    double right = 1 - Math.exp(StandardNormal.logBelow(m) - scale);
    assertThat(left).isCloseTo(right, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({"9, Infinity, 1.1285884059538408e-19", "-Infinity, -9, 1.1285884059538408e-19"})
  void massesFarOutKeepTheirDigits(double lower, double upper, double expected) {
    assertThat(new Interval(lower, upper).mass() / expected).isCloseTo(1, within(1e-9));
  }
}
