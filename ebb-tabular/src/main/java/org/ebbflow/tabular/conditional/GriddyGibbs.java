package org.ebbflow.tabular.conditional;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Draws missing scores given the others by Gibbs sampling: one column after the other from its
 * conditional on a {@link ColumnGrid}, in sweeps over all gaps of a row. A row with one gap is
 * drawn from its conditional at once.
 *
 * <p>Columns that say much of each other move little in a sweep, so a row begins anew many times,
 * each time with the gaps of a draw of the model that resembles it in what it has, and makes few
 * sweeps from there. Besides draws it averages the conditionals themselves over the starts, which
 * tells means and quantiles of every gap with far fewer of them than its draws would.
 *
 * <p>Source: Ritter and Tanner, "Facilitating the Gibbs sampler: the Gibbs stopper and the
 * griddy-Gibbs sampler", 1992; averaging: Gelfand and Smith, 1990.
 *
 * @param starts how often a row begins anew, at least 1
 * @param sweeps after each start, at least 1; the last one counts
 * @param seed of the draws; with a row's index it decides that row's
 */
public record GriddyGibbs(int starts, int sweeps, long seed) {
  /** A start is one of so many draws of the model, those nearest to a row. */
  private static final int NEAREST = 20;

  /** Checks the ranges. */
  public GriddyGibbs {
    if (starts < 1 || sweeps < 1) {
      throw new IllegalArgumentException(starts + " starts of " + sweeps + " sweeps");
    }
  }

