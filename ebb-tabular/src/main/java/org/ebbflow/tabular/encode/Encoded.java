package org.ebbflow.tabular.encode;

import org.ebbflow.data.Dataset;

/** Rows of normal scores, and what their densities lack to be those of the table's rows. */
public final class Encoded {
  private final Dataset scores;
  private final double[][] logRatios;

  Encoded(Dataset scores, double[][] logRatios) {
    this.scores = scores;
    this.logRatios = logRatios;
  }

  /** One row for each of the table's, one column for each modelled one, with its name. */
  public Dataset scores() {
    return scores;
  }

  /** {@link #scores} as arrays, copied. */
  public double[][] rows() {
    double[][] rows = new double[scores.rows()][scores.columns()];
    for (int row = 0; row < rows.length; row++) {
      scores.gather(new int[] {row}, rows[row]);
    }
    return rows;
  }

  /** Σ_j [log m_j − log φ(z_j)] for each row: add log p_Z(z) for the log-density; copied. */
  public double[] logRatios() {
    double[] sums = new double[scores.rows()];
    for (double[] column : logRatios) {
      for (int row = 0; row < sums.length; row++) {
        sums[row] += column[row];
      }
    }
    return sums;
  }

  /** log m_j − log φ(z_j) of one modelled column for each row; copied. */
  public double[] logRatios(int column) {
    return logRatios[column].clone();
  }
}
