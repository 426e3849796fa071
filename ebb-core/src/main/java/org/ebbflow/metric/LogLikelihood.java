package org.ebbflow.metric;

import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Parallel;
import org.ebbflow.tensor.Scope;

/**
 * Log-densities of data rows in data space, {@code log p(x) = log p_Y(T(x)) + log|det J_T(x)|}, in
 * nats.
 */
public final class LogLikelihood {
  private static final int BATCH = 500;

  private LogLikelihood() {}

  /**
   * The mean and its spread.
   *
   * @param nll mean of −log p in nats
   * @param bitsPerDimension {@code nll/(D·log 2)}
   * @param rows how many rows
   * @param standardError of {@code nll}, in nats
   */
  public record Summary(double nll, double bitsPerDimension, int rows, double standardError) {}

  /**
   * {@code log p(x)} of every row, in the data's order; −∞ where it cannot be computed, which is
   * far from all that the flow was trained on.
   *
   * @param flow the flow in the preprocessed space
   * @param preprocessing T, and the noise for whole numbers
   * @param seed of that noise
   * @param progress told the share done, 0 to 1
   */
  public static double[] perRow(
      Flow flow, Preprocessing preprocessing, Dataset data, long seed, DoubleConsumer progress) {
    Flow inDataSpace = flow.after(preprocessing.transform());
    double[] result = new double[data.rows()];
    try (Scope all = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      double logZ = Engine.doubles(inDataSpace.logZ())[0];
      Parallel.forRows(
          data.rows(),
          BATCH,
          progress,
          (from, to) -> {
            int[] rows = IntStream.range(from, to).toArray();
            try (Scope batch = Scope.open()) {
              Tensor x = preprocessing.fixed(data, rows, seed);
              double[] energies =
                  Engine.doubles(inDataSpace.energy(x, preprocessing.condition(data, rows)));
              for (int i = 0; i < energies.length; i++) {
                double logProb = -energies[i] - logZ;
                result[from + i] = Double.isNaN(logProb) ? Double.NEGATIVE_INFINITY : logProb;
              }
            }
          });
    }
    return result;
  }

  /** Mean negative log-likelihood of the data. */
  public static Summary of(Flow flow, Preprocessing preprocessing, Dataset data, long seed) {
    return summarise(perRow(flow, preprocessing, data, seed, done -> {}), data.columns());
  }

  /** Mean and standard error of given log-densities of D-dimensional rows. */
  public static Summary summarise(double[] logProb, int dimension) {
    double mean = 0;
    for (double value : logProb) {
      mean += value / logProb.length;
    }
    double squares = 0;
    for (double value : logProb) {
      squares += (value - mean) * (value - mean);
    }
    int n = logProb.length;
    double standardError = n > 1 ? Math.sqrt(squares / (n - 1) / n) : Double.NaN;
    return new Summary(-mean, -mean / (dimension * Math.log(2)), n, standardError);
  }
}
