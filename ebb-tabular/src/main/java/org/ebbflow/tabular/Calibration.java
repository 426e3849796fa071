package org.ebbflow.tabular;

import java.util.Arrays;
import java.util.List;
import org.ebbflow.tabular.select.Entry;

/**
 * What ordinary rows look like to a model: log-densities of rows that it was not trained on, and
 * how it was chosen. Immutable.
 */
public final class Calibration {
  private final double[] heldOut;
  private final List<Entry> entries;

  /**
   * @param heldOut log-densities of held-out rows in nats; copied
   * @param entries of the race, in the order of training; copied
   */
  Calibration(double[] heldOut, List<Entry> entries) {
    this.heldOut = heldOut.clone();
    Arrays.sort(this.heldOut);
    this.entries = List.copyOf(entries);
  }

  /** Log-densities of held-out rows in nats, rising; copied. */
  public double[] heldOut() {
    return heldOut.clone();
  }

  /** All candidates of the race in the order they were trained; unmodifiable. */
  public List<Entry> entries() {
    return entries;
  }

  /** {@code (1 + #{held-out ≤ value})/(1 + #held-out)} for every value. */
  double[] pValues(double[] logDensities) {
    double[] p = new double[logDensities.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = (1.0 + atMost(logDensities[i])) / (1.0 + heldOut.length);
    }
    return p;
  }

  private int atMost(double value) {
    int low = 0;
    int high = heldOut.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (heldOut[middle] <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
