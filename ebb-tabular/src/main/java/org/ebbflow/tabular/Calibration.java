package org.ebbflow.tabular;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ebbflow.tabular.select.Entry;

/**
 * What ordinary rows look like to a model: log-densities and marginal tails of rows that it was not
 * trained on, and how it was chosen. Immutable.
 *
 * <p>A row is strange by its density, by its margins, or both: {@code T = −log S_d(d) − log S_t(t)}
 * with {@code d = −log p}, the marginal tails {@code t = −Σ_j log p_j} of its columns and S the
 * shares of held-out rows at least as far out; its p-value is the share of held-out rows with at
 * least its T. Densities alone miss rows that are far out where a flow has learnt a long tail;
 * margins alone miss strange combinations. Where the model has beaten a normal distribution, a
 * row's density is as strange as the stranger of both: d is the greater of their two exponents
 * {@code −log S(−log p)}. The flow sees what is not normal, but also learns the anomalies among the
 * rows it is trained on, which the normal distribution cannot.
 *
 * <p>Source of the sum: Fisher, "Statistical methods for research workers", 1925.
 */
public final class Calibration {
  private final double[][] heldOut;
  private final double[] tails;
  private final List<Entry> entries;
  private final List<TailCurve> ofDensities;
  private final TailCurve ofStranger;
  private final TailCurve ofTails;
  private final TailCurve ofBoth;

  /**
   * @param heldOut log-densities of held-out rows in nats, by the model and by the floor if there
   *     is one; copied
   * @param tails their marginal tails, in the same order; copied
   * @param entries of the race, in the order of training; copied
   */
  Calibration(double[][] heldOut, double[] tails, List<Entry> entries) {
    this.heldOut = Stream.of(heldOut).map(double[]::clone).toArray(double[][]::new);
    this.tails = tails.clone();
    this.entries = List.copyOf(entries);
    this.ofDensities =
        Stream.of(heldOut)
            .map(of -> new TailCurve(Arrays.stream(of).map(density -> -density).toArray()))
            .toList();
    this.ofStranger =
        new TailCurve(
            IntStream.range(0, tails.length).mapToDouble(row -> stranger(heldOut, row)).toArray());
    this.ofTails = new TailCurve(tails);
    this.ofBoth = new TailCurve(strangeness(heldOut, tails));
  }

  /** Log-densities of held-out rows in nats; copied. */
  public double[] heldOut() {
    return heldOut[0].clone();
  }

  /** Those by the normal distribution that was beaten, none without; copied. */
  double[] floor() {
    return heldOut.length > 1 ? heldOut[1].clone() : new double[0];
  }

  /** Marginal tails of held-out rows; copied. */
  public double[] tails() {
    return tails.clone();
  }

  /** All candidates of the race in the order they were trained; unmodifiable. */
  public List<Entry> entries() {
    return entries;
  }

  /** The candidate that was chosen: the best by held-out rows. */
  public Entry best() {
    return Entry.best(entries).orElseThrow();
  }

  /** {@code −log S_d(d)} of rows with these log-densities, as many as in the constructor. */
  double[] ofDensities(double[][] logDensities) {
    return IntStream.range(0, logDensities[0].length)
        .mapToDouble(row -> ofStranger.exponent(stranger(logDensities, row)))
        .toArray();
  }

  /** {@code −log S_t(t)} of rows with these marginal tails. */
  double[] ofMargins(double[] marginalTails) {
    return Arrays.stream(marginalTails).map(ofTails::exponent).toArray();
  }

  /** T of rows with these log-densities, as many as in the constructor, and marginal tails. */
  double[] strangeness(double[][] logDensities, double[] marginalTails) {
    return sum(ofDensities(logDensities), ofMargins(marginalTails));
  }

  /** T of rows from what {@link #ofDensities} and {@link #ofMargins} give. */
  static double[] sum(double[] ofDensities, double[] ofMargins) {
    return IntStream.range(0, ofMargins.length)
        .mapToDouble(row -> ofDensities[row] + ofMargins[row])
        .toArray();
  }

  /** d of a row. */
  private double stranger(double[][] logDensities, int row) {
    if (logDensities.length == 1) {
      return -logDensities[0][row];
    }
    double most = 0;
    for (int i = 0; i < logDensities.length; i++) {
      most = Math.max(most, ofDensities.get(i).exponent(-logDensities[i][row]));
    }
    return most;
  }

  /** The share of held-out rows with at least these T. */
  double[] pValues(double[] strangeness) {
    return IntStream.range(0, strangeness.length)
        .mapToDouble(i -> Math.exp(-ofBoth.exponent(strangeness[i])))
        .toArray();
  }
}
