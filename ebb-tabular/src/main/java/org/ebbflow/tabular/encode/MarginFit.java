package org.ebbflow.tabular.encode;

import java.util.Arrays;
import org.ebbflow.tabular.schema.ColumnKind;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.table.Column;

/** Chooses atoms, grid and curve of a column of numbers. */
final class MarginFit {
  private static final double DAY = 86_400;
  private static final double LEAST_ROWS = 0.5;

  private MarginFit() {}

  static NumberMargin fit(ColumnSpec spec, Column values) {
    double[] sorted = sortedFinite(spec, values);
    double step = step(spec, sorted);
    double lower = spec.lower() == null ? Double.NEGATIVE_INFINITY : spec.lower();
    double upper = spec.upper() == null ? Double.POSITIVE_INFINITY : spec.upper();
    if (step > 0) {
      lower = Math.ceil(lower / step) * step;
      upper = Math.floor(upper / step) * step;
    }
    double[] distinct =
        Arrays.stream(sorted).distinct().limit(ColumnSpec.FEW_VALUES + 1L).toArray();
    boolean count = isCount(spec, distinct.length, sorted.length);
    double[] atoms =
        count ? distinct : spec.spikes().stream().mapToDouble(v -> v + 0.0).sorted().toArray();
    double[] weights = new double[atoms.length + 2];
    int others = 0;
    int singles = 0;
    double[] rest = new double[sorted.length];
    for (double x : sorted) {
      int found = Arrays.binarySearch(atoms, x);
      if (found >= 0) {
        weights[found]++;
      } else {
        rest[others++] = x;
      }
    }
    for (int i = 0; i < atoms.length; i++) {
      singles += weights[i] == 1 ? 1 : 0;
      weights[i] = Math.max(weights[i], LEAST_ROWS);
    }
    // Good (1953): what was never seen is as probable as what was seen once.
    weights[atoms.length] =
        count
            ? Math.max(LEAST_ROWS, Math.min(singles, sorted.length / 20.0))
            : Math.max(others, LEAST_ROWS);
    weights[atoms.length + 1] =
        spec.missing() ? Math.max(values.rows() - sorted.length, LEAST_ROWS) : 0;
    double[] sample = others > 0 ? Arrays.copyOf(rest, others) : atoms;
    if (sample.length == 0) {
      sample = new double[] {Math.max(lower, Math.min(0, upper))};
    }
    ScoreCurve curve = ScoreCurve.fit(sample, lower - step / 2, upper + step / 2);
    return new NumberMargin(step, lower, upper, atoms, curve, weights);
  }

  /**
   * Whether each value becomes an atom: few whole numbers, or few moments that come again, such as
   * those of a schedule.
   */
  private static boolean isCount(ColumnSpec spec, int distinct, int values) {
    if (distinct == 0 || distinct > ColumnSpec.FEW_VALUES) {
      return false;
    }
    return spec.kind() == ColumnKind.INTEGER
        || (spec.kind() == ColumnKind.TIMESTAMP && values >= 2 * distinct);
  }

  private static double[] sortedFinite(ColumnSpec spec, Column values) {
    double[] sorted = new double[values.rows()];
    int count = 0;
    for (int row = 0; row < sorted.length; row++) {
      double x = values.number(row);
      if (Double.isInfinite(x)) {
        throw Faults.value(
            spec, row, x, "is not finite", "replace it by a number or leave it empty");
      }
      if (!Double.isNaN(x)) {
        sorted[count++] = x + 0.0; // −0 is 0
      } else if (!spec.missing()) {
        throw Faults.missing(spec, row);
      }
    }
    double[] kept = Arrays.copyOf(sorted, count);
    Arrays.sort(kept);
    return kept;
  }

  private static double step(ColumnSpec spec, double[] values) {
    if (spec.kind() == ColumnKind.INTEGER) {
      return 1;
    }
    boolean days =
        spec.kind() == ColumnKind.TIMESTAMP
            && values.length > 0
            && Arrays.stream(values).allMatch(x -> Math.rint(x / DAY) * DAY == x);
    return days ? DAY : 0;
  }
}
