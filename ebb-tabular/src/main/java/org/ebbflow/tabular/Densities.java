package org.ebbflow.tabular;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ebbflow.model.DensityModel;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.Encoded;
import org.ebbflow.tabular.encode.Interval;
import org.ebbflow.tabular.encode.NormalScores;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tensor.Parallel;
import org.jspecify.annotations.Nullable;

/**
 * Joint and marginal densities of a table's rows by one encoder: those of the model and, where it
 * has beaten one, of the normal distribution, whose few numbers cannot remember single rows.
 *
 * @param encoder from rows to normal scores
 * @param density of normal scores
 * @param floor the normal distribution that was beaten, if there was one
 */
record Densities(TableEncoder encoder, DensityModel density, @Nullable DensityModel floor) {
  /** Draws over which the densities of rows with atoms are averaged. */
  static final int DRAWS = 4;

  /** No margin makes a row stranger than that. */
  private static final double FARTHEST = 1e300;

  private static final long MOST_NUMBERS_TOGETHER = 4_000_000;

  /**
   * The logarithm of the mean over draws of p in nats, by the density first, then by the floor if
   * there is one, for every row; −∞ where a model cannot tell.
   *
   * @param firstRow index of the table's first row in the whole that it is a piece of, for messages
   * @throws org.ebbflow.data.DataException naming what does not fit the schema
   */
  double[][] of(Table table, long firstRow, DoubleConsumer progress) {
    List<DensityModel> models = floor == null ? List.of(density) : List.of(density, floor);
    if (table.rows() == 0) {
      encoder.schema().check(table, firstRow);
      return new double[models.size()][0];
    }
    int draws = encoder.hasAtoms() ? DRAWS : 1;
    IntFunction<Encoded> encode = encoder.drawsByContent(table, firstRow, draws);
    double[][][] all = new double[models.size()][draws][];
    AtomicInteger done = new AtomicInteger();
    IntConsumer evaluate =
        draw -> {
          Encoded encoded = encode.apply(draw);
          double[] ratios = encoded.logRatios();
          for (int model = 0; model < models.size(); model++) {
            boolean alone = draws == 1 && model == 0;
            double[] values =
                models.get(model).logProb(encoded.scores(), alone ? progress : share -> {});
            for (int row = 0; row < values.length; row++) {
              values[row] += ratios[row];
            }
            all[model][draw] = values;
          }
          synchronized (done) {
            progress.accept(done.incrementAndGet() / (double) draws);
          }
        };
    // Whole draws go side by side, encoding and all, where their scores find room; else each
    // draw's rows.
    boolean together = (long) table.rows() * encoder.width() <= MOST_NUMBERS_TOGETHER;
    if (together) {
      Parallel.forEach(draws, evaluate);
    } else {
      IntStream.range(0, draws).forEach(evaluate);
    }
    return Stream.of(all).map(drawn -> logMeans(drawn, table.rows())).toArray(double[][]::new);
  }

  /** log of the mean of exponentials over the first index. */
  private static double[] logMeans(double[][] all, int rows) {
    double[] greatest = new double[rows];
    double[] sums = new double[rows];
    Arrays.fill(greatest, Double.NEGATIVE_INFINITY);
    for (double[] of : all) {
      for (int row = 0; row < rows; row++) {
        double value = of[row];
        double top = Math.max(greatest[row], value);
        sums[row] =
            sums[row] * (top == greatest[row] ? 1 : Math.exp(greatest[row] - top))
                + (value == top ? 1 : Math.exp(value - top));
        greatest[row] = top;
      }
    }
    for (int row = 0; row < rows; row++) {
      sums[row] = greatest[row] + Math.log(sums[row] / all.length);
    }
    return sums;
  }

  /**
   * {@code −Σ_j log p_j} for every row, p_j the share of training rows that are as far out in
   * column j: two-sided for ordered columns, the probability of the value itself for others.
   */
  double[] marginalTails(Table table) {
    double[] sums = new double[table.rows()];
    Table checked = encoder.schema().check(table);
    for (ColumnEncoder column : encoder.columns()) {
      double end = column.presentInterval().upper();
      Column values = checked.column(column.spec().name());
      for (int row = 0; row < sums.length; row++) {
        Interval interval = column.interval(values, row);
        if (column.spec().isOrdered() && !values.isMissing(row)) {
          sums[row] -= NormalScores.logTwoSided(interval.middle(), end);
        } else {
          sums[row] -= Math.log(Math.max(interval.mass(), Double.MIN_NORMAL));
        }
        sums[row] = Math.min(sums[row], FARTHEST); // squares of scores may overflow
      }
    }
    return sums;
  }
}
