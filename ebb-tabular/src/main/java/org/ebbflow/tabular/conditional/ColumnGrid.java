package org.ebbflow.tabular.conditional;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.Interval;
import org.ebbflow.tabular.encode.NormalScores;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;

/**
 * The normal scores of a column's present values cut into cells, atoms (categories, spikes,
 * frequent whole numbers) into cells of their own.
 *
 * <p>A conditional density is proportional to p_Z(z)/φ(z) in the marginal mass, which varies little
 * over a cell: its value at the middle stands for the cell. Between atoms, half of the cells are
 * spent on equal marginal mass and half on equal length, so that the tails, where a conditional may
 * have all of its mass, are not one cell. These cells form groups of a few, so that a narrow
 * conditional can be found by the groups and looked at cell by cell where it is. Immutable; safe
 * for several threads.
 */
public final class ColumnGrid {
  private static final int LOOKED_AT = 4096;

  /** Beyond so large a score cells are no longer made for the length. */
  private static final double FAR = 4;

  /** A density that is exact is constant over an atom; a fitted one is looked at so often. */
  private static final int MOST_IN_ATOM = 4;

  /** What an atom must have to get a cell of its own, in shares of a cell. */
  private static final double LEAST_ATOM = 0.2;

  private static final int POINTS_IN_CELL = 8;

  /** Cells of a group. */
  private static final int REFINED = 4;

  private final double[] lower;
  private final double[] upper;
  private final double[] middle;
  private final Column values;
  private final double[] means;
  private final int[] firsts; // of each group, and their number

  /** Cells that come into being from left to right, in groups. */
  private static final class Builder {
    private final List<double[]> cells = new ArrayList<>();
    private final List<Integer> firsts = new ArrayList<>();
  }

  private ColumnGrid(Builder built, ColumnEncoder encoder) {
    List<double[]> cells = built.cells;
    int n = cells.size();
    this.firsts =
        IntStream.concat(built.firsts.stream().mapToInt(Integer::intValue), IntStream.of(n))
            .toArray();
    this.lower = new double[n];
    this.upper = new double[n];
    this.middle = new double[n];
    for (int i = 0; i < n; i++) {
      lower[i] = cells.get(i)[0];
      upper[i] = cells.get(i)[1];
      middle[i] = NormalScores.quantile(0.5 * (lower[i] + upper[i]));
    }
    this.values = encoder.decode(middle);
    this.means = values.type() == ColumnType.TEXT ? new double[0] : means(encoder);
  }

