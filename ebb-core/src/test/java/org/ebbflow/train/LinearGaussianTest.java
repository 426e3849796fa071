package org.ebbflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One dense layer can be any Gaussian, and all five objectives then have the same answer, known in
 * closed form.
 *
 * <p>The training rows have exactly the mean μ and covariance Σ, which is all that any of the
 * objectives sees of them in expectation: so what is left is the training's error alone, without
 * the 0.02 nats that 20,000 random rows would be off.
 */
class LinearGaussianTest {
  private static final int D = 4;
  private static final int ROWS = 20_000;
  private static final double[] MEAN = {1.5, -0.7, 0, 3};
  // Σ = A·Aᵀ, with correlations up to 0.8 and variances from 0.3 to 3.
  private static final double[] A = {
    1.2, 0, 0, 0, //
    0.6, 0.5, 0, 0, //
    -0.4, 0.2, 0.9, 0, //
    0.8, -0.5, 0.3, 1.4
  };
  private static final double SIGMA = 0.5;

  @ParameterizedTest
  @CsvSource({
    "ml, FLOAT32, 400",
    "sml, FLOAT32, 800",
    "ssm, FLOAT32, 800",
    "dsm, FLOAT32, 800",
    "fdssm, FLOAT64, 3000" // one slope and one curvature a row: the noisiest
  })
  void every_objective_recovers_the_log_density(String name, DType dtype, int steps) {
    Engine engine = Engine.cpu(dtype);
    double noise = name.equals("dsm") ? SIGMA : 0;
    Preprocessing preprocessing = Preprocessing.none(engine);
    TrainTask task =
        Runs.task(
            engine,
            D,
            () -> List.of(Runs.dense(engine, D)),
            preprocessing,
            new ObjectiveSettings(name, 1, SIGMA, 0.1, 0, false, true).build(),
            Dataset.of(correlated(whitened(Runs.normalRows(ROWS, D, 1)))),
            Dataset.of(correlated(Runs.normalRows(2_000, D, 2))),
            3);
    ScheduleSettings cosine = new ScheduleSettings("cosine", 0, 0.95, 50, List.of());
    TrainSettings settings =
        Runs.settings(2_000, steps, OptimizerSettings.of("adam", 0.03), cosine);
    Trainer trainer = new Trainer(task, settings, null, "", new TrainListener() {});
    assertThat(trainer.run()).isEqualTo(Outcome.FINISHED);

    double[] expected = logDensity(task.validation(), noise);
    double[] model =
        LogLikelihood.perRow(task.averaged(), preprocessing, task.validation(), 0, done -> {});
    double[] untrained =
        LogLikelihood.perRow(
            new Flow(engine, D, List.of(Runs.dense(engine, D)), new StandardNormal()),
            preprocessing,
            task.validation(),
            0,
            done -> {});
    assertThat(meanDistance(untrained, expected)).isGreaterThan(1);
    assertThat(meanDistance(model, expected)).isLessThan(1e-2);
    assertThat(trainer.state().validations.get(0).nll())
        .isCloseTo(-Arrays.stream(model).average().orElseThrow(), within(1e-9));
  }

  private static double meanDistance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] - b[i]);
    }
    return sum / a.length;
  }

  /** {@code log N(x; μ, Σ + noise²·I)} by forward substitution. */
  private static double[] logDensity(Dataset data, double noise) {
    double[] cholesky = cholesky(noise);
    double[] result = new double[data.rows()];
    for (int row = 0; row < result.length; row++) {
      double logProb = -0.5 * D * Math.log(2 * Math.PI);
      double[] z = new double[D];
      for (int i = 0; i < D; i++) {
        double rest = data.value(row, i) - MEAN[i];
        for (int j = 0; j < i; j++) {
          rest -= cholesky[i * D + j] * z[j];
        }
        z[i] = rest / cholesky[i * D + i];
        logProb -= 0.5 * z[i] * z[i] + Math.log(cholesky[i * D + i]);
      }
      result[row] = logProb;
    }
    return result;
  }

  /** Lower L with {@code L·Lᵀ = A·Aᵀ + noise²·I}. */
  private static double[] cholesky(double noise) {
    double[] l = new double[D * D];
    for (int i = 0; i < D; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = i == j ? noise * noise : 0;
        for (int k = 0; k < D; k++) {
          sum += A[i * D + k] * A[j * D + k];
        }
        for (int k = 0; k < j; k++) {
          sum -= l[i * D + k] * l[j * D + k];
        }
        l[i * D + j] = i == j ? Math.sqrt(sum) : sum / l[j * D + j];
      }
    }
    return l;
  }

  private static double[][] correlated(double[][] normal) {
    double[][] rows = new double[normal.length][D];
    for (int r = 0; r < rows.length; r++) {
      for (int i = 0; i < D; i++) {
        rows[r][i] = MEAN[i];
        for (int j = 0; j <= i; j++) {
          rows[r][i] += A[i * D + j] * normal[r][j];
        }
      }
    }
    return rows;
  }

  /** Gram–Schmidt on the columns: mean 0 and covariance I, exactly. */
  private static double[][] whitened(double[][] rows) {
    int n = rows.length;
    for (int i = 0; i < D; i++) {
      double mean = 0;
      for (double[] row : rows) {
        mean += row[i] / n;
      }
      for (double[] row : rows) {
        row[i] -= mean;
      }
      for (int j = 0; j < i; j++) {
        double product = 0;
        for (double[] row : rows) {
          product += row[i] * row[j] / n;
        }
        for (double[] row : rows) {
          row[i] -= product * row[j];
        }
      }
      double square = 0;
      for (double[] row : rows) {
        square += row[i] * row[i] / n;
      }
      double deviation = Math.sqrt(square);
      for (double[] row : rows) {
        row[i] /= deviation;
      }
    }
    return rows;
  }
}
