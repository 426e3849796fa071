package org.ebbflow.bench.tabular;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.IdxFile;

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
    TextLine.each(
        file,
        line -> {
          String[] cells = line.cells();
          if (cells.length < 9 || !cells[2].matches("[0-9.]+")) {
            return; // a gap, or the heading
          }
          String[] time = cells[1].split(":", -1);
          rows.add(
              new double[] {
                line.value(cells[2]) + 0.001 * random.nextDouble(),
                line.value(cells[4]) + 0.01 * random.nextDouble(),
                line.value(cells[6]) + random.nextDouble(),
                line.value(cells[7]) + random.nextDouble(),
                line.value(cells[8]) + random.nextDouble(),
                MINUTES * line.value(time[0]) + line.value(time[1])
              });
        });
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

  /** Rows split and standardised by those that are not for testing. */
  static BenchmarkTable standardised(String name, List<double[]> rows) {
    int test = rows.size() / 10;
    requireEnough(name, rows.size() - test, test);
    return split(name, standardised(rows, rows.subList(0, rows.size() - test)));
  }

  /** Rows of which the last tenth is for testing, the last tenth of the rest for validation. */
  static BenchmarkTable split(String name, List<double[]> rows) {
    int seen = rows.size() - rows.size() / 10;
    return of(name, rows.subList(0, seen), rows.subList(seen, rows.size()));
  }

  /** Rows for testing, and others of which the last tenth is for validation. */
  static BenchmarkTable of(String name, List<double[]> seen, List<double[]> test) {
    requireEnough(name, seen.size(), test.size());
    int train = seen.size() - seen.size() / 10;
    return new BenchmarkTable(
        name,
        new Dataset.Split(
            dataset(seen.subList(0, train)), dataset(seen.subList(train, seen.size()))),
        dataset(test));
  }

  private static void requireEnough(String name, int seen, int test) {
    if (test == 0 || seen < 10) {
      throw new DataException(
          name + " has " + (seen + test) + " rows", "give enough to split off a tenth twice");
    }
  }

  private static Dataset dataset(List<double[]> rows) {
    return Dataset.of(rows.toArray(new double[0][]));
  }

  /** Rows moved and scaled as gives other rows mean 0 and variance 1 in every column. */
  static List<double[]> standardised(List<double[]> rows, List<double[]> by) {
    double[] mean = mean(by);
    double[] variance = new double[mean.length];
    for (double[] row : by) {
      for (int j = 0; j < mean.length; j++) {
        variance[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / by.size();
      }
    }
    for (int j = 0; j < mean.length; j++) {
      if (!(variance[j] > 0)) {
        throw new DataException(
            "column " + (j + 1) + " of the chosen ones holds one value only", "check the file");
      }
    }
    return rows.stream()
        .map(
            row -> {
              double[] scaled = new double[mean.length];
              for (int j = 0; j < scaled.length; j++) {
                scaled[j] = (row[j] - mean[j]) / Math.sqrt(variance[j]);
              }
              return scaled;
            })
        .toList();
  }

  /** Means of the columns. */
  static double[] mean(List<double[]> rows) {
    double[] mean = new double[rows.get(0).length];
    for (double[] row : rows) {
      for (int j = 0; j < mean.length; j++) {
        mean[j] += row[j] / rows.size();
      }
    }
    return mean;
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

  /** Rows into an order that the generator draws, in place. */
  static void shuffle(List<double[]> rows, SplittableRandom random) {
    for (int i = rows.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      double[] other = rows.get(i);
      rows.set(i, rows.get(j));
      rows.set(j, other);
    }
  }

  private static List<double[]> numbers(Path file) {
    List<double[]> rows = new ArrayList<>();
    TextLine.each(
        file,
        line -> {
          if (line.text().matches("-?[0-9.].*")) {
            rows.add(line.numbers(1));
          }
        });
    return rows;
  }
}
