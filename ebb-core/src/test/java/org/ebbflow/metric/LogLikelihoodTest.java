package org.ebbflow.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.flow.linear.FullyConnected.Structure;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.metric.LogLikelihood.Summary;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogLikelihoodTest {
  private static final double LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  private static double[] perRow(Flow flow, Preprocessing preprocessing, Dataset data, long seed) {
    return LogLikelihood.perRow(flow, preprocessing, data, seed, done -> {});
  }

  /** {@code z = x + 1} over N(0, I): the density is N(−1, I) in the preprocessed space. */
  private static Flow shifted(Engine engine, int dimension) {
    return new Flow(
        engine,
        dimension,
        List.of(FullyConnected.identity(engine, dimension, Structure.FULL, false)),
        new StandardNormal());
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void a_standardised_gaussian_has_the_density_in_the_columns_own_units(DType dtype) {
    Engine engine = Engine.cpu(dtype);
    double[] mean = {1.7e9, -3}; // a time stamp's offset, beyond single precision
    double[] deviation = {20, 0.25};
    double[][] rows = {{1.7e9 + 5, -3.1}, {1.7e9 - 31, -2.2}, {1.7e9, -3}};
    double[] logProb =
        perRow(
            shifted(engine, 2),
            Preprocessing.standardise(engine, mean, deviation),
            Dataset.of(rows),
            1);
    for (int r = 0; r < rows.length; r++) {
      double expected = 0;
      for (int c = 0; c < 2; c++) {
        double z = (rows[r][c] - mean[c]) / deviation[c] + 1;
        expected += -0.5 * z * z - LOG_ROOT_TWO_PI - Math.log(deviation[c]);
      }
      double tolerance = dtype == DType.FLOAT64 ? 1e-12 : 1e-5;
      assertThat(logProb[r]).isCloseTo(expected, within(tolerance));
    }
  }

  @Test
  void images_have_the_logit_normal_density_per_grey_level() {
    Engine engine = Engine.cpu(DType.FLOAT64);
    Preprocessing preprocessing = Preprocessing.image(engine, 1, 0.5);
    byte[] values = {0, 1, 77, (byte) 200, (byte) 255};
    Dataset bytes = Dataset.ofBytes(values, 5, 1);
    double[] logProb = perRow(shifted(engine, 1), preprocessing, bytes, 3);
    try (Scope scope = Scope.open()) {
      double[] noisy = Engine.doubles(preprocessing.fixed(bytes, new int[] {0, 1, 2, 3, 4}, 3));
      for (int i = 0; i < 5; i++) {
        assertThat(noisy[i] - (values[i] & 0xff)).isBetween(0.0, 1 - 1e-9);
        double x = (noisy[i] / 256 + 1e-6) * (1 - 2e-6);
        double z = Math.log(x / (1 - x)) / 0.5 + 1;
        double slope = (1 - 2e-6) / 256 / (x * (1 - x)) / 0.5;
        double expected = -0.5 * z * z - LOG_ROOT_TWO_PI + Math.log(slope);
        assertThat(logProb[i]).isCloseTo(expected, within(1e-9));
      }
    }
  }

  @Test
  void probabilities_of_all_256_grey_levels_sum_to_one_when_the_noise_is_averaged() {
    Engine engine = Engine.cpu(DType.FLOAT64);
    Preprocessing preprocessing = Preprocessing.image(engine, 1, 0.5);
    byte[] all = new byte[256];
    for (int i = 0; i < 256; i++) {
      all[i] = (byte) i;
    }
    Dataset levels = Dataset.ofBytes(all, 256, 1);
    Flow flow = shifted(engine, 1);
    int draws = 200;
    double sum = 0;
    double squares = 0;
    for (int seed = 0; seed < draws; seed++) {
      double one = 0;
      for (double logProb : perRow(flow, preprocessing, levels, seed)) {
        one += Math.exp(logProb);
      }
      sum += one / draws;
      squares += one * one / draws;
    }
    double error = Math.sqrt((squares - sum * sum) / draws);
    assertThat(error).isBetween(1e-7, 2e-3);
    assertThat(sum).isCloseTo(1, within(5 * error));
  }

  @Test
  void a_row_has_the_same_density_in_every_file_and_batch() {
    Engine engine = Engine.cpu();
    int columns = 3;
    byte[] pixels = new byte[1203 * columns];
    new Random(4).nextBytes(pixels);
    Dataset whole = Dataset.ofBytes(pixels, 1203, columns);
    Flow flow =
        new Flow(
            engine,
            columns,
            List.of(
                FullyConnected.identity(engine, columns, Structure.FULL, true),
                new SmoothLeakyRelu(0.3, false)),
            new StandardNormal());
    Preprocessing preprocessing = Preprocessing.image(engine, columns, 0.5);
    double[] all = perRow(flow, preprocessing, whole, 9);
    assertThat(all).hasSize(1203);
    int[] some = {1202, 0, 499, 500, 501, 7, 7};
    double[] picked = perRow(flow, preprocessing, whole.subset(some), 9);
    for (int i = 0; i < some.length; i++) {
      assertThat(picked[i]).isCloseTo(all[some[i]], within(2e-5));
      double[] alone = perRow(flow, preprocessing, whole.subset(new int[] {some[i]}), 9);
      assertThat(alone[0]).isCloseTo(all[some[i]], within(2e-5));
    }
    assertThat(picked[5]).isCloseTo(picked[6], within(2e-5));
    double[] otherNoise = perRow(flow, preprocessing, whole, 10);
    assertThat(Math.abs(otherNoise[0] - all[0])).isGreaterThan(1e-4);
  }

  @Test
  void the_summary_is_mean_spread_and_bits() {
    Summary summary = LogLikelihood.summarise(new double[] {-1, -2, -6}, 4);
    assertThat(summary.rows()).isEqualTo(3);
    assertThat(summary.nll()).isCloseTo(3, within(1e-15));
    assertThat(summary.bitsPerDimension()).isCloseTo(3 / (4 * Math.log(2)), within(1e-15));
    // Sample variance (4 + 1 + 9)/2 = 7.
    assertThat(summary.standardError()).isCloseTo(Math.sqrt(7.0 / 3), within(1e-15));
    assertThat(LogLikelihood.summarise(new double[] {-1}, 1).standardError()).isNaN();
  }

  @Test
  void noise_that_says_nothing_costs_eight_bits_a_dimension() {
    Engine engine = Engine.cpu(DType.FLOAT64);
    int columns = 2;
    byte[] pixels = new byte[4000 * columns];
    new Random(4).nextBytes(pixels);
    Dataset data = Dataset.ofBytes(pixels, 4000, columns);
    // The uniform density is the logistic one in the logits, close to a normal of variance π²/3.
    Summary summary =
        LogLikelihood.of(
            new Flow(engine, columns, List.of(), new StandardNormal()),
            Preprocessing.image(engine, columns, Math.PI / Math.sqrt(3)),
            data,
            1);
    // KL(logistic ‖ normal of the same variance) = ½ ln(2π·π²/3) + ½ − 2 = 0.0145 nats.
    double kl = 0.5 * Math.log(2 * Math.PI * Math.PI * Math.PI / 3) + 0.5 - 2;
    assertThat(summary.bitsPerDimension()).isCloseTo(8 + kl / Math.log(2), within(0.02));
    assertThat(summary.nll())
        .isCloseTo(columns * (Math.log(256) + kl), within(5 * summary.standardError()));
  }

  @Test
  void progress_rises_to_one() {
    Engine engine = Engine.cpu();
    Dataset data = Dataset.of(new double[1100][1]);
    double[] shares = new double[3];
    int[] calls = {0};
    LogLikelihood.perRow(
        shifted(engine, 1), Preprocessing.none(engine), data, 1, done -> shares[calls[0]++] = done);
    assertThat(calls[0]).isEqualTo(3);
    assertThat(Arrays.copyOf(shares, 2)).isSorted();
    assertThat(shares[2]).isEqualTo(1);
  }
}
