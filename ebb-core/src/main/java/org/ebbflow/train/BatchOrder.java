package org.ebbflow.train;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.ebbflow.tensor.Rng;

/**
 * Which rows each step sees: every epoch goes through the rows in an order of its own, drawn from
 * the seed and the epoch's number; rows that fill no batch wait for another epoch. Not thread-safe.
 */
final class BatchOrder {
  private final int rows;
  private final int batch;
  private final long seed;
  private final int[] permutation;
  private long epoch = -1;

  BatchOrder(int rows, int batch, long seed) {
    this.rows = rows;
    this.batch = Math.min(batch, rows);
    this.seed = seed;
    this.permutation = new int[rows];
  }

  long batchesPerEpoch() {
    return rows / batch;
  }

  /** The rows of a step, counted from 0. */
  int[] rows(long step) {
    long wanted = step / batchesPerEpoch();
    if (wanted != epoch) {
      shuffle(wanted);
      epoch = wanted;
    }
    int from = Math.toIntExact(step % batchesPerEpoch()) * batch;
    return Arrays.copyOfRange(permutation, from, from + batch);
  }

  private void shuffle(long number) {
    SplittableRandom random = new SplittableRandom(Rng.mix(~seed, number));
    for (int i = 0; i < rows; i++) {
      int j = random.nextInt(i + 1);
      permutation[i] = permutation[j];
      permutation[j] = i;
    }
  }
}
