package org.ebbflow.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * CSV files of people: a key, two numbers that go together, whole numbers, truth values, a category
 * that depends on a number, and gaps.
 */
final class MixedTables {
  static final String HEADER = "id,height,weight,children,member,city";

  private MixedTables() {}

  /** Rows as text without the header; {@code shift} is added to the weights. */
  static List<String> rows(int count, long seed, double shift) {
    Random random = new Random(seed);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double a = random.nextGaussian();
      double b = 0.9 * a + Math.sqrt(1 - 0.81) * random.nextGaussian();
      String weight =
          random.nextInt(12) == 0 ? "" : String.format(Locale.ROOT, "%.3f", 70 + 9 * b + shift);
      String city =
          a + 0.4 * random.nextGaussian() > 0.3 ? "Bern" : random.nextInt(3) == 0 ? "Ulm" : "Graz";
      rows.add(
          String.format(
              Locale.ROOT,
              "p%d,%.3f,%s,%d,%s,%s",
              i,
              170 + 10 * a,
              weight,
              Math.min(4, (int) Math.abs(1.5 * random.nextGaussian())),
              random.nextInt(4) == 0,
              city));
    }
    return rows;
  }

  static Path write(Path file, List<String> rows) throws IOException {
    return Files.writeString(file, HEADER + "\n" + String.join("\n", rows) + "\n");
  }

  static Path write(Path file, int count, long seed) throws IOException {
    return write(file, rows(count, seed, 0));
  }

  /** The words of a fit of a Gaussian, the quickest model. */
  static Object[] fit(Path data, Path model) {
    return new Object[] {
      "fit", "--data", data, "--candidates", "gaussian", "--steps", 100, "--out", model
    };
  }
}
