package org.ebbflow.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.Entry;
import org.ebbflow.tabular.select.FitListener;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How strange rows are, by one density and by two. */
class CalibrationTest {
  private static final List<Entry> NO_RACE = List.of();

  @TempDir Path temp;

  @Test
  void exponentsOfDensityAndMarginsAddUp() {
    double[] densities = IntStream.range(0, 99).mapToDouble(i -> i).toArray();
    double[] tails = IntStream.range(0, 99).mapToDouble(i -> -2 * i).toArray();
    Calibration calibration = new Calibration(new double[][] {densities}, tails, NO_RACE);
    double[] strangeness = calibration.strangeness(new double[][] {{49}}, new double[] {-98});
    // 50 of 99 held-out rows are as unlikely, and 50 as far out.
    assertThat(strangeness[0]).isCloseTo(-2 * Math.log(51.0 / 100), within(1e-12));
  }

  @Test
  void impossibleRowsAreTheStrangest() {
    double[] densities = IntStream.range(0, 99).mapToDouble(i -> i).toArray();
    Calibration calibration = new Calibration(new double[][] {densities}, densities, NO_RACE);
    double[] exponents =
        calibration.ofDensities(new double[][] {{Double.NEGATIVE_INFINITY, -1e300}});
    assertThat(exponents[0]).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(exponents[1]).isGreaterThan(1e290);
    assertThat(calibration.pValues(exponents)).containsExactly(0, 0);
  }

  @Test
  void ofTwoDensitiesTheStrangerCounts() {
    Random random = new Random(1);
    double[][] heldOut = {random.doubles(499).toArray(), random.doubles(499, 3, 7).toArray()};
    double[] tails = random.doubles(499).toArray();
    Calibration both = new Calibration(heldOut, tails, NO_RACE);
    double[] tail = {0.9};
    // The unlikeliest value of the one with the likeliest of the other, either way round.
    double least = Arrays.stream(heldOut[0]).min().orElseThrow();
    double first = both.strangeness(new double[][] {{least}, {7}}, tail)[0];
    least = Arrays.stream(heldOut[1]).min().orElseThrow();
    double second = both.strangeness(new double[][] {{1}, {least}}, tail)[0];
    double neither = both.strangeness(new double[][] {{1}, {7}}, tail)[0];
    assertThat(first).isCloseTo(second, within(0.5)).isGreaterThan(neither + 4);
    // Against held-out rows it is calibrated anew: being the stranger of two is not strange.
    double[] p = both.pValues(both.strangeness(heldOut, tails));
    assertThat(Arrays.stream(p).average().orElseThrow()).isCloseTo(0.5, within(0.01));
    double[] densityAlone = both.strangeness(heldOut, new double[499]);
    double[] exponents = Arrays.stream(densityAlone).map(t -> Math.exp(-t)).toArray();
    assertThat(Arrays.stream(exponents).average().orElseThrow()).isCloseTo(0.5, within(0.02));
  }

  /** Points on a circle, which no normal distribution describes. */
  private static Table circle(int n, long seed) {
    Random random = new Random(seed);
    double[] angles = random.doubles(n, 0, 2 * Math.PI).toArray();
    return Table.of(
        Column.numbers(
            "x",
            Arrays.stream(angles).map(a -> Math.cos(a) + 0.1 * random.nextGaussian()).toArray()),
        Column.numbers(
            "y",
            Arrays.stream(angles).map(a -> Math.sin(a) + 0.1 * random.nextGaussian()).toArray()));
  }

  @Test
  void racesKeepTheNormalDistributionThatWasBeaten() throws Exception {
    Path folder = temp.resolve("model");
    Table table = circle(600, 1);
    FitOptions options = FitOptions.defaults().withSteps(40);
    TabularModel model =
        new TabularFit(table, Schema.infer(table), options, "circle", folder, FitListener.SILENT)
            .run()
            .orElseThrow();
    assertThat(model.calibration().best().name()).isNotEqualTo("gaussian");
    assertThat(Objects.requireNonNull(model.floor()).parameterCount())
        .isLessThan(model.density().parameterCount());

    Table fresh = circle(500, 2);
    Scores before = model.score(fresh);
    double[] p = before.pValues();
    assertThat(Arrays.stream(p).average().orElseThrow()).isCloseTo(0.5, within(0.1));
    // The middle is where a normal distribution is densest, and the circle is not.
    double[] middle = {0};
    Scores inMiddle =
        model.score(Table.of(Column.numbers("x", middle), Column.numbers("y", middle)));
    // It is strange as a pair of numbers, and each of them is not.
    double density = inMiddle.strangenessByDensity()[0];
    double margins = inMiddle.strangenessByMargins()[0];
    assertThat(density).isGreaterThan(2);
    assertThat(margins).isBetween(0.0, 0.5);
    assertThat(inMiddle.strangeness()[0]).isEqualTo(density + margins);
    assertThat(inMiddle.logDensities()[0])
        .isLessThan(Arrays.stream(before.logDensities()).average().orElseThrow());

    assertThat(model.explain(fresh, new int[0], 2)).isEmpty();

    Scores after = TabularModel.load(folder).score(fresh);
    assertThat(after.logDensities()).isEqualTo(before.logDensities());
    assertThat(after.strangeness()).isEqualTo(before.strangeness());
    assertThat(after.pValues()).isEqualTo(p);

    Files.delete(folder.resolve("floor").resolve("model.safetensors"));
    assertThatThrownBy(() -> TabularModel.load(folder))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("floor");
  }
}
