package org.ebbflow.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are computed in order, then read at random until they are released: in memory, or in a
 * temporary file that is mapped; the numbers read are the same to the bit.
 *
 * <p>Filled by one thread; the dataset may then be read by several, but not after {@link #close}.
 */
public final class RowCache implements AutoCloseable {
  private static final int HEAP_CHUNK = 1 << 24;
  private static final int MAPPED_CHUNK = 1 << 30;
  private static final int WRITE_BYTES = 1 << 18;

  private final int rows;
  private final int columns;
  private final BufferStorage storage;
  private final List<ByteBuffer> heap = new ArrayList<>();
  private final @Nullable RowFile file;
  private final ByteBuffer unwritten;
  private long size;

  /**
   * @param folder where the file goes, which exists; null to keep the rows in memory
   * @param rows how many there will be, at least 1
   * @param columns numbers per row, at least 1
   * @param single whether they are kept in single precision: for numbers that are floats already
   * @throws DataException if there would be no row or column, or the file cannot be made
   */
  public RowCache(@Nullable Path folder, int rows, int columns, boolean single) {
    this(folder, rows, columns, single, folder == null ? HEAP_CHUNK : MAPPED_CHUNK);
  }

  /**
   * @param chunkBytes about how long a buffer or mapping is
   */
  RowCache(@Nullable Path folder, int rows, int columns, boolean single, int chunkBytes) {
    if (rows < 1) {
      throw new DataException("a dataset without rows", "give it at least one row");
    }
    this.rows = rows;
    this.columns = columns;
    this.storage = new BufferStorage(columns, single, chunkBytes);
    this.file = folder == null ? null : new RowFile(folder, bytes(rows, columns, single));
    this.unwritten =
        ByteBuffer.allocate(file == null ? 0 : WRITE_BYTES).order(ByteOrder.nativeOrder());
  }

  /** How many bytes rows take, in memory or on disk. */
  public static long bytes(long rows, int columns, boolean single) {
    return rows * columns * (single ? Float.BYTES : Double.BYTES);
  }

  /** Deletes files that runs which were killed have left in a folder, if there are any. */
  public static void removeLeftovers(Path folder) {
    RowFile.removeLeftovers(folder);
  }

  /**
   * Appends whole rows.
   *
   * @param values in row-major order, copied; rounded to floats where those are kept
   * @throws DataException if a value is not finite, the disk is full, or memory is
   */
  public void append(double[] values) {
    if (values.length % columns != 0 || size + values.length > (long) rows * columns) {
      throw new DataException(
          "%d values behind %d, for %d rows of %d".formatted(values.length, size, rows, columns),
          "append as many whole rows as were announced");
    }
    storage.checkFinite(values, 0, values.length, size);
    for (int at = 0; at < values.length; ) {
      ByteBuffer room = room();
      int step = Math.min(values.length - at, room.remaining() / storage.bytesEach());
      storage.encode(values, at, step, room);
      at += step;
      size += step;
    }
  }

  /** A buffer with room for one number at least. */
  private ByteBuffer room() {
    if (file != null) {
      if (!unwritten.hasRemaining()) {
        file.write(unwritten.flip());
        unwritten.clear();
      }
      return unwritten;
    }
    int inside = (int) (size % storage.chunkSize());
    if (inside == 0) {
      long left = (long) rows * columns - size;
      int bytes = (int) Math.min(left, storage.chunkSize()) * storage.bytesEach();
      heap.add(allocate(bytes));
    }
    return heap.get(heap.size() - 1);
  }

  private ByteBuffer allocate(int bytes) {
    try {
      return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    } catch (OutOfMemoryError e) {
      heap.clear();
      throw new DataException(
          "%d rows of %d numbers do not fit in memory".formatted(rows, columns),
          "give Java more (-Xmx) or keep the rows on disk (growth.cache=disk)",
          e);
    }
  }

  /**
   * All rows; none can be appended afterwards.
   *
   * @throws DataException if rows are missing or the file cannot be written or mapped
   */
  public Dataset dataset() {
    if (storage.size() == 0) {
      if (size != (long) rows * columns) {
        throw new DataException(
            "%d of %d rows".formatted(size / columns, rows), "append as many as were announced");
      }
      if (file != null) {
        file.write(unwritten.flip());
        storage.fill(file.map(storage.chunkSize() * storage.bytesEach()), size);
      } else {
        storage.fill(heap.toArray(new ByteBuffer[0]), size);
        heap.clear();
      }
    }
    return Dataset.of(storage);
  }

  /** Releases memory or file; the dataset can no longer be read. */
  @Override
  public void close() {
    heap.clear();
    storage.release();
    if (file != null) {
      file.close();
    }
  }
}
