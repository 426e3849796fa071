package org.ebbflow.cli.report;

/**
 * Rows of numbers that are read one at a time, so that a table need not fit in memory.
 *
 * <p>Called from one thread only, rows in ascending order.
 */
public interface RowReader {
  /** How many rows there are. */
  int rows();

  /** How many values each row has. */
  int columns();

  /**
   * Copies one row.
   *
   * @param row from 0 to {@code rows() - 1}
   * @param into filled from its start with {@code columns()} values
   */
  void copyRow(int row, float[] into);
}
