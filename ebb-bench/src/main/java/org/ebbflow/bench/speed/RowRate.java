package org.ebbflow.bench.speed;

import java.util.function.IntConsumer;

/**
 * How fast rows go through a model, in calls of equal size, and whether memory stays.
 *
 * @param rows how many went through
 * @param seconds they took
 * @param peakMebibytes the process's peak resident memory
 * @param growthMebibytes how much more memory there is in use after the calls than before, with
 *     everything free given back both times
 */
record RowRate(long rows, double seconds, double peakMebibytes, double growthMebibytes) {
  private static final int WARM_UP = 3;

  /**
   * Measures, after a few calls that do not count.
   *
   * @param call takes the number of the call
   */
  static RowRate of(int rows, int batch, IntConsumer call) {
    int calls = Math.max(1, rows / batch);
    for (int i = 0; i < WARM_UP; i++) {
      call.accept(i);
    }
    double before = PeakMemory.settled();
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      call.accept(WARM_UP + i);
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    double peak = PeakMemory.ofProcess();
    return new RowRate((long) calls * batch, seconds, peak, PeakMemory.settled() - before);
  }
}
