package org.ebbflow.bench.tabular;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.IdxFile;
import org.ebbflow.data.InputFile;

/**
 * A table split for density estimation.
 *
 * @param name what results call it
 * @param rows to train on and to choose by
 * @param test never trained on nor chosen by
 */
public record BenchmarkTable(String name, Dataset.Split rows, Dataset test) {
  private static final int MINUTES = 60;
  private static final double LEVELS = 256;

  /**
   * Individual household electric power consumption: active power, voltage, three sub-meters and
   * the minute of the day. Rows with gaps are left out, the rest is shuffled; uniform noise of one
   * unit of the last digit (0.001 kW, 0.01 V, 1 Wh) makes the columns continuous; a tenth is for
   * testing, a tenth of the rest for validation; all is standardised by those that are not for
   * testing.
   *
   * <p>Source of the recipe: Papamakarios, Pavlakou and Murray, "Masked autoregressive flow", 2017,
   * arXiv:1705.07057, appendix D.
   *
   * @param file as at UCI: date, time, active and reactive power, voltage, intensity, sub-meters
   */
  public static BenchmarkTable power(String name, Path file, long seed) {
    List<double[]> rows = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(seed);
    for (String[] cells : lines(file)) {
      if (cells.length < 9 || !cells[2].matches("[0-9.]+")) {
        continue; // a gap, or the heading
      }
      String[] time = cells[1].split(":", -1);
      rows.add(
          new double[] {
            number(cells[2]) + 0.001 * random.nextDouble(),
            number(cells[4]) + 0.01 * random.nextDouble(),
            number(cells[6]) + random.nextDouble(),
            number(cells[7]) + random.nextDouble(),
            number(cells[8]) + random.nextDouble(),
            MINUTES * number(time[0]) + number(time[1])
          });
    }
    shuffle(rows, random);
    return standardised(name, rows);
  }

  /**
   * A table of numbers without labels, as MiniBooNE's events after the customary selection: in the
   * file's order, the last tenth for testing, the last tenth of the rest for validation,
   * standardised by those that are not for testing.
   *
   * @param file numbers separated by commas; a heading is passed over
   */
  public static BenchmarkTable inOrder(String name, Path file) {
    return standardised(name, numbers(file));
  }

  /**
   * The inliers of an anomaly-detection table, shuffled, split and standardised as {@link #power}.
   *
   * @param file numbers separated by commas, the label last, 0 for inliers
   */
  public static BenchmarkTable inliers(String name, Path file, long seed) {
    List<double[]> rows = new ArrayList<>();
    for (double[] row : numbers(file)) {
      if (row[row.length - 1] == 0) {
        rows.add(Arrays.copyOf(row, row.length - 1));
      }
    }
    shuffle(rows, new SplittableRandom(seed));
    return standardised(name, rows);
  }

  /**
   * Grey 8 × 8 patches of natural images: uniform noise, division by 256, the patch's mean taken
   * off and the last pixel left out, so 63 columns; not standardised.
   *
   * <p>Source of the recipe: Zoran and Weiss, 2011; Papamakarios et al., 2017, arXiv:1705.07057.
   *
   * @param folder of {@code train-}, {@code val-} and {@code test-patches-idx3-ubyte.gz}
   */
  public static BenchmarkTable patches(String name, Path folder, long seed) {
    return new BenchmarkTable(
        name,
        new Dataset.Split(
            patches(folder.resolve("train-patches-idx3-ubyte.gz"), seed),
            patches(folder.resolve("val-patches-idx3-ubyte.gz"), seed + 1)),
        patches(folder.resolve("test-patches-idx3-ubyte.gz"), seed + 2));
  }

  private static Dataset patches(Path file, long seed) {
    return withoutMean(IdxFile.read(file), seed);
  }

  /** One patch a row, as {@link #patches(String, Path, long)} prepares them. */
  static Dataset withoutMean(Dataset bytes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] patch = new double[bytes.columns()];
    List<double[]> rows = new ArrayList<>(bytes.rows());
    for (int i = 0; i < bytes.rows(); i++) {
      bytes.gather(new int[] {i}, patch);
      double mean = 0;
      for (int j = 0; j < patch.length; j++) {
        patch[j] = (patch[j] + random.nextDouble()) / LEVELS;
        mean += patch[j] / patch.length;
      }
      double[] row = new double[patch.length - 1];
      for (int j = 0; j < row.length; j++) {
        row[j] = patch[j] - mean;
      }
      rows.add(row);
    }
    return Dataset.of(rows.toArray(new double[0][]));
  }

  private static BenchmarkTable standardised(String name, List<double[]> rows) {
    int test = rows.size() / 10;
    int validation = (rows.size() - test) / 10;
    int train = rows.size() - test - validation;
    if (test == 0 || validation == 0) {
      throw new DataException(
          name + " has " + rows.size() + " rows", "give enough to split off a tenth twice");
    }
    int columns = rows.get(0).length;
    double[] mean = new double[columns];
    double[] deviation = new double[columns];
    List<double[]> seen = rows.subList(0, train + validation);
    for (double[] row : seen) {
      for (int j = 0; j < columns; j++) {
        mean[j] += row[j] / seen.size();
      }
    }
    for (double[] row : seen) {
      for (int j = 0; j < columns; j++) {
        deviation[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / seen.size();
      }
    }
    double[][] scaled = new double[rows.size()][columns];
    for (int i = 0; i < scaled.length; i++) {
      for (int j = 0; j < columns; j++) {
        scaled[i][j] = (rows.get(i)[j] - mean[j]) / Math.sqrt(deviation[j]);
      }
    }
    return new BenchmarkTable(
        name,
        new Dataset.Split(
            Dataset.of(Arrays.copyOfRange(scaled, 0, train)),
            Dataset.of(Arrays.copyOfRange(scaled, train, train + validation))),
        Dataset.of(Arrays.copyOfRange(scaled, train + validation, scaled.length)));
  }

  /** The same with at most so many rows of each part, for the short form of an experiment. */
  public BenchmarkTable shortened(int most) {
    return new BenchmarkTable(
        name,
        new Dataset.Split(first(rows.train(), most), first(rows.validation(), most)),
        first(test, most));
  }

  private static Dataset first(Dataset data, int most) {
    int[] chosen = new int[Math.min(most, data.rows())];
    Arrays.setAll(chosen, i -> i);
    return data.subset(chosen);
  }

  private static void shuffle(List<double[]> rows, SplittableRandom random) {
    for (int i = rows.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      double[] other = rows.get(i);
      rows.set(i, rows.get(j));
      rows.set(j, other);
    }
  }

  private static List<double[]> numbers(Path file) {
    List<double[]> rows = new ArrayList<>();
    for (String[] cells : lines(file)) {
      if (cells[0].matches("-?[0-9.].*")) {
        rows.add(Arrays.stream(cells).mapToDouble(BenchmarkTable::number).toArray());
      }
    }
    return rows;
  }

  private static List<String[]> lines(Path file) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(InputFile.of(file).open(), StandardCharsets.UTF_8))) {
      return reader.lines().map(line -> line.split("[,;]", -1)).toList();
    } catch (IOException e) {
      throw new EbbException("cannot read " + file, "check the file", e);
    }
  }

  private static double number(String cell) {
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      throw new DataException("'" + cell + "' is no number", "check the file", e);
    }
  }
}