  /**
   * What is known of a column's gaps.
   *
   * @param rows that have a gap in the column
   * @param probabilities of the grid's cells for each of these rows, averaged over starts
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through, never compared
  public record Gaps(int[] rows, double[][] probabilities) {

    private Gaps with(Gaps other) {
      double[][] all = Arrays.copyOf(probabilities, rows.length + other.rows.length);
      System.arraycopy(other.probabilities, 0, all, rows.length, other.rows.length);
      return new Gaps(
          IntStream.concat(IntStream.of(rows), IntStream.of(other.rows)).toArray(), all);
    }
  }

  /**
   * Scores with their gaps filled, and what is known of each column's gaps.
   *
   * @param draws one array of rows × columns for each of some starts, spread evenly
   * @param gaps for each column
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through, never compared
  public record Filled(List<double[][]> draws, List<Gaps> gaps) {

    /**
     * Together with what is known of other rows.
     *
     * @param others whether a row is one of the other's
     */
    Filled with(Filled other, boolean[] others) {
      List<double[][]> copies = new ArrayList<>();
      for (int i = 0; i < draws.size(); i++) {
        double[][] copy = draws.get(i).clone();
        for (int row = 0; row < copy.length; row++) {
          copy[row] = others[row] ? other.draws.get(i)[row] : copy[row];
        }
        copies.add(copy);
      }
      List<Gaps> all = new ArrayList<>();
      for (int j = 0; j < gaps.size(); j++) {
        all.add(gaps.get(j).with(other.gaps.get(j)));
      }
      return new Filled(copies, all);
    }
  }

  /**
   * Fills the gaps.
   *
   * @param scores rows × columns; what gaps hold does not matter
   * @param missing where the gaps are, of the same shape
   * @param likely draws of the model, of as many columns; asked for if a row has several gaps
   * @param firstRow index of the first row in the whole table
   * @param draws how many completed copies, at most the number of starts
   * @param progress told the share done, 0 to 1
   */
  public Filled fill(
      Conditionals conditionals,
      double[][] scores,
      boolean[][] missing,
      Supplier<double[][]> likely,
      long firstRow,
      List<String> names,
      int draws,
      DoubleConsumer progress) {
    if (draws < 0 || draws > starts) {
      throw new IllegalArgumentException(draws + " draws of " + starts + " starts");
    }
    int columns = names.size();
    double[][] state = copy(scores);
    SplittableRandom[] random = new SplittableRandom[scores.length];
    int[] gapsOf = new int[scores.length];
    for (int row = 0; row < scores.length; row++) {
      random[row] = new SplittableRandom(mix(seed, firstRow + row));
      for (int j = 0; j < columns; j++) {
        gapsOf[row] += missing[row][j] ? 1 : 0;
      }
    }
    List<Gaps> gaps = new ArrayList<>();
    for (int j = 0; j < columns; j++) {
      int column = j;
      int[] rows = IntStream.range(0, scores.length).filter(row -> missing[row][column]).toArray();
      gaps.add(new Gaps(rows, new double[rows.length][conditionals.grid(j).size()]));
    }
    List<double[][]> kept = new ArrayList<>();
    int[] several = IntStream.range(0, scores.length).filter(row -> gapsOf[row] > 1).toArray();
    // Without such rows one look at each column tells all.
    boolean chains = several.length > 0;
    int begins = chains ? starts : 1;
    int each = chains ? sweeps : 1;
    double[][] pool = chains ? likely.get() : new double[0][];
    int[][] nearest = new int[scores.length][];
    for (int row : several) {
      nearest[row] = nearest(pool, scores[row], missing[row]);
    }
    for (int start = 0; start < begins; start++) {
      for (int row : several) {
        double[] from = pool[nearest[row][random[row].nextInt(nearest[row].length)]];
        for (int j = 0; j < columns; j++) {
          state[row][j] = missing[row][j] ? from[j] : state[row][j];
        }
      }
      for (int sweep = 0; sweep < each; sweep++) {
        int done = start * each + sweep;
        for (int j = 0; j < columns; j++) {
          sweep(conditionals, state, gaps.get(j), j, names, random, gapsOf, done);
          progress.accept((done + (j + 1.0) / columns) / (begins * each));
        }
      }
      if (chains && (start + 1) * draws / starts > kept.size()) {
        kept.add(copy(state));
      }
    }
    // Rows with one gap are drawn independently from what is known of it.
    for (int j = 0; j < columns; j++) {
      Gaps column = gaps.get(j);
      for (int i = 0; i < column.rows.length; i++) {
        normalise(column.probabilities[i]);
      }
    }
    while (kept.size() < draws) {
      kept.add(copy(state));
    }
    redrawSingles(conditionals, kept, gaps, gapsOf, random);
    return new Filled(kept, gaps);
  }

  /** Draws that are nearest to a row in the columns that it has. */
  private static int[] nearest(double[][] pool, double[] row, boolean[] missing) {
    double[] distances = new double[pool.length];
    for (int i = 0; i < pool.length; i++) {
      for (int j = 0; j < row.length; j++) {
        double difference = missing[j] ? 0 : pool[i][j] - row[j];
        distances[i] += difference * difference;
      }
    }
    double[] sorted = distances.clone();
    Arrays.sort(sorted);
    double farthest = sorted[Math.min(NEAREST, sorted.length) - 1];
    return IntStream.range(0, pool.length).filter(i -> distances[i] <= farthest).toArray();
  }

  private void sweep(
      Conditionals conditionals,
      double[][] state,
      Gaps gaps,
      int column,
      List<String> names,
      SplittableRandom[] random,
      int[] gapsOf,
      int sweep) {
    // A row with one gap needs to be looked at once only.
    int[] rows = Arrays.stream(gaps.rows).filter(row -> gapsOf[row] > 1 || sweep == 0).toArray();
    boolean last = (sweep + 1) % sweeps == 0;
    ColumnGrid grid = conditionals.grid(column);
    conditionals.of(
        column,
        state,
        rows,
        names,
        (row, logDensities) -> {
          grid.normalise(logDensities);
          if (last || gapsOf[row] == 1) {
            double[] sum = gaps.probabilities[Arrays.binarySearch(gaps.rows, row)];
            for (int cell = 0; cell < sum.length; cell++) {
              sum[cell] += logDensities[cell];
            }
          }
          state[row][column] = draw(grid, logDensities, random[row]);
        });
  }

  private static void redrawSingles(
      Conditionals conditionals,
      List<double[][]> kept,
      List<Gaps> gaps,
      int[] gapsOf,
      SplittableRandom[] random) {
    for (int j = 0; j < gaps.size(); j++) {
      Gaps column = gaps.get(j);
      for (int i = 0; i < column.rows.length; i++) {
        int row = column.rows[i];
        if (gapsOf[row] == 1) {
          for (double[][] copy : kept) {
            copy[row][j] = draw(conditionals.grid(j), column.probabilities[i], random[row]);
          }
        }
      }
    }
  }

  static double draw(ColumnGrid grid, double[] probabilities, SplittableRandom random) {
    double u = random.nextDouble();
    int cell = 0;
    while (cell < probabilities.length - 1 && u >= probabilities[cell]) {
      u -= probabilities[cell++];
    }
    return grid.score(cell, random.nextDouble(1e-12, 1));
  }

  private static void normalise(double[] values) {
    double sum = Arrays.stream(values).sum();
    for (int i = 0; i < values.length; i++) {
      values[i] /= sum;
    }
  }

  private static double[][] copy(double[][] rows) {
    return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
  }

  // Hashed twice: generators whose seeds differ by multiples of a constant may be one another's
  // past.
  static long mix(long seed, long row) {
    return new SplittableRandom(new SplittableRandom(seed).nextLong() + row).nextLong();
  }
}
