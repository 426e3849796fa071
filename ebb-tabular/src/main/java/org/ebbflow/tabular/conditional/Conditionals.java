package org.ebbflow.tabular.conditional;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.NormalScores;

/**
 * {@code p(z_j | z_k, k ≠ j)} of every column on a {@link ColumnGrid}, from a joint density.
 *
 * <p>Safe for several threads.
 */
public final class Conditionals {
  private static final int ROWS_AT_ONCE = 20_000;

  /** How many groups are looked at cell by cell. */
  private static final int REFINED = 12;

  /** Groups of a smaller share of the likeliest one's probability are not. */
  private static final double LEAST_LOG_SHARE = Math.log(0.003);

  private final DensityModel model;
  private final List<ColumnGrid> grids;

  /**
   * @param model of normal scores
   * @param columns that the scores stand for
   * @param cells of each grid, about
   */
  public Conditionals(DensityModel model, List<ColumnEncoder> columns, int cells) {
    this.model = model;
    this.grids = columns.stream().map(column -> ColumnGrid.of(column, cells)).toList();
  }

  /** The cells of a column. */
  public ColumnGrid grid(int column) {
    return grids.get(column);
  }

  /** Told the conditional of a row. */
  public interface Visitor {
    /**
     * @param row index into the rows
     * @param logDensities log p_Z with the column at each cell's middle, in nats, as near as need
     *     be
     */
    void visit(int row, double[] logDensities);
  }

  /**
   * Evaluates a column's conditional for some rows: at every group of cells, then at the cells of
   * the likeliest groups; over the others p_Z/φ is taken for constant.
   *
   * @param scores rows × columns; what the column has there does not matter
   * @param rows which of them
   * @param names of the columns of scores
   */
  public void of(int column, double[][] scores, int[] rows, List<String> names, Visitor visitor) {
    int batch = Math.max(1, ROWS_AT_ONCE / grids.get(column).groups());
    for (int from = 0; from < rows.length; from += batch) {
      int[] some = Arrays.copyOfRange(rows, from, Math.min(from + batch, rows.length));
      double[][] own = ofBatch(column, scores, some, names);
      for (int i = 0; i < some.length; i++) {
        visitor.visit(some[i], own[i]);
      }
    }
  }

  private double[][] ofBatch(int column, double[][] scores, int[] rows, List<String> names) {
    ColumnGrid grid = grids.get(column);
    int groups = grid.groups();
    double[] middles = new double[groups];
    double[] logMasses = new double[groups];
    for (int group = 0; group < groups; group++) {
      middles[group] = grid.groupScore(group);
      logMasses[group] = Math.log(grid.groupMass(group));
    }
    double[][] points = new double[rows.length * groups][];
    for (int i = 0; i < points.length; i++) {
      points[i] = at(scores[rows[i / groups]], column, middles[i % groups]);
    }
    double[] ofGroups = logDensities(points, names);
    double[][] all = new double[rows.length][grid.size()];
    List<double[]> finer = new ArrayList<>();
    List<int[]> places = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      double[] weights = new double[groups];
      for (int group = 0; group < groups; group++) {
        double ratio = ofGroups[i * groups + group] - NormalScores.logDensity(middles[group]);
        weights[group] = ratio + logMasses[group];
        for (int cell = grid.first(group); cell < grid.first(group + 1); cell++) {
          all[i][cell] = ratio + NormalScores.logDensity(grid.score(cell));
        }
      }
      double least = least(grid, weights);
      for (int group = 0; group < groups; group++) {
        int first = grid.first(group);
        int end = grid.first(group + 1);
        for (int cell = first; end - first > 1 && weights[group] >= least && cell < end; cell++) {
          finer.add(at(scores[rows[i]], column, grid.score(cell)));
          places.add(new int[] {i, cell});
        }
      }
    }
    double[] ofCells = logDensities(finer.toArray(new double[0][]), names);
    for (int i = 0; i < ofCells.length; i++) {
      all[places.get(i)[0]][places.get(i)[1]] = ofCells[i];
    }
    return all;
  }

  private static double[] at(double[] row, int column, double score) {
    double[] point = row.clone();
    point[column] = score;
    return point;
  }

  /** What a group must weigh to be one of the likeliest, and not next to nothing. */
  private static double least(ColumnGrid grid, double[] weights) {
    double[] sorted =
        IntStream.range(0, weights.length)
            .filter(group -> grid.first(group + 1) - grid.first(group) > 1)
            .mapToDouble(group -> weights[group])
            .sorted()
            .toArray();
    double among = sorted.length <= REFINED ? -1e300 : sorted[sorted.length - REFINED];
    double greatest = Arrays.stream(weights).max().orElse(0);
    return Math.max(among, greatest + LEAST_LOG_SHARE);
  }

  /** {@code log p_Z} of rows of scores, in nats. */
  double[] logDensities(double[][] scores, List<String> names) {
    return scores.length == 0
        ? new double[0]
        : model.logProb(Dataset.of(scores).withColumnNames(names), share -> {});
  }
}
