package org.ebbflow.bench.toy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.ebbflow.data.Dataset;
import org.junit.jupiter.api.Test;

/** The plane's densities and what measures models against them. */
class PlaneTest {
  @Test
  void checkerboardFillsEightOfSixteenFields() {
    Dataset draws = PlaneDensity.CHECKERBOARD.sample(20_000, 1);
    int[] fields = new int[16];
    for (int i = 0; i < draws.rows(); i++) {
      int x = (int) Math.floor(draws.value(i, 0) / 3 + 2);
      int y = (int) Math.floor(draws.value(i, 1) / 3 + 2);
      fields[4 * y + x]++;
    }
    for (int field = 0; field < 16; field++) {
      boolean dark = (field / 4 + field % 4) % 2 == 0;
      assertThat(fields[field] / 20_000.0).isCloseTo(dark ? 1 / 8.0 : 0, within(0.01));
    }
  }

  @Test
  void sineAndSwirlFollowTheirCurves() {
    Dataset sine = PlaneDensity.SINE.sample(5_000, 1);
    double squares = 0;
    for (int i = 0; i < 5_000; i++) {
      double rest = sine.value(i, 1) / 4 - Math.sin(3 * sine.value(i, 0) / 4);
      squares += rest * rest / 5_000;
    }
    assertThat(Math.sqrt(squares)).isCloseTo(0.25, within(0.01));
    Dataset swirl = PlaneDensity.SWIRL.sample(5_000, 1);
    for (int i = 0; i < 5_000; i++) {
      double x = swirl.value(i, 0) * 3 / 2.5 - 1;
      double y = swirl.value(i, 1) * 3 / 2.5 - 2;
      assertThat(Math.hypot(x, y)).isLessThan(3 * Math.PI + Math.sqrt(0.5));
    }
  }

  @Test
  void equalSeedsGiveEqualDraws() {
    for (PlaneDensity density : PlaneDensity.values()) {
      assertThat(density.sample(50, 3, 0.1).fingerprint())
          .isEqualTo(density.sample(50, 3, 0.1).fingerprint())
          .isNotEqualTo(density.sample(50, 4, 0.1).fingerprint());
    }
  }

  @Test
  void parzenDensityOfOnePointIsNormal() {
    ParzenDensity one = new ParzenDensity(new double[][] {{1, -2}}, 0.5);
    double[] at = one.logDensityAndScore(new double[][] {{1.5, -2.25}})[0];
    double square = 0.25 + 0.0625;
    assertThat(at[0]).isCloseTo(-square / (2 * 0.25) - Math.log(2 * Math.PI * 0.25), within(1e-12));
    assertThat(at[1]).isCloseTo(-0.5 / 0.25, within(1e-12));
    assertThat(at[2]).isCloseTo(0.25 / 0.25, within(1e-12));
    // So far out that every kernel underflows, the logarithm does not.
    assertThat(one.logDensityAndScore(new double[][] {{1e3, 0}})[0][0]).isLessThan(-1e6).isFinite();
  }

  @Test
  void parzenScoreIsTheGradientAndItsMassIsOne() {
    ParzenDensity density = new ParzenDensity(new double[][] {{0, 0}, {1, 0.5}, {-1, 2}}, 0.4);
    double h = 1e-5;
    double[][] points = {
      {0.3, 0.2}, {0.3 + h, 0.2}, {0.3 - h, 0.2}, {0.3, 0.2 + h}, {0.3, 0.2 - h}
    };
    double[][] at = density.logDensityAndScore(points);
    assertThat(at[0][1]).isCloseTo((at[1][0] - at[2][0]) / (2 * h), within(1e-6));
    assertThat(at[0][2]).isCloseTo((at[3][0] - at[4][0]) / (2 * h), within(1e-6));
    HeatMap map = new HeatMap(5, 200);
    double[][] grid = new double[40_000][2];
    Dataset centres = map.grid();
    Arrays.setAll(grid, i -> new double[] {centres.value(i, 0), centres.value(i, 1)});
    double[] values =
        Arrays.stream(density.logDensityAndScore(grid)).mapToDouble(v -> Math.exp(v[0])).toArray();
    assertThat(map.integral(values)).isCloseTo(1, within(1e-6));
    double[][] draws = density.sample(20_000, 1);
    assertThat(Arrays.stream(draws).mapToDouble(x -> x[1]).average().orElseThrow())
        .isCloseTo(2.5 / 3, within(0.03));
  }

  @Test
  void heatMapShowsUpAsUp() {
    HeatMap map = new HeatMap(1, 3);
    Dataset grid = map.grid();
    assertThat(grid.value(0, 0)).isCloseTo(-2 / 3.0, within(1e-12));
    assertThat(grid.value(0, 1)).isCloseTo(2 / 3.0, within(1e-12));
    double[] values = new double[9];
    values[2] = 5;
    var image = map.image(values, 5);
    assertThat(image.getRGB(2, 0) & 0xff0000).isGreaterThan(image.getRGB(0, 2) & 0xff0000);
  }
}