  private double[] means(ColumnEncoder encoder) {
    double[] scores = new double[size() * POINTS_IN_CELL];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = score(i / POINTS_IN_CELL, (i % POINTS_IN_CELL + 0.5) / POINTS_IN_CELL);
    }
    Column decoded = encoder.decode(scores);
    double[] all = new double[size()];
    for (int i = 0; i < scores.length; i++) {
      all[i / POINTS_IN_CELL] += decoded.number(i) / POINTS_IN_CELL;
    }
    return all;
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
    Builder all = new Builder();
    double open = from;
    for (int i = 0; i < LOOKED_AT; ) {
      int end = i + 1;
      while (end < LOOKED_AT && sameValue(seen, i, end)) {
        end++;
      }
      Interval interval = encoder.interval(seen, i);
      double low = Math.max(from, NormalScores.below(interval.lower()));
      double high = Math.min(to, NormalScores.below(interval.upper()));
      if (!interval.isPoint() && high - low >= LEAST_ATOM * widest) {
        cut(all, open, low, 1.0 / cells);
        cutAtom(all, Math.max(open, low), high, widest);
        open = Math.max(open, high);
      }
      i = end;
    }
    cut(all, open, to, 1.0 / cells);
    return new ColumnGrid(all, encoder);
  }

  private static boolean sameValue(Column column, int a, int b) {
    return column.type() == ColumnType.TEXT
        ? column.code(a) == column.code(b)
        : column.number(a) == column.number(b);
  }

  private static void cutAtom(Builder grid, double from, double to, double widest) {
    if (to - from < 1e-9) {
      return;
    }
    int parts = (int) Math.max(1, Math.min(MOST_IN_ATOM, Math.ceil((to - from) / widest - 1e-9)));
    for (int i = 0; i < parts; i++) {
      grid.firsts.add(grid.cells.size());
      grid.cells.add(
          new double[] {from + (to - from) * i / parts, from + (to - from) * (i + 1) / parts});
    }
  }

  private static void cut(Builder grid, double from, double to, double widest) {
    if (to - from < 1e-9) {
      return;
    }
    double first = spent(NormalScores.quantile(from));
    double all = spent(NormalScores.quantile(to)) - first;
    int parts = REFINED * (int) Math.max(1, Math.ceil(all / widest - 1e-9));
    double left = from;
    boolean begun = false;
    for (int i = 1; i <= parts; i++) {
      double right = i == parts ? to : NormalScores.below(scoreOf(first + all * i / parts));
      right = Math.max(left, Math.min(right, to));
      // What is lost to rounding at the ends has no mass to speak of.
      if (right > left) {
        if (!begun) {
          grid.firsts.add(grid.cells.size());
        }
        grid.cells.add(new double[] {left, right});
        begun = true;
      }
      begun &= i % REFINED != 0;
      left = right;
    }
  }

  /** The share of the cells that lies below a score: half by mass, half by length. */
  private static double spent(double z) {
    double length = (Math.max(-FAR, Math.min(z, FAR)) + FAR) / (2 * FAR);
    return 0.5 * NormalScores.below(z) + 0.5 * length;
  }

  private static double scoreOf(double spent) {
    double low = -2 * FAR;
    double high = 2 * FAR;
    for (int i = 0; i < 50; i++) {
      double middle = 0.5 * (low + high);
      if (spent(middle) < spent) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return 0.5 * (low + high);
  }

  /** How many cells. */
  public int size() {
    return middle.length;
  }

  /** How many groups of cells. */
  int groups() {
    return firsts.length - 1;
  }

  /** The first cell of a group; of the number of groups, the number of cells. */
  int first(int group) {
    return firsts[group];
  }

  /** The score in the middle of a group by marginal mass. */
  double groupScore(int group) {
    return NormalScores.quantile(0.5 * (lower[firsts[group]] + upper[firsts[group + 1] - 1]));
  }

  /** The marginal mass of a group. */
  double groupMass(int group) {
    return upper[firsts[group + 1] - 1] - lower[firsts[group]];
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
   * The mean of the values in a cell.
   *
   * @throws IllegalArgumentException if they are texts
   */
  public double mean(int cell) {
    if (values.type() == ColumnType.TEXT) {
      throw new IllegalArgumentException("texts have no mean");
    }
    return means[cell];
  }

  /**
   * The logarithm of the cells' probability together, from log-densities at their middles.
   *
   * @param logDensities as of {@link #normalise}; left as they are
   */
  public double logSum(double[] logDensities) {
    return logSumOfMasses(logMasses(logDensities));
  }

  /**
   * Probabilities of the cells, from log-densities at their middles; where none of them is a number
   * above −∞, the cells' own.
   *
   * @param logDensities log p_Z with the column at each cell's middle, up to a constant; NaN, which
   *     a model says of rows far from all it knows, counts as −∞; replaced by the probabilities
   */
  public void normalise(double[] logDensities) {
    double[] each = logMasses(logDensities);
    double sum = logSumOfMasses(each);
    if (sum == Double.NEGATIVE_INFINITY) {
      Arrays.setAll(each, i -> Math.log(mass(i)));
      sum = logSumOfMasses(each);
    }
    for (int i = 0; i < each.length; i++) {
      logDensities[i] = Math.exp(each[i] - sum);
    }
  }

  private double[] logMasses(double[] logDensities) {
    double[] each = new double[logDensities.length];
    for (int i = 0; i < each.length; i++) {
      double value = logDensities[i] + Math.log(mass(i)) - NormalScores.logDensity(middle[i]);
      each[i] = Double.isNaN(value) ? Double.NEGATIVE_INFINITY : value;
    }
    return each;
  }

  private static double logSumOfMasses(double[] each) {
    double greatest = Arrays.stream(each).max().orElseThrow();
    if (greatest == Double.NEGATIVE_INFINITY) {
      return greatest;
    }
    return greatest + Math.log(Arrays.stream(each).map(value -> Math.exp(value - greatest)).sum());
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

  /**
   * The score that a share of the probability lies below.
   *
   * @param p probabilities of the cells
   */
  public double quantile(double[] p, double share) {
    double left = share;
    int cell = 0;
    while (left >= p[cell] && cell < p.length - 1) {
      left -= p[cell++];
    }
    return score(cell, Math.max(1e-12, Math.min(1, left / Math.max(p[cell], 1e-300))));
  }

  /**
   * The probability below a score: the inverse of {@link #quantile}.
   *
   * @param p probabilities of the cells
   */
  public double below(double[] p, double score) {
    double mass = NormalScores.below(score);
    double sum = 0;
    for (int cell = 0; cell < p.length && lower[cell] < mass; cell++) {
      sum += p[cell] * Math.min(1, (mass - lower[cell]) / mass(cell));
    }
    return sum;
  }
}
