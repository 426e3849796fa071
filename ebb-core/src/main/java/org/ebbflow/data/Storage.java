package org.ebbflow.data;

import java.security.MessageDigest;

/**
 * Numbers in row-major order, cut into chunks of whole rows.
 *
 * <p>Chunks let a table grow while it is read without ever being copied, and let it hold more
 * numbers than one Java array or one mapping of a file can. Filled by one thread, then only read.
 */
abstract sealed class Storage permits ByteStorage, DoubleStorage, BufferStorage {
  /** A chunk holds about this many numbers, or one row if a row is longer. */
  private static final int CHUNK = 1 << 20;

  /** What a chunk starts with: a header may promise far more than the file holds. */
  private static final int FIRST_CAPACITY = 1 << 10;

  final int columns;
  private final int shift;

  Storage(int columns) {
    this(columns, CHUNK);
  }

  /**
   * @param chunk about how many numbers a chunk holds, at least 1
   */
  Storage(int columns, int chunk) {
    if (columns < 1) {
      throw new DataException(
          "a dataset of " + columns + " columns", "give it at least one column");
    }
    this.columns = columns;
    this.shift = Math.max(0, 31 - Integer.numberOfLeadingZeros(chunk / columns));
  }

  /** How many numbers have been appended so far. */
  abstract long size();

  abstract double value(int row, int column);

  /** Copies one row into {@code out} from index {@code at}. */
  abstract void copyRow(int row, double[] out, int at);

  /** Feeds one row to a digest, numbers big-endian. */
  abstract void digestRow(int row, MessageDigest digest);

  /** Names the storage in a fingerprint: equal numbers stored otherwise are other data. */
  abstract String kind();

  final int rows() {
    return (int) (size() / columns);
  }

  final int chunkOf(int row) {
    return row >>> shift;
  }

  final int offsetOf(int row) {
    return (row & ((1 << shift) - 1)) * columns;
  }

  /** Numbers in a full chunk. */
  final int chunkSize() {
    return columns << shift;
  }

  /** The capacity a chunk of {@code capacity} grows to when it has to hold {@code needed}. */
  final int grown(int capacity, int needed) {
    long doubled = Math.max(Math.max(FIRST_CAPACITY, 2L * capacity), needed);
    return (int) Math.min(doubled, chunkSize());
  }

  final void checkRowsAfter(int count) {
    if ((size() + count) / columns > Integer.MAX_VALUE) {
      throw new DataException(
          "more than " + Integer.MAX_VALUE + " rows", "split the data into several files");
    }
  }

  /** Checks numbers that are to stand behind the first {@code size}. */
  final void checkFinite(double[] values, int from, int count, long size) {
    for (int i = 0; i < count; i++) {
      if (!Double.isFinite(values[from + i])) {
        long position = size + i;
        throw new DataException(
            "row index %d, column index %d is %s"
                .formatted(position / columns, position % columns, values[from + i]),
            "remove or fill what is not a finite number");
      }
    }
  }

  /** Checks that at least one row, and no part of a row, has been appended. */
  final void checkWholeRows() {
    if (size() == 0) {
      throw new DataException("a dataset without rows", "give it at least one row");
    }
    if (size() % columns != 0) {
      throw new DataException(
          "the last row has " + size() % columns + " of " + columns + " values",
          "append whole rows");
    }
  }
}
