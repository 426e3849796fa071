package org.ebbflow.tabular;

import java.util.Random;
import java.util.stream.IntStream;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.jspecify.annotations.Nullable;

/** Tables of mixed columns that hang together by one number. */
public final class MixedRows {
  private static final double OWN = 0.2;

  private MixedRows() {}

  /**
   * Three numbers x, y and w around a common one, y with gaps, whole numbers n, truth values b and
   * a category that depend on it too.
   */
  public static Table table(int rows, long seed) {
    Random random = new Random(seed);
    double[] x = new double[rows];
    double[] y = new double[rows];
    double[] w = new double[rows];
    double[] n = new double[rows];
    double[] b = new double[rows];
    @Nullable String[] city = new String[rows];
    for (int i = 0; i < rows; i++) {
      double common = random.nextGaussian();
      x[i] = 10 + common + OWN * random.nextGaussian();
      double gap = random.nextDouble();
      double value = Math.exp(0.3 * (common + OWN * random.nextGaussian()));
      y[i] = gap < 0.08 ? Double.NaN : value;
      w[i] = -2 * (common + OWN * random.nextGaussian());
      n[i] = Math.min(6, Math.floor(Math.abs(1.5 * random.nextGaussian() + common)));
      b[i] = random.nextDouble() < (common > 0 ? 0.7 : 0.2) ? 1 : 0;
      city[i] = common + 0.4 * random.nextGaussian() > 0.4 ? "Bern" : i % 3 == 0 ? "Ulm" : "Graz";
    }
    return Table.of(
        Column.numbers("x", x),
        Column.numbers("y", y),
        Column.numbers("w", w),
        Column.integers("n", n),
        Column.booleans("b", b),
        Column.texts("city", city));
  }

  /** As {@link #table}, of rows that all have a y. */
  public static Table withoutGaps(int rows, long seed) {
    Table table = table(2 * rows, seed);
    return table.select(
        IntStream.range(0, 2 * rows)
            .filter(row -> !table.column("y").isMissing(row))
            .limit(rows)
            .toArray());
  }

  /** Standard normal u and v with a correlation. */
  public static Table pair(int rows, double correlation, long seed) {
    Random random = new Random(seed);
    double[] u = new double[rows];
    double[] v = new double[rows];
    for (int i = 0; i < rows; i++) {
      u[i] = random.nextGaussian();
      v[i] = correlation * u[i] + Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
    }
    return Table.of(Column.numbers("u", u), Column.numbers("v", v));
  }
}
