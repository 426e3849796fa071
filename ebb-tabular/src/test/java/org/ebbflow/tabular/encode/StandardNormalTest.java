package org.ebbflow.tabular.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StandardNormalTest {
  @Test
  void tailsAreTwoSidedBelowAnEndToo() {
    double end = NormalScores.quantile(0.8);
    for (double out : new double[] {0.3, 0.02, 1e-6, 1e-12}) {
      double low = NormalScores.quantile(0.8 * out);
      double high = NormalScores.quantile(0.8 * (1 - out));
      double wanted = Math.log(2 * out);
      assertThat(NormalScores.logTwoSided(low, end)).isCloseTo(wanted, within(1e-9));
      assertThat(NormalScores.logTwoSided(high, end)).isCloseTo(wanted, within(1e-3));
    }
    assertThat(NormalScores.logTwoSided(Math.nextDown(end), end)).isBetween(-40.0, -30.0);
    assertThat(NormalScores.logTwoSided(NormalScores.quantile(0.4), end))
        .isCloseTo(0, within(1e-12));
    assertThat(NormalScores.logTwoSided(-2, Double.POSITIVE_INFINITY))
        .isCloseTo(NormalScores.logTwoSided(-2), within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.5",
    "1, 0.15865525393145705",
    "5, 2.866515718791939e-07",
    "8, 6.220960574271784e-16",
    "20, 2.7536241186062337e-89",
    "30, 4.906713927148187e-198"
  })
  void lowerTailHasKnownValues(double x, double expected) {
    assertThat(StandardNormal.below(-x) / expected).isCloseTo(1, within(1e-13));
    assertThat(StandardNormal.logBelow(-x)).isCloseTo(Math.log(expected), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-9, 0.3, 1, 2.5, 7.99, 8.01, 12, 37, 300, 1e4, 1e8})
  void quantileGoesBack(double x) {
    double back = StandardNormal.quantileOfLog(StandardNormal.logBelow(-x));
    assertThat(back).isCloseTo(-x, within(1e-14 * (1 + x)));
  }

  @Test
  void millsRatioIsContinuousAcrossNodesAndIntoTheContinuedFraction() {
    for (double x = 1.0 / 16; x < 12.5; x += 1.0 / 8) {
      double left = StandardNormal.mills(Math.nextDown(x));
      assertThat(StandardNormal.mills(x) / left).isCloseTo(1, within(1e-13));
    }
    assertThat(StandardNormal.mills(12) / StandardNormal.mills(Math.nextDown(12.0)))
        .isCloseTo(1, within(1e-13));
  }

  @Test
  void densityIsTheDerivative() {
    for (double x = -6; x <= 6; x += 0.37) {
      double h = 1e-4;
      double slope = StandardNormal.between(x - h, x + h) / (2 * h);
      assertThat(slope / StandardNormal.density(x)).isCloseTo(1, within(1e-6));
    }
  }
}
