package org.ebbflow.cli;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/** Files to fit to: a correlated Gaussian of known density, and small images. */
final class Samples {
  static final String HEADER = "height,weight,age";
  static final double[] MEAN = {170, 70, 40};

  /** Cholesky factor of the covariance, lower triangular. */
  static final double[][] FACTOR = {{10, 0, 0}, {6, 5, 0}, {-3, 4, 8}};

  private Samples() {}

  static Path gaussian(Path file, int rows, long seed) throws IOException {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(HEADER + "\n");
    for (int i = 0; i < rows; i++) {
      double[] z = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
      for (int j = 0; j < 3; j++) {
        double x = MEAN[j];
        for (int k = 0; k <= j; k++) {
          x += FACTOR[j][k] * z[k];
        }
        text.append(String.format(Locale.ROOT, j == 0 ? "%.6f" : ",%.6f", x));
      }
      text.append('\n');
    }
    return Files.writeString(file, text);
  }

  /** Minus the mean log-density of rows under the Gaussian they were drawn from. */
  static double trueNll(List<double[]> rows) {
    double sum = 0;
    for (double[] row : rows) {
      double[] z = new double[3];
      for (int j = 0; j < 3; j++) {
        double rest = row[j] - MEAN[j];
        for (int k = 0; k < j; k++) {
          rest -= FACTOR[j][k] * z[k];
        }
        z[j] = rest / FACTOR[j][j];
        sum += 0.5 * z[j] * z[j] + Math.log(FACTOR[j][j]) + 0.5 * Math.log(2 * Math.PI);
      }
    }
    return sum / rows.size();
  }

  static double covariance(int i, int j) {
    double sum = 0;
    for (int k = 0; k < 3; k++) {
      sum += FACTOR[i][k] * FACTOR[j][k];
    }
    return sum;
  }

  /** The rows of a CSV file below its header. */
  static List<double[]> rows(Path csv) throws IOException {
    try (var lines = Files.lines(csv)) {
      return lines.skip(1).map(Samples::numbers).collect(Collectors.toList());
    }
  }

  private static double[] numbers(String line) {
    return List.of(line.split(",")).stream().mapToDouble(Double::parseDouble).toArray();
  }

  /** Grey images: a bright bar at a random height over noise. */
  static Path images(Path file, int count, int height, int width) throws IOException {
    Random random = new Random(5);
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      out.writeInt(0x0803);
      out.writeInt(count);
      out.writeInt(height);
      out.writeInt(width);
      byte[] pixels = new byte[count * height * width];
      for (int i = 0; i < count; i++) {
        int bar = random.nextInt(height);
        for (int p = 0; p < height * width; p++) {
          int base = p / width == bar ? 150 : 20;
          pixels[i * height * width + p] = (byte) (base + random.nextInt(80));
        }
      }
      out.write(pixels);
    }
    return file;
  }
}
