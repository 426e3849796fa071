package org.ebbflow.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Finite doubles. */
final class DoubleStorage extends Storage {
  private static final int DIGEST_STEP = 1 << 12;

  private final List<double[]> full = new ArrayList<>();
  private double[] last = new double[0];
  private int used;

  DoubleStorage(int columns) {
    super(columns);
  }

  void append(double[] values, int from, int count) {
    checkRowsAfter(count);
    checkFinite(values, from, count, size());
    int at = from;
    int end = from + count;
    while (at < end) {
      if (used == chunkSize()) {
        full.add(last);
        last = new double[0];
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

  private double[] chunk(int row) {
    int chunk = chunkOf(row);
    return chunk < full.size() ? full.get(chunk) : last;
  }

  @Override
  double value(int row, int column) {
    return chunk(row)[offsetOf(row) + column];
  }

  @Override
  void copyRow(int row, double[] out, int at) {
    System.arraycopy(chunk(row), offsetOf(row), out, at, columns);
  }

  @Override
  void digestRow(int row, MessageDigest digest) {
    double[] chunk = chunk(row);
    int offset = offsetOf(row);
    for (int c = 0; c < columns; c += DIGEST_STEP) {
      int count = Math.min(DIGEST_STEP, columns - c);
      ByteBuffer bytes = ByteBuffer.allocate(count * Double.BYTES);
      bytes.asDoubleBuffer().put(chunk, offset + c, count);
      digest.update(bytes);
    }
  }

  @Override
  String kind() {
    return "f64";
  }
}
