package org.ebbflow.tabular.conditional;

import java.util.List;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import org.ebbflow.tabular.encode.ColumnEncoder;

/**
 * {@code p(z_j | z_k, k ≠ j)} of every column on a {@link ColumnGrid}, from a joint density.
 *
 * <p>Safe for several threads.
 */
public final class Conditionals {
  private static final int ROWS_AT_ONCE = 20_000;

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
     * @param logDensities log p_Z with the column at each cell's middle, in nats
     */
    void visit(int row, double[] logDensities);
  }

  /**
   * Evaluates a column's conditional for some rows.
   *
   * @param scores rows × columns; what the column has there does not matter
   * @param rows which of them
   * @param names of the columns of scores
   */
  public void of(int column, double[][] scores, int[] rows, List<String> names, Visitor visitor) {
    ColumnGrid grid = grids.get(column);
    int cells = grid.size();
    int batch = Math.max(1, ROWS_AT_ONCE / cells);
    for (int from = 0; from < rows.length; from += batch) {
      int n = Math.min(batch, rows.length - from);
      double[][] points = new double[n * cells][];
      for (int i = 0; i < points.length; i++) {
        points[i] = scores[rows[from + i / cells]].clone();
        points[i][column] = grid.score(i % cells);
      }
      double[] logProb = logDensities(points, names);
      for (int i = 0; i < n; i++) {
        double[] own = new double[cells];
        System.arraycopy(logProb, i * cells, own, 0, cells);
        visitor.visit(rows[from + i], own);
      }
    }
  }

  /** {@code log p_Z} of rows of scores, in nats. */
  double[] logDensities(double[][] scores, List<String> names) {
    return scores.length == 0
        ? new double[0]
        : model.logProb(Dataset.of(scores).withColumnNames(names), share -> {});
  }
}
