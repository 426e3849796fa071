package org.ebbflow.tabular.conditional;

import java.util.ArrayList;
import java.util.List;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.Interval;
import org.ebbflow.tabular.encode.NormalScores;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;

/**
 * The normal scores of a column's present values cut into cells of about equal marginal mass, atoms
 * (categories, spikes, frequent whole numbers) into cells of their own.
 *
 * <p>A conditional density is proportional to p_Z(z)/φ(z) in the marginal mass, which varies little
 * over a cell: its value at the middle stands for the cell. Immutable; safe for several threads.
 */
public final class ColumnGrid {
  private static final int LOOKED_AT = 4096;

  private final double[] lower;
  private final double[] upper;
  private final double[] middle;
  private final Column values;

  private ColumnGrid(List<double[]> cells, ColumnEncoder encoder) {
    int n = cells.size();
    this.lower = new double[n];
    this.upper = new double[n];
    this.middle = new double[n];
    for (int i = 0; i < n; i++) {
      lower[i] = cells.get(i)[0];
      upper[i] = cells.get(i)[1];
      middle[i] = NormalScores.quantile(0.5 * (lower[i] + upper[i]));
    }
    this.values = encoder.decode(middle);
  }

  /**
   * @param cells about how many, at least 2
   */
  public static ColumnGrid of(ColumnEncoder encoder, int cells) {
    Interval present = encoder.presentInterval();
    double from = NormalScores.below(present.lower());
    double to = NormalScores.below(present.upper());
    double[] scores = new double[LOOKED_AT];
    for (int i = 0; i < LOOKED_AT; i++) {
      scores[i] = NormalScores.quantile(from + (to - from) * (i + 0.5) / LOOKED_AT);
    }
    Column seen = encoder.decode(scores);
    double widest = (to - from) / cells;
    List<double[]> all = new ArrayList<>();
    double open = from;
    for (int i = 0; i < LOOKED_AT; ) {
      int end = i + 1;
      while (end < LOOKED_AT && sameValue(seen, i, end)) {
        end++;
      }
      Interval interval = encoder.interval(seen, i);
      double low = Math.max(from, NormalScores.below(interval.lower()));
      double high = Math.min(to, NormalScores.below(interval.upper()));
      if (!interval.isPoint() && high - low >= 0.5 * widest) {
        cut(all, open, low, widest);
        cut(all, Math.max(open, low), high, widest);
        open = Math.max(open, high);
      }
      i = end;
    }
    cut(all, open, to, widest);
    return new ColumnGrid(all, encoder);
  }

  private static boolean sameValue(Column column, int a, int b) {
    return column.type() == ColumnType.TEXT
        ? column.code(a) == column.code(b)
        : column.number(a) == column.number(b);
  }

  private static void cut(List<double[]> cells, double from, double to, double widest) {
    if (to - from < 1e-9) {
      return;
    }
    int parts = (int) Math.max(1, Math.ceil((to - from) / widest - 1e-9));
    for (int i = 0; i < parts; i++) {
      cells.add(
          new double[] {from + (to - from) * i / parts, from + (to - from) * (i + 1) / parts});
    }
  }

  /** How many cells. */
  public int size() {
    return middle.length;
  }

  /** The score in the middle of a cell by marginal mass. */
  public double score(int cell) {
    return middle[cell];
  }

  /** The marginal mass of a cell. */
  public double mass(int cell) {
    return upper[cell] - lower[cell];
  }

  /** The score that a share of a cell's marginal mass lies below. */
  public double score(int cell, double share) {
    return NormalScores.quantile(lower[cell] + share * mass(cell));
  }

  /** Whether two cells stand for the same value. */
  public boolean sameValue(int a, int b) {
    return sameValue(values, a, b);
  }

  /** The values at the cells' middles. */
  public Column values() {
    return values;
  }

  /**
   * Probabilities of the cells, from log-densities at their middles.
   *
   * @param logDensities log p_Z with the column at each cell's middle, up to a constant; replaced
   *     by the probabilities
   */
  public void normalise(double[] logDensities) {
    double greatest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < logDensities.length; i++) {
      logDensities[i] += Math.log(mass(i)) - NormalScores.logDensity(middle[i]);
      greatest = Math.max(greatest, logDensities[i]);
    }
    double sum = 0;
    for (int i = 0; i < logDensities.length; i++) {
      logDensities[i] = Math.exp(logDensities[i] - greatest);
      sum += logDensities[i];
    }
    for (int i = 0; i < logDensities.length; i++) {
      logDensities[i] /= sum;
    }
  }

  /**
   * A cell of the value that has most of the probability.
   *
   * @param p probabilities of the cells
   */
  public int likeliest(double[] p) {
    int best = 0;
    double most = -1;
    for (int cell = 0; cell < p.length; cell++) {
      double mass = massOf(p, cell);
      if (mass > most) {
        most = mass;
        best = cell;
      }
    }
    return best;
  }

  /** The probability of all cells that stand for the same value as one of them. */
  public double massOf(double[] p, int like) {
    double sum = 0;
    for (int cell = 0; cell < p.length; cell++) {
      if (sameValue(cell, like)) {
        sum += p[cell];
      }
    }
    return sum;
  }

  /** The cell that half of the probability lies up to. */
  public int median(double[] p) {
    double sum = 0;
    for (int cell = 0; cell < p.length; cell++) {
      sum += p[cell];
      if (sum >= 0.5) {
        return cell;
      }
    }
    return p.length - 1;
  }
}
