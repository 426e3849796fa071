package org.ebbflow.cli.input;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ebbflow.data.Dataset;

/**
 * Finds columns of a table that look like counts or categories: whole numbers, few of them
 * different. Taken as continuous, such a column has a likelihood without bound.
 */
public final class DiscreteColumns {
  private static final int ROWS = 10_000;
  private static final int FEW = 50;
  private static final int REPEATS = 20;

  private DiscreteColumns() {}

  /** Their labels, in order, judged by the first 10,000 rows; none for bytes. */
  public static List<String> of(Dataset data) {
    List<String> found = new ArrayList<>();
    int rows = Math.min(ROWS, data.rows());
    for (int column = 0; column < data.columns() && !data.isBytes(); column++) {
      Set<Double> values = new HashSet<>();
      boolean whole = true;
      for (int row = 0; row < rows && whole && values.size() <= FEW; row++) {
        double value = data.value(row, column);
        whole = value == Math.rint(value);
        values.add(value);
      }
      if (whole && values.size() <= FEW && values.size() * REPEATS <= rows) {
        found.add(data.columnLabel(column));
      }
    }
    return found;
  }
}
