package org.ebbflow.objective;

import java.util.Arrays;

/**
 * The assignment of rows to columns of least total cost, by shortest augmenting paths, O(n³).
 *
 * <p>Source: Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse
 * linear assignment problems", 1987.
 */
final class Assignment {
  private Assignment() {}

  /**
   * The column of each row.
   *
   * @param costs (n·n), row-major, finite
   */
  static int[] of(double[] costs, int n) {
    double[] rowPrice = new double[n];
    double[] columnPrice = new double[n];
    int[] rowOf = new int[n];
    Arrays.fill(rowOf, -1);
    for (int start = 0; start < n; start++) {
      augment(costs, n, start, rowPrice, columnPrice, rowOf);
    }
    int[] columnOf = new int[n];
    for (int column = 0; column < n; column++) {
      columnOf[rowOf[column]] = column;
    }
    return columnOf;
  }

  /** Finds the shortest path from a row to a free column, by reduced costs, and turns it over. */
  private static void augment(
      double[] costs, int n, int start, double[] rowPrice, double[] columnPrice, int[] rowOf) {
    double[] distance = new double[n];
    int[] before = new int[n];
    boolean[] done = new boolean[n];
    Arrays.fill(distance, Double.POSITIVE_INFINITY);
    Arrays.fill(before, -1);
    int row = start;
    int last = -1;
    double reached = 0;
    while (true) {
      int nearest = -1;
      for (int column = 0; column < n; column++) {
        if (done[column]) {
          continue;
        }
        double through = reached + costs[row * n + column] - rowPrice[row] - columnPrice[column];
        if (through < distance[column]) {
          distance[column] = through;
          before[column] = last;
        }
        if (nearest < 0 || distance[column] < distance[nearest]) {
          nearest = column;
        }
      }
      done[nearest] = true;
      reached = distance[nearest];
      last = nearest;
      if (rowOf[nearest] < 0) {
        break;
      }
      row = rowOf[nearest];
    }
    rowPrice[start] += reached;
    for (int column = 0; column < n; column++) {
      if (done[column] && column != last) {
        rowPrice[rowOf[column]] += reached - distance[column];
        columnPrice[column] -= reached - distance[column];
      }
    }
    for (int column = last; column >= 0; column = before[column]) {
      rowOf[column] = before[column] < 0 ? start : rowOf[before[column]];
    }
  }
}
