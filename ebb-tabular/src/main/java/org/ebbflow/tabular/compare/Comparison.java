package org.ebbflow.tabular.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.ebbflow.metric.MaximumMeanDiscrepancy;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.Encoded;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tensor.Rng;

/**
 * Whether two tables have one distribution: maximum mean discrepancy over all columns with its
 * threshold, and the shift of every column.
 *
 * <p>Both are encoded by the margins of the first, so that columns of all kinds are compared alike:
 * those of the first table are standard normal.
 *
 * @param discrepancy MMD² of normal scores with a Gaussian kernel at the median distance, and the
 *     value that equal distributions exceed with half of the probability {@value #LEVEL}
 * @param shifts of every column, the largest first
 */
public record Comparison(MaximumMeanDiscrepancy.Test discrepancy, List<Shift> shifts) {
  /** The probability with which equal distributions are said to differ, at most. */
  public static final double LEVEL = 0.05;

  private static final int MOST_ROWS = 1_000;
  private static final int REDRAWS = 200;

  /** Copies. */
  public Comparison {
    shifts = List.copyOf(shifts);
  }

  /**
   * How one column differs.
   *
   * @param column its name
   * @param statistic largest difference of the distribution functions of normal scores
   * @param pValue of that under equal distributions, times twice the number of columns, at most 1
   *     (Bonferroni, half of the level being the other test's)
   * @param before mean of numbers, or the commonest value with its share, in the first table
   * @param after the same of the second
   * @param missingBefore share of missing values in the first table
   * @param missingAfter in the second
   */
  public record Shift(
      String column,
      double statistic,
      double pValue,
      String before,
      String after,
      double missingBefore,
      double missingAfter) {}

  /** Whether the tables differ at the level of the test. */
  public boolean differs() {
    return discrepancy.squared() > discrepancy.threshold()
        || shifts.stream().anyMatch(shift -> shift.pValue() < LEVEL);
  }

  /**
   * Compares the columns that a schema models.
   *
   * @param schema of both tables
   * @param seed of draws and redraws
   */
  public static Comparison of(Schema schema, Table first, Table second, long seed) {
    // Values and gaps that only one of the tables has are a difference, not a fault.
    TableEncoder encoder =
        TableEncoder.fit(schema.closed(first).openTo(first).openTo(second), first);
    Encoded a = encoder.encode(first, seed, 0);
    Encoded b = encoder.encode(second, Rng.mix(seed, 1), 0);
    Table ofFirst = encoder.schema().check(first);
    Table ofSecond = encoder.schema().check(second);
    double[][] x = a.rows();
    double[][] y = b.rows();
    double[][] few = spread(x);
    double distance = MaximumMeanDiscrepancy.medianDistance(few);
    MaximumMeanDiscrepancy.Test test =
        MaximumMeanDiscrepancy.test(few, spread(y), distance, LEVEL / 2, REDRAWS, seed);
    List<Shift> shifts = new ArrayList<>();
    List<ColumnEncoder> columns = encoder.columns();
    for (int j = 0; j < columns.size(); j++) {
      String name = columns.get(j).spec().name();
      KolmogorovSmirnov ks = KolmogorovSmirnov.test(column(x, j), column(y, j));
      Column before = ofFirst.column(name);
      Column after = ofSecond.column(name);
      boolean numeric = columns.get(j).spec().isOrdered();
      shifts.add(
          new Shift(
              name,
              ks.statistic(),
              Math.min(1, 2 * ks.pValue() * columns.size()),
              numeric ? mean(before) : commonest(before),
              numeric ? mean(after) : commonest(after),
              (double) before.missing() / before.rows(),
              (double) after.missing() / after.rows()));
    }
    shifts.sort(Comparator.comparingDouble(Shift::statistic).reversed());
    return new Comparison(test, shifts);
  }

  private static double[][] spread(double[][] rows) {
    int n = Math.min(MOST_ROWS, rows.length);
    return IntStream.range(0, n)
        .mapToObj(i -> rows[(int) ((long) i * rows.length / n)])
        .toArray(double[][]::new);
  }

  private static double[] column(double[][] rows, int column) {
    return IntStream.range(0, rows.length).mapToDouble(row -> rows[row][column]).toArray();
  }

  private static String mean(Column column) {
    double sum = 0;
    int present = 0;
    for (int row = 0; row < column.rows(); row++) {
      if (!column.isMissing(row)) {
        sum += column.number(row);
        present++;
      }
    }
    return present == 0
        ? "none"
        : column.type() == ColumnType.TIMESTAMP
            ? Column.text(ColumnType.TIMESTAMP, Math.rint(sum / present))
            : "%.4g".formatted(sum / present);
  }

  private static String commonest(Column column) {
    Map<String, Integer> counts = new HashMap<>();
    for (int row = 0; row < column.rows(); row++) {
      String value = column.text(row);
      if (value != null) {
        counts.merge(value, 1, Integer::sum);
      }
    }
    return counts.entrySet().stream()
        .max(
            Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(e -> "%s (%.1f %%)".formatted(e.getKey(), 100.0 * e.getValue() / column.rows()))
        .orElse("none");
  }
}
