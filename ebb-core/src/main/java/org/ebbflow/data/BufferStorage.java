package org.ebbflow.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;

/**
 * Finite floats or doubles in buffers, of the heap or of a mapped file: both give the same bits.
 *
 * <p>The buffers are read by absolute position only, so by any number of threads.
 */
final class BufferStorage extends Storage {
  private static final ByteBuffer[] NONE = {};

  private final boolean single;
  private long size;
  private volatile ByteBuffer[] chunks = NONE;

  /**
   * @param single floats, not doubles
   * @param chunkBytes about how long a buffer is, at least 8
   */
  BufferStorage(int columns, boolean single, int chunkBytes) {
    super(columns, chunkBytes / bytesEach(single));
    this.single = single;
    Math.multiplyExact(chunkSize(), bytesEach(single));
  }

  private static int bytesEach(boolean single) {
    return single ? Float.BYTES : Double.BYTES;
  }

  /** Bytes of one number. */
  int bytesEach() {
    return bytesEach(single);
  }

  /** Puts numbers into a buffer at its position, narrowed if this holds floats. */
  void encode(double[] values, int from, int count, ByteBuffer out) {
    for (int i = from; i < from + count; i++) {
      if (single) {
        out.putFloat((float) values[i]);
      } else {
        out.putDouble(values[i]);
      }
    }
  }

  /**
   * Takes the numbers over; from then on they are read.
   *
   * @param buffers full chunks and a last one that need not be
   */
  void fill(ByteBuffer[] buffers, long numbers) {
    for (ByteBuffer buffer : buffers) {
      buffer.order(ByteOrder.nativeOrder());
    }
    size = numbers;
    chunks = buffers;
  }

  /** Lets the buffers go; numbers cannot be read any more. */
  void release() {
    chunks = NONE;
  }

  @Override
  long size() {
    return size;
  }

  private ByteBuffer chunk(int row) {
    ByteBuffer[] all = chunks;
    if (all.length == 0) {
      throw new IllegalStateException("the rows have been released");
    }
    return all[chunkOf(row)];
  }

  @Override
  double value(int row, int column) {
    return number(chunk(row), offsetOf(row) + column);
  }

  private double number(ByteBuffer chunk, int index) {
    return single ? chunk.getFloat(index * Float.BYTES) : chunk.getDouble(index * Double.BYTES);
  }

  @Override
  void copyRow(int row, double[] out, int at) {
    ByteBuffer chunk = chunk(row);
    int offset = offsetOf(row);
    for (int c = 0; c < columns; c++) {
      out[at + c] = number(chunk, offset + c);
    }
  }

  @Override
  void digestRow(int row, MessageDigest digest) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(columns, bytesEach()));
    ByteBuffer chunk = chunk(row);
    int offset = offsetOf(row);
    for (int c = 0; c < columns; c++) {
      if (single) {
        bytes.putFloat(chunk.getFloat((offset + c) * Float.BYTES));
      } else {
        bytes.putDouble(chunk.getDouble((offset + c) * Double.BYTES));
      }
    }
    digest.update(bytes.flip());
  }

  @Override
  String kind() {
    return single ? "f32" : "f64";
  }
}
