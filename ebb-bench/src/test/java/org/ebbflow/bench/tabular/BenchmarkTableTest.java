package org.ebbflow.bench.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.LogLikelihood;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The customary preparation of tables; on the raw files themselves with -Debb.data=FOLDER. */
class BenchmarkTableTest {
  @TempDir Path temp;

  @Test
  void powerDropsGapsAddsNoiseAndStandardises() throws IOException {
    StringBuilder text =
        new StringBuilder("date,time,active,reactive,voltage,intensity,one,two,three\n");
    Random random = new Random(1);
    for (int i = 0; i < 400; i++) {
      text.append(
          i % 100 == 7
              ? "2006-12-16,17:24:00,,,,,,,\n"
              : String.format(
                  Locale.ROOT,
                  "2006-12-16,%02d:%02d:00,%.3f,0.4,%.2f,18.4,%d,%d,%d%n",
                  i / 60,
                  i % 60,
                  random.nextDouble() * 5,
                  230 + random.nextDouble() * 10,
                  random.nextInt(3),
                  random.nextInt(3),
                  random.nextInt(18)));
    }
    Path file = Files.writeString(temp.resolve("power.csv"), text);
    BenchmarkTable table = BenchmarkTable.power("power", file, 1);
    assertThat(table.test().rows()).isEqualTo(39); // of 396 whole rows
    assertThat(table.rows().validation().rows()).isEqualTo(35);
    assertThat(table.rows().train().rows()).isEqualTo(322);
    assertThat(table.test().columns()).isEqualTo(6);
    assertStandardised(table);
    assertThatThrownBy(
            () ->
                BenchmarkTable.inOrder("short", Files.writeString(temp.resolve("s.csv"), "1,2\n")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 rows");
  }

  private static void assertStandardised(BenchmarkTable table) {
    Dataset train = table.rows().train();
    Dataset validation = table.rows().validation();
    int n = train.rows() + validation.rows();
    for (int column = 0; column < train.columns(); column++) {
      double mean = 0;
      double square = 0;
      for (Dataset part : new Dataset[] {train, validation}) {
        for (int row = 0; row < part.rows(); row++) {
          mean += part.value(row, column) / n;
          square += part.value(row, column) * part.value(row, column) / n;
        }
      }
      assertThat(mean).isCloseTo(0, within(1e-9));
      assertThat(square).isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void patchesLoseTheirMeanAndTheLastPixel() {
    byte[] bytes = new byte[2 * 4];
    bytes[0] = (byte) 200;
    bytes[7] = 100;
    Dataset rows = BenchmarkTable.withoutMean(Dataset.ofBytes(bytes, 2, 4), 3);
    assertThat(rows.columns()).isEqualTo(3);
    // With noise of less than one grey level: (200 − 50)/256, and −25/256 for the dark ones.
    assertThat(rows.value(0, 0)).isCloseTo(150.5 / 256, within(1.0 / 256));
    assertThat(rows.value(1, 0)).isCloseTo(-25.0 / 256, within(1.0 / 256));
  }

  @Test
  void aMixtureFindsItsOwnDensity() {
    Random random = new Random(2);
    double[][] rows = new double[4000][2];
    double[] truth = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      boolean left = random.nextInt(4) == 0;
      double x = random.nextGaussian();
      double y = random.nextGaussian();
      rows[i][0] = left ? -3 + 0.5 * x : 2 + x;
      rows[i][1] = left ? y : x + 0.5 * y;
      truth[i] =
          Math.log(
              0.25 * normal((rows[i][0] + 3) / 0.5, rows[i][1], 0.5)
                  + 0.75 * normal(rows[i][0] - 2, (rows[i][1] - rows[i][0] + 2) / 0.5, 0.5));
    }
    Dataset data = Dataset.of(rows);
    double expected = LogLikelihood.summarise(truth, 2).nll();
    GaussianMixture two = GaussianMixture.fit(data, 2, 60, 1);
    assertThat(LogLikelihood.summarise(two.logProb(data), 2).nll())
        .isCloseTo(expected, within(0.01));
    assertThat(two.parameters()).isEqualTo(11);
    GaussianMixture one = GaussianMixture.fit(data, 1, 1, 1);
    assertThat(LogLikelihood.summarise(one.logProb(data), 2).nll()).isGreaterThan(expected + 0.3);
  }

  private static double normal(double x, double y, double scale) {
    return Math.exp(-0.5 * (x * x + y * y)) / (2 * Math.PI * scale);
  }

  @Test
  void rawFilesGiveTheKnownFloors() {
    String folder = System.getProperty("ebb.data");
    Assumptions.assumeTrue(folder != null, "no -Debb.data=FOLDER with uci/: skipped");
    Path uci = Path.of(folder, "uci");
    BenchmarkTable power =
        BenchmarkTable.power("power", uci.resolve("power_household_first_rows.csv.gz"), 42);
    assertThat(gaussian(power)).isCloseTo(7.78, within(0.3));
    BenchmarkTable boone =
        BenchmarkTable.inOrder("boone", uci.resolve("miniboone_maf_first_rows.csv.gz"));
    assertThat(boone.test().columns()).isEqualTo(43);
    assertThat(boone.test().rows()).isEqualTo(152);
    assertStandardised(boone);
    BenchmarkTable patches = BenchmarkTable.patches("bsds300", uci.resolve("bsds300"), 42);
    assertThat(patches.rows().train().rows()).isEqualTo(300_000);
    assertThat(gaussian(patches)).isCloseTo(-96.85, within(0.6));
  }

  private static double gaussian(BenchmarkTable table) {
    GaussianMixture floor = GaussianMixture.fit(table.rows().train(), 1, 1, 1);
    return LogLikelihood.summarise(floor.logProb(table.test()), table.test().columns()).nll();
  }
}
