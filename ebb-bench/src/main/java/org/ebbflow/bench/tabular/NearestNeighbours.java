package org.ebbflow.bench.tabular;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;

/**
 * Gaps filled from the rows of a table that are nearest: numbers by the mean of the neighbours',
 * categories by the commonest. Neighbours are rows that have a value in the gap's column; the
 * distance is the mean over the columns that both rows have, squared differences of standardised
 * numbers, 0 or 1 for categories.
 *
 * <p>Source: Troyanskaya et al., "Missing value estimation methods for DNA microarrays", 2001.
 */
final class NearestNeighbours {
  private final Table table;
  private final List<String> names;
  private final boolean[] category;
  private final double[][] known; // rows × columns, standardised or a category's code; NaN for gaps
  private final double[] mean;
  private final double[] deviation;
  private final Map<String, Integer> codes = new HashMap<>();

  /**
   * @param table with gaps, to find neighbours in
   * @param categorical names of the columns that are no numbers
   */
  NearestNeighbours(Table table, List<String> categorical) {
    this.table = table;
    this.names = table.names();
    this.category = new boolean[names.size()];
    this.mean = new double[names.size()];
    this.deviation = new double[names.size()];
    for (int j = 0; j < names.size(); j++) {
      category[j] = categorical.contains(names.get(j));
      if (!category[j]) {
        double[] values = present(table.column(names.get(j)));
        mean[j] = Arrays.stream(values).average().orElse(0);
        double squares = 0;
        for (double x : values) {
          squares += (x - mean[j]) * (x - mean[j]) / values.length;
        }
        deviation[j] = squares > 0 ? Math.sqrt(squares) : 1;
      }
    }
    this.known = numbers(table);
  }

  private static double[] present(Column column) {
    return Arrays.stream(column.numbers()).filter(x -> !Double.isNaN(x)).toArray();
  }

  private double[][] numbers(Table of) {
    double[][] all = new double[of.rows()][names.size()];
    for (int j = 0; j < names.size(); j++) {
      Column column = of.column(names.get(j));
      for (int row = 0; row < all.length; row++) {
        String text = column.text(row);
        if (text == null) {
          all[row][j] = Double.NaN;
        } else {
          all[row][j] =
              category[j]
                  ? codes.computeIfAbsent(text, k -> codes.size())
                  : (column.number(row) - mean[j]) / deviation[j];
        }
      }
    }
    return all;
  }

  /** Told which rows of the table are nearest, and have a value in the column. */
  interface Visitor {
    /**
     * Takes the neighbours of one gap.
     *
     * @param row of those whose gaps are filled
     * @param column index
     * @param nearest rows of the table, the nearest first
     */
    void visit(int row, int column, int[] nearest);
  }

  /**
   * Finds the neighbours of every gap.
   *
   * @param rows with gaps, of the table's columns; a row of the table has no gap's value itself
   */
  void each(Table rows, int k, Visitor visitor) {
    double[][] wanted = numbers(rows);
    double[] distances = new double[known.length];
    for (int row = 0; row < wanted.length; row++) {
      boolean looked = false;
      for (int j = 0; j < names.size(); j++) {
        if (Double.isNaN(wanted[row][j])) {
          if (!looked) {
            distances(wanted[row], distances);
            looked = true;
          }
          visitor.visit(row, j, nearest(distances, j, k));
        }
      }
    }
  }

  private void distances(double[] from, double[] distances) {
    for (int other = 0; other < known.length; other++) {
      double sum = 0;
      int shared = 0;
      for (int j = 0; j < from.length; j++) {
        double difference = from[j] - known[other][j];
        if (!Double.isNaN(difference)) {
          sum += category[j] ? (difference == 0 ? 0 : 1) : difference * difference;
          shared++;
        }
      }
      distances[other] = shared == 0 ? Double.POSITIVE_INFINITY : sum / shared;
    }
  }

  private int[] nearest(double[] distances, int column, int k) {
    PriorityQueue<Integer> best =
        new PriorityQueue<>(Comparator.comparingDouble((Integer row) -> -distances[row]));
    double farthest = Double.POSITIVE_INFINITY;
    for (int row = 0; row < distances.length; row++) {
      if (!Double.isNaN(known[row][column]) && distances[row] < farthest) {
        best.add(row);
        if (best.size() > k) {
          best.remove();
        }
        if (best.size() == k) {
          farthest = distances[best.element()];
        }
      }
    }
    return best.stream()
        .sorted(Comparator.comparingDouble(row -> distances[row]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** The mean of a column of numbers over some rows of the table. */
  double mean(int column, int[] rows) {
    Column values = table.column(names.get(column));
    return Arrays.stream(rows).mapToDouble(values::number).average().orElse(mean[column]);
  }

  /** The commonest value of a column over some rows of the table, of several the first. */
  String mode(int column, int[] rows) {
    Column values = table.column(names.get(column));
    Map<String, Integer> counts = new HashMap<>();
    String best = "";
    for (int row : rows) {
      counts.merge(String.valueOf(values.text(row)), 1, Integer::sum);
    }
    int most = 0;
    for (int row : rows) {
      String text = String.valueOf(values.text(row));
      if (counts.getOrDefault(text, 0) > most) {
        most = counts.getOrDefault(text, 0);
        best = text;
      }
    }
    return best;
  }

  /** All rows that have a value in a column: their mean or mode is what is known of nothing. */
  int[] all(int column) {
    return java.util.stream.IntStream.range(0, known.length)
        .filter(row -> !Double.isNaN(known[row][column]))
        .toArray();
  }
}
