package org.ebbflow.bench.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.ebbflow.bench.jko.JkoTabularExperiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small raw files in the format of the published ones. */
class UciTableTest {
  @TempDir Path temp;

  private final Random random = new Random(3);

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6e", value);
  }

  /** Sensors 1, 2 and 3 all but equal, 5 the opposite of 4, the others apart. */
  private Path gas(int rows) throws IOException {
    StringBuilder text =
        new StringBuilder(
            "Time (seconds), CO conc (ppm), Ethylene conc (ppm), sensor readings (16 channels)\n");
    for (int i = 0; i < rows; i++) {
      double[] sensors = random.doubles(16, 0, 1000).toArray();
      sensors[1] = sensors[0] + random.nextDouble();
      sensors[2] = 3 * sensors[0] + random.nextDouble();
      sensors[4] = -sensors[3];
      sensors[15] = i;
      text.append(String.format(Locale.ROOT, "%.2f   0.00   0.00  ", 0.01 * i));
      for (double sensor : sensors) {
        text.append(String.format(Locale.ROOT, " %.2f", sensor));
      }
      text.append('\n');
    }
    return Files.writeString(temp.resolve("ethylene_CO.txt"), text);
  }

  @Test
  void gasIsAQuarterOfTheRowsWithoutColumnsThatSayTheSame() throws IOException {
    Path file = gas(4001);
    BenchmarkTable table = UciTable.gas("gas", file, 42);
    // 1, 2 and 3 say the same, and the first two of them go; negative correlations are kept.
    assertThat(table.test().columns()).isEqualTo(14);
    assertThat(table.test().rows()).isEqualTo(100);
    assertThat(table.rows().validation().rows()).isEqualTo(90);
    assertThat(table.rows().train().rows()).isEqualTo(810);
    // Sensors 4 and 5, second and third now; the last grows with time, but rows are in no order.
    Dataset train = table.rows().train();
    int rising = 0;
    for (int i = 0; i < train.rows(); i++) {
      assertThat(train.value(i, 1)).isCloseTo(-train.value(i, 2), within(1e-9));
      rising += i > 0 && train.value(i, 13) > train.value(i - 1, 13) ? 1 : 0;
    }
    assertThat(rising).isBetween(300, 510);
    assertStandardised(train, table.rows().validation(), table.test());
    assertThat(UciTable.gas("gas", file, 42).test().fingerprint())
        .isEqualTo(table.test().fingerprint());
    assertThat(UciTable.gas("gas", file, 43).test().fingerprint())
        .isNotEqualTo(table.test().fingerprint());
  }

  private static void assertStandardised(Dataset... parts) {
    for (int column = 0; column < parts[0].columns(); column++) {
      double mean = 0;
      double square = 0;
      int n = 0;
      for (Dataset part : parts) {
        for (int row = 0; row < part.rows(); row++) {
          mean += part.value(row, column);
          square += part.value(row, column) * part.value(row, column);
          n++;
        }
      }
      assertThat(mean / n).isCloseTo(0, within(1e-9));
      assertThat(square / n).isCloseTo(1, within(1e-9));
    }
  }

  /** Column 8's smallest value occurs six times, column 9's five times; 10's largest often. */
  private String boone(int signals, int written) {
    StringBuilder text = new StringBuilder(String.format(" %d %d%n", signals, 5));
    for (int i = 0; i < written; i++) {
      for (int j = 0; j < 50; j++) {
        double value = j == 0 ? i + 1 : random.nextDouble() + 1;
        if (j == 7 && i < 6 || j == 8 && i < 5) {
          value = 0;
        }
        if (j == 9 && i < 50) {
          value = 7;
        }
        text.append("  ").append(number(i == 20 ? -999 : value));
      }
      text.append('\n');
    }
    return text.toString();
  }

  @Test
  void minibooneKeepsTheSignalInOrder() throws IOException {
    Path file = temp.resolve("MiniBooNE_PID.txt.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(boone(201, 206).getBytes(StandardCharsets.UTF_8));
    }
    BenchmarkTable table = UciTable.miniboone("miniboone", file);
    assertThat(table.test().columns()).isEqualTo(49);
    assertThat(table.test().rows()).isEqualTo(20);
    assertThat(table.rows().validation().rows()).isEqualTo(18);
    assertThat(table.rows().train().rows()).isEqualTo(162);
    assertStandardised(table.rows().train(), table.rows().validation());
    // The first column counts the events: in order, without the 21st and the background.
    double step = table.test().value(19, 0) - table.test().value(18, 0);
    double last = table.test().value(19, 0);
    assertThat((last - table.rows().train().value(0, 0)) / step).isCloseTo(200, within(1e-6));
    assertThat((last - table.rows().train().value(19, 0)) / step).isCloseTo(181, within(1e-6));
    assertThat((last - table.rows().train().value(20, 0)) / step).isCloseTo(179, within(1e-6));
  }

  private Path hepmass(String name, int rows, boolean longer) throws IOException {
    StringBuilder text = new StringBuilder("# label");
    for (int j = 0; j < 27; j++) {
      text.append(",f").append(j);
    }
    text.append(longer ? ",mass\n" : "\n");
    for (int i = 0; i < rows; i++) {
      text.append(i % 2 == 0 ? "1.000000000000000000e+00" : "0.000000000000000000e+00");
      for (int j = 0; j < 27; j++) {
        // Two columns of two values each, and one that tells the rows of one label apart.
        double value = j == 3 || j == 7 ? random.nextInt(2) : random.nextGaussian();
        text.append(',').append(number(j == 0 ? i : value));
      }
      text.append(longer ? ",1.000000000000000000e+03\n" : "\n");
    }
    return Files.writeString(temp.resolve(name), text);
  }

  @Test
  void hepmassKeepsOneLabelAndNoDiscreteColumn() throws IOException {
    BenchmarkTable table =
        UciTable.hepmass(
            "hepmass", hepmass("1000_train.csv", 400, false), hepmass("1000_test.csv", 100, true));
    assertThat(table.test().columns()).isEqualTo(25);
    assertThat(table.test().rows()).isEqualTo(50);
    assertThat(table.rows().train().rows()).isEqualTo(180);
    assertThat(table.rows().validation().rows()).isEqualTo(20);
    assertStandardised(table.rows().train(), table.rows().validation());
    // Scaled as the file for training is: its rows 0, 2, 4 … are those of the other, too.
    for (int i = 0; i < 50; i++) {
      assertThat(table.test().value(i, 0)).isEqualTo(table.rows().train().value(i, 0));
    }
  }

  @Test
  void otherFilesAreRefusedByLine() throws IOException {
    Path short_ = Files.writeString(temp.resolve("short.txt"), boone(30, 10));
    assertThatThrownBy(() -> UciTable.miniboone("m", short_))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("10 of the 30 signal events");
    Path processed = Files.writeString(temp.resolve("boone.csv"), "0.1,0.2,0.3\n0.1,0.2,0.3\n");
    assertThatThrownBy(() -> UciTable.miniboone("m", processed))
        .hasMessageContaining("boone.csv does not count");
    Path narrow = Files.writeString(temp.resolve("gas.txt"), "time\n1 2 3\n1 2 3\n1 2 3\n");
    assertThatThrownBy(() -> UciTable.gas("g", narrow, 1))
        .hasMessageContaining("gas.txt has 3 numbers, not 19");
    Path words = Files.writeString(temp.resolve("h.csv"), "a\n1" + ",x".repeat(27) + "\n");
    assertThatThrownBy(() -> UciTable.hepmass("h", words, words))
        .hasMessageContaining("'x' in line 2 of");
    Path none = Files.writeString(temp.resolve("n.csv"), "a\n0" + ",1".repeat(27) + "\n");
    assertThatThrownBy(() -> UciTable.hepmass("h", none, none))
        .hasMessageContaining("n.csv has no rows to keep");
  }

  @Test
  void anExperimentHasCellsForTheRawFilesThatAreThere() throws IOException {
    JkoTabularExperiment experiment = new JkoTabularExperiment();
    Setup setup = new Setup(false, temp, 1, 1, 0);
    assertThat(experiment.cells(setup))
        .noneMatch(cell -> cell.name().matches("(gas|power|miniboone|hepmass)-jko"));
    Path uci = Files.createDirectories(temp.resolve("uci/hepmass")).getParent();
    Files.createFile(uci.resolve("hepmass/1000_train.csv"));
    Files.createFile(uci.resolve("ethylene_CO.txt.gz"));
    assertThat(experiment.cells(setup))
        .anyMatch(cell -> cell.name().equals("gas-jko"))
        .noneMatch(cell -> cell.name().startsWith("hepmass"));
    Files.createFile(uci.resolve("hepmass/1000_test.csv"));
    Files.createFile(uci.resolve("MiniBooNE_PID.txt"));
    Files.createFile(uci.resolve("household_power_consumption.txt"));
    assertThat(experiment.cells(setup).stream().map(cell -> cell.name()))
        .containsSubsequence("power-jko", "gas-jko", "miniboone-jko", "hepmass-jko");
  }
}
