package org.ebbflow.bench.tabular;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ebbflow.data.DataException;

/**
 * GAS, MINIBOONE and HEPMASS of the density-estimation literature from the raw files of the UCI
 * repository, plain or gzip.
 *
 * <p>Deviations are those of the rows at hand, not estimates with n − 1, which makes less than 1e−4
 * nats.
 *
 * <p>Source of the recipes: Papamakarios, Pavlakou and Murray, "Masked autoregressive flow", 2017,
 * arXiv:1705.07057, appendix D, and the preparation published with it (github.com/gpapamak/maf,
 * {@code datasets}).
 */
public final class UciTable {
  private static final int SENSORS = 16;
  private static final int PARTICLE_COLUMNS = 50;
  private static final int FEATURES = 27;
  private static final double CORRELATED = 0.98;
  private static final double OUTLIER = -100;
  private static final int REPEATS = 5;

  private UciTable() {}

  /**
   * Sixteen gas sensors in mixtures of ethylene and carbon monoxide: time and concentrations left
   * out; a quarter of the rows, drawn at random and left in random order; then, as long as columns
   * correlate by more than 0.98 with others, the first of these left out, which leaves 8.
   * Standardised by all rows, those for testing among them, as published; the last tenth is for
   * testing, the last tenth of the rest for validation.
   *
   * @param file {@code ethylene_CO.txt}: a heading, then time, two concentrations, 16 sensors
   * @param seed of the draw, which at source was not recorded
   */
  public static BenchmarkTable gas(String name, Path file, long seed) {
    int[] count = {0};
    TextLine.each(file, line -> count[0] += line.number() > 1 ? 1 : 0);
    int[] wanted = {(int) Math.rint(0.25 * count[0])};
    SplittableRandom random = new SplittableRandom(seed);
    List<double[]> rows = new ArrayList<>(wanted[0]);
    TextLine.each(
        file,
        line -> {
          if (line.number() > 1 && random.nextInt(count[0]--) < wanted[0]) {
            double[] all = line.numbers(3 + SENSORS);
            rows.add(Arrays.copyOfRange(all, 3, 3 + SENSORS));
            wanted[0]--;
          }
        });
    BenchmarkTable.shuffle(rows, random);
    requireRows(file, rows);
    List<double[]> chosen = columns(rows, uncorrelated(rows));
    return BenchmarkTable.split(name, BenchmarkTable.standardised(chosen, chosen));
  }

  /**
   * MiniBooNE's electron neutrinos: events without a measurement (first column below −100, where
   * the file has −999) left out, then columns whose smallest value occurs more than five times,
   * which leaves 43 of 50. In the file's order the last tenth is for testing, the last tenth of the
   * rest for validation; standardised by those that are not for testing.
   *
   * @param file {@code MiniBooNE_PID.txt}: how many signal and background events, then the events
   *     of 50 numbers, signal first
   */
  public static BenchmarkTable miniboone(String name, Path file) {
    long[] signals = {-1};
    long[] seen = {0};
    List<double[]> rows = new ArrayList<>();
    TextLine.each(
        file,
        line -> {
          if (signals[0] < 0) {
            signals[0] = counts(line);
          } else if (seen[0] < signals[0]) {
            seen[0]++;
            double[] event = line.numbers(PARTICLE_COLUMNS);
            if (event[0] >= OUTLIER) {
              rows.add(event);
            }
          }
        });
    if (seen[0] < signals[0]) {
      throw new DataException(
          "%s has %d of the %d signal events that its first line promises"
              .formatted(file, seen[0], signals[0]),
          "fetch it again");
    }
    requireRows(file, rows);
    return BenchmarkTable.standardised(name, columns(rows, unrepeated(rows)));
  }

  private static long counts(TextLine first) {
    String[] cells = first.cells();
    if (cells.length != 2 || !cells[0].matches("[0-9]{1,9}")) {
      throw new DataException(
          "the first line of %s does not count signal and background events"
              .formatted(first.file()),
          "use the raw file as it was published");
    }
    return Long.parseLong(cells[0]);
  }

  /**
   * HEPMASS's exotic particles of mass 1000: rows labelled 1, without the label and what the file
   * for testing has besides, then without the columns whose smallest value occurs more than five
   * times in the file for training, which leaves 21 of 27. The last tenth of the file for training
   * is for validation; standardised by the file for training.
   *
   * @param train {@code 1000_train.csv}: a heading, then the label and 27 numbers
   * @param test {@code 1000_test.csv}: the same, with a column more at its end
   */
  public static BenchmarkTable hepmass(String name, Path train, Path test) {
    List<double[]> seen = exotic(train);
    int[] kept = unrepeated(seen);
    List<double[]> chosen = columns(seen, kept);
    return BenchmarkTable.of(
        name,
        BenchmarkTable.standardised(chosen, chosen),
        BenchmarkTable.standardised(columns(exotic(test), kept), chosen));
  }

  private static List<double[]> exotic(Path file) {
    List<double[]> rows = new ArrayList<>();
    TextLine.each(
        file,
        line -> {
          if (line.number() > 1) {
            double[] all = line.numbers(1 + FEATURES);
            if (all[0] == 1) {
              rows.add(Arrays.copyOfRange(all, 1, 1 + FEATURES));
            }
          }
        });
    requireRows(file, rows);
    return rows;
  }

  private static void requireRows(Path file, List<double[]> rows) {
    if (rows.isEmpty()) {
      throw new DataException(
          file + " has no rows to keep", "use the raw file as it was published");
    }
  }

  /** Columns whose smallest value does not occur too often. */
  private static int[] unrepeated(List<double[]> rows) {
    return IntStream.range(0, rows.get(0).length)
        .filter(
            column -> {
              double smallest = rows.stream().mapToDouble(row -> row[column]).min().orElseThrow();
              return rows.stream().filter(row -> row[column] == smallest).count() <= REPEATS;
            })
        .toArray();
  }

  /** Columns that are left when the first of those that correlate is taken out, time and again. */
  private static int[] uncorrelated(List<double[]> rows) {
    double[][] correlations = correlations(rows);
    List<Integer> left = new ArrayList<>(IntStream.range(0, correlations.length).boxed().toList());
    for (int i = 0; i < left.size(); ) {
      int column = left.get(i);
      if (left.stream().anyMatch(o -> o != column && correlations[column][o] > CORRELATED)) {
        left.remove(i);
      } else {
        i++;
      }
    }
    return left.stream().mapToInt(column -> column).toArray();
  }

  private static double[][] correlations(List<double[]> rows) {
    int d = rows.get(0).length;
    double[] mean = BenchmarkTable.mean(rows);
    double[][] products = new double[d][d];
    for (double[] row : rows) {
      for (int i = 0; i < d; i++) {
        for (int j = 0; j <= i; j++) {
          products[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]);
        }
      }
    }
    double[][] correlations = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        correlations[i][j] =
            products[Math.max(i, j)][Math.min(i, j)] / Math.sqrt(products[i][i] * products[j][j]);
      }
    }
    return correlations;
  }

  private static List<double[]> columns(List<double[]> rows, int[] kept) {
    return rows.stream()
        .map(row -> Arrays.stream(kept).mapToDouble(column -> row[column]).toArray())
        .toList();
  }
}
