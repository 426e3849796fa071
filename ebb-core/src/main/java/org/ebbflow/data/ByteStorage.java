package org.ebbflow.data;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Unsigned bytes: an image costs one byte per pixel and channel. */
final class ByteStorage extends Storage {
  private final List<byte[]> full = new ArrayList<>();
  private byte[] last = new byte[0];
  private int used;

  ByteStorage(int columns) {
    super(columns);
  }

  void append(byte[] values, int from, int count) {
    checkRowsAfter(count);
    int at = from;
    int end = from + count;
    while (at < end) {
      if (used == chunkSize()) {
        full.add(last);
        last = new byte[0];
        used = 0;
      }
      int step = Math.min(end - at, chunkSize() - used);
      if (used + step > last.length) {
        last = Arrays.copyOf(last, grown(last.length, used + step));
      }
      System.arraycopy(values, at, last, used, step);
      used += step;
      at += step;
    }
  }

  @Override
  long size() {
    return (long) full.size() * chunkSize() + used;
  }

  private byte[] chunk(int row) {
    int chunk = chunkOf(row);
    return chunk < full.size() ? full.get(chunk) : last;
  }

  @Override
  double value(int row, int column) {
    return chunk(row)[offsetOf(row) + column] & 0xff;
  }

  @Override
  void copyRow(int row, double[] out, int at) {
    byte[] chunk = chunk(row);
    int offset = offsetOf(row);
    for (int c = 0; c < columns; c++) {
      out[at + c] = chunk[offset + c] & 0xff;
    }
  }

  void copyRow(int row, byte[] out, int at) {
    System.arraycopy(chunk(row), offsetOf(row), out, at, columns);
  }

  @Override
  void digestRow(int row, MessageDigest digest) {
    digest.update(chunk(row), offsetOf(row), columns);
  }

  @Override
  String kind() {
    return "u8";
  }
}
