package org.ebbflow.data;

/**
 * Collects the rows of a table whose length is not known beforehand.
 *
 * <p>Costs eight bytes per number and never copies the table. Not thread-safe.
 */
public final class DatasetBuilder {
  private final DoubleStorage storage;
  private boolean built;

  /**
   * @param columns numbers per row, at least 1
   * @throws DataException if {@code columns} is below 1
   */
  public DatasetBuilder(int columns) {
    this.storage = new DoubleStorage(columns);
  }

  /**
   * Appends one row.
   *
   * @param row the values, copied
   * @throws DataException if the length is not the number of columns or a value is not finite
   */
  public void add(double[] row) {
    if (built) {
      throw new IllegalStateException("the dataset has been built");
    }
    if (row.length != storage.columns) {
      throw new DataException(
          "row index %d has %d values, not %d"
              .formatted(storage.rows(), row.length, storage.columns),
          "give every row the same length");
    }
    storage.append(row, 0, row.length);
  }

  /** Rows so far. */
  public int rows() {
    return storage.rows();
  }

  /**
   * The table of all rows added; nothing can be added afterwards.
   *
   * @throws DataException if there is no row
   */
  public Dataset build() {
    built = true;
    return Dataset.of(storage);
  }
}
