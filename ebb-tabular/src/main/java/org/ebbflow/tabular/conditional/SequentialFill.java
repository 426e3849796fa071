package org.ebbflow.tabular.conditional;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.Interval;
import org.ebbflow.tabular.encode.NormalScores;
import org.ebbflow.tensor.Rng;

/**
 * Draws the missing scores of rows with gaps such as the model was fitted to. There, that a value
 * is missing is a score like another, so p(z_j | the others, their gaps left as gaps) is a
 * conditional of the model: evaluated once, it tells all about a gap. Gaps filled one after the
 * other, each given those before, are a draw from their joint distribution without any Markov
 * chain.
 *
 * <p>That a value is missing must not tell what it is, given what is there (Rubin 1976).
 *
 * <p>Source: Kong, Liu and Wong, "Sequential imputations and Bayesian missing data problems", 1994.
 *
 * @param seed of the draws; with a row's index it decides that row's
 */
record SequentialFill(long seed) {
  /** A column with fewer gaps has taught the model little of what its gaps leave open. */
  private static final double FEWEST_GAPS = 0.02;

  /** Least odds of a value against a gap, given the others: below, such rows were hardly seen. */
  private static final double LEAST_LOG_ODDS = Math.log(1 / 9.0);

  /**
   * What came of it.
   *
   * @param filled the rows that could be filled; others are as they were
   * @param known whether a row had gaps and could be filled
   * @param left the gaps of the other rows
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through, never compared
  record Result(GriddyGibbs.Filled filled, boolean[] known, boolean[][] left) {}

  /** As {@link GriddyGibbs#fill}. */
  Result fill(
      Conditionals conditionals,
      List<ColumnEncoder> columns,
      double[][] scores,
      boolean[][] missing,
      long firstRow,
      List<String> names,
      int draws,
      DoubleConsumer progress) {
    double[] absent = columns.stream().mapToDouble(SequentialFill::absent).toArray();
    int n = scores.length;
    double[][] state = new double[n][];
    boolean[] known = new boolean[n];
    for (int row = 0; row < n; row++) {
      state[row] = scores[row].clone();
      int gaps = 0;
      boolean all = true;
      for (int j = 0; j < absent.length; j++) {
        if (missing[row][j]) {
          state[row][j] = absent[j];
          all &= !Double.isNaN(absent[j]);
          gaps++;
        }
      }
      known[row] = all && gaps > 0;
    }
    int[] rows = IntStream.range(0, n).filter(row -> known[row]).toArray();
    double[] asTheyAre =
        conditionals.logDensities(
            IntStream.of(rows).mapToObj(row -> state[row]).toArray(double[][]::new), names);
    double[] own = new double[n];
    for (int i = 0; i < rows.length; i++) {
      own[rows[i]] = asTheyAre[i];
    }
    double[][][] p = new double[absent.length][n][];
    int passes = 1 + draws;
    for (int j = 0; j < absent.length; j++) {
      int column = j;
      ColumnGrid grid = conditionals.grid(j);
      double logGap = logMass(columns.get(j)) - NormalScores.logDensity(absent[j]);
      conditionals.of(
          j,
          state,
          open(known, missing, j),
          names,
          (row, logDensities) -> {
            known[row] &= grid.logSum(logDensities) - own[row] - logGap >= LEAST_LOG_ODDS;
            grid.normalise(logDensities);
            p[column][row] = logDensities;
          });
      progress.accept((j + 1.0) / absent.length / passes);
    }
    List<GriddyGibbs.Gaps> gaps = new ArrayList<>();
    for (int j = 0; j < absent.length; j++) {
      double[][] of = p[j];
      int[] filled = open(known, missing, j);
      gaps.add(
          new GriddyGibbs.Gaps(
              filled, IntStream.of(filled).mapToObj(row -> of[row]).toArray(double[][]::new)));
    }
    List<double[][]> copies = new ArrayList<>();
    for (int draw = 0; draw < draws; draw++) {
      int done = draw;
      copies.add(
          drawn(
              conditionals,
              state,
              known,
              missing,
              firstRow,
              draw,
              names,
              p,
              share -> progress.accept((1 + done + share) / passes)));
    }
    boolean[][] left = new boolean[n][];
    for (int row = 0; row < n; row++) {
      left[row] = known[row] ? new boolean[absent.length] : missing[row].clone();
    }
    return new Result(new GriddyGibbs.Filled(copies, gaps), known, left);
  }

  private double[][] drawn(
      Conditionals conditionals,
      double[][] gappy,
      boolean[] known,
      boolean[][] missing,
      long firstRow,
      int draw,
      List<String> names,
      double[][][] p,
      DoubleConsumer progress) {
    int n = gappy.length;
    double[][] state = new double[n][];
    SplittableRandom[] random = new SplittableRandom[n];
    boolean[] begun = new boolean[n];
    for (int row = 0; row < n; row++) {
      state[row] = gappy[row].clone();
      random[row] = new SplittableRandom(GriddyGibbs.mix(Rng.mix(seed, draw), firstRow + row));
    }
    for (int j = 0; j < names.size(); j++) {
      int column = j;
      ColumnGrid grid = conditionals.grid(j);
      List<Integer> later = new ArrayList<>();
      for (int row : open(known, missing, j)) {
        if (begun[row]) {
          later.add(row);
        } else {
          // Nothing of the row has been filled yet: this is known.
          state[row][j] = GriddyGibbs.draw(grid, p[j][row], random[row]);
          begun[row] = true;
        }
      }
      conditionals.of(
          j,
          state,
          later.stream().mapToInt(Integer::intValue).toArray(),
          names,
          (row, logDensities) -> {
            grid.normalise(logDensities);
            state[row][column] = GriddyGibbs.draw(grid, logDensities, random[row]);
          });
      progress.accept((j + 1.0) / names.size());
    }
    return state;
  }

  private static int[] open(boolean[] known, boolean[][] missing, int column) {
    return IntStream.range(0, known.length)
        .filter(row -> known[row] && missing[row][column])
        .toArray();
  }

  /** The score in the middle of a column's missing values, NaN if there were too few. */
  private static double absent(ColumnEncoder column) {
    Optional<Interval> interval = column.missingInterval();
    if (interval.isEmpty() || Math.exp(logMass(column)) < FEWEST_GAPS) {
      return Double.NaN;
    }
    return interval.get().middle();
  }

  private static double logMass(ColumnEncoder column) {
    return column
        .missingInterval()
        .map(interval -> Math.log(interval.mass()))
        .orElse(Double.NEGATIVE_INFINITY);
  }
}
