package org.ebbflow.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.elementwise.SmoothTanh;
import org.ebbflow.flow.linear.FullMatrix;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * For {@code z = Wx + b} the energy is ½‖z‖² + (D/2)·log 2π, the score −Wᵀz and its Jacobian −WᵀW,
 * so that every loss can be worked out on paper.
 */
class ObjectivesTest {
  private static final int D = 3;
  private static final int B = 5;
  private static final double[] W = {1.2, -0.4, 0.3, 0.5, 0.9, -0.2, -0.1, 0.7, 1.5};
  private static final double[] BIAS = {0.3, -0.8, 0.1};

  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private Scope scope;
  private Flow gaussian;
  private double[][] x;
  private double[][] v;
  private Tensor xs;
  private Tensor vs;

  @BeforeEach
  void open() {
    scope = Scope.open();
    gaussian =
        new Flow(
            engine,
            D,
            List.of(
                new FullyConnected(
                    engine,
                    new FullMatrix(engine, engine.tensor(W, D, D)),
                    engine.tensor(BIAS, D))),
            new StandardNormal());
    try (Rng rng = engine.rng(1)) {
      xs = rng.normal(B, D);
      vs = rng.normal(B, D);
    }
    x = rows(xs);
    v = rows(vs);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private Flow bent() {
    Flow flow =
        new Flow(
            engine,
            D,
            List.of(
                gaussian.chain().get(0),
                new SmoothLeakyRelu(0.3, false),
                FullyConnected.identity(engine, D, FullyConnected.Structure.FULL, true),
                new SmoothTanh(1.1, 0.4)),
            new StandardNormal());
    return flow;
  }

  @Test
  void maximum_likelihood_is_minus_the_gaussians_log_density() {
    double logDet =
        Math.log(
            Math.abs(
                W[0] * (W[4] * W[8] - W[5] * W[7])
                    - W[1] * (W[3] * W[8] - W[5] * W[6])
                    + W[2] * (W[3] * W[7] - W[4] * W[6])));
    double[] losses =
        Engine.doubles(new MaximumLikelihood().losses(gaussian, xs, null, engine.rng(1)));
    for (int i = 0; i < B; i++) {
      assertThat(losses[i]).isCloseTo(energy(x[i]) - logDet, within(1e-12));
    }
  }

  @Test
  void sampled_maximum_likelihood_compares_data_and_model() {
    double[] losses = Engine.doubles(new SampledMaximumLikelihood().losses(gaussian, xs, null, vs));
    for (int i = 0; i < B; i++) {
      double expected = 0.5 * dot(latent(x[i]), latent(x[i])) - 0.5 * dot(v[i], v[i]);
      assertThat(losses[i]).isCloseTo(expected, within(1e-11));
    }
  }

  @Test
  void gradients_of_sampled_and_exact_maximum_likelihood_agree_on_average() {
    int n = 40_000;
    Tensor one = Ops.rows(xs, 0, 1);
    Tensor many = one.expand(new long[] {n, D}, false);
    Tensor exact = new MaximumLikelihood().losses(gaussian, one, null, engine.rng(1)).mean();
    Tensor sampled;
    try (Rng rng = engine.rng(4)) {
      sampled = new SampledMaximumLikelihood().losses(gaussian, many, null, rng).mean();
    }
    List<Tensor> expected = Autograd.gradients(exact, gaussian.parameters().values(), false);
    List<Tensor> actual = Autograd.gradients(sampled, gaussian.parameters().values(), false);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(Engine.doubles(actual.get(i)))
          .containsExactly(Engine.doubles(expected.get(i)), within(0.05));
    }
  }

  @ParameterizedTest
  @CsvSource({"false, 0", "true, 0", "false, 0.7", "true, 0.7"})
  void sliced_score_matching_in_closed_form(boolean perDimension, double lambda) {
    Tensor other = Ops.mul(vs, -1.7);
    double[] losses =
        Engine.doubles(
            new SlicedScoreMatching(2, perDimension, lambda).losses(gaussian, xs, null, vs, other));
    for (int i = 0; i < B; i++) {
      double[] s = score(x[i]);
      double curvature = -dot(wTimes(v[i]), wTimes(v[i])) * (1 + 1.7 * 1.7) / 2;
      double matching = 0.5 * dot(s, s) + curvature;
      assertThat(losses[i])
          .isCloseTo(matching / (perDimension ? D : 1) + lambda * energy(x[i]), within(1e-11));
    }
  }

  @ParameterizedTest
  @CsvSource({"0.5, false, 0", "0.5, true, 0", "1.5, false, 0.7", "0.1, true, 0.7"})
  void denoising_score_matching_in_closed_form(double sigma, boolean perDimension, double lambda) {
    double[] losses =
        Engine.doubles(
            new DenoisingScoreMatching(sigma, perDimension, lambda).losses(gaussian, xs, null, vs));
    for (int i = 0; i < B; i++) {
      double[] noisy = add(x[i], v[i], sigma);
      double[] residual = add(score(noisy), v[i], 1 / sigma);
      double matching = 0.5 * dot(residual, residual);
      assertThat(losses[i])
          .isCloseTo(matching / (perDimension ? D : 1) + lambda * energy(noisy), within(1e-10));
    }
  }

  @ParameterizedTest
  @CsvSource({"0.1, false, 0", "0.1, true, 0", "1, false, 0.7", "0.01, true, 0.7"})
  void finite_differences_of_a_quadratic_energy_are_exact(
      double epsilon, boolean timesDimension, double lambda) {
    double[] losses =
        Engine.doubles(
            new FiniteDifferenceScoreMatching(epsilon, timesDimension, lambda)
                .losses(gaussian, xs, null, vs));
    for (int i = 0; i < B; i++) {
      double squared = dot(v[i], v[i]);
      double slope = dot(v[i], score(x[i]));
      double matching = (0.5 * slope * slope - dot(wTimes(v[i]), wTimes(v[i]))) / squared;
      assertThat(losses[i])
          .isCloseTo(matching * (timesDimension ? D : 1) + lambda * energy(x[i]), within(1e-9));
    }
  }

  @Test
  void many_slices_approach_the_trace() {
    Flow flow = bent();
    int n = 20_000;
    Tensor one = Ops.rows(xs, 1, 2);
    double expected = exact(flow, one);
    double[] losses;
    try (Rng rng = engine.rng(7)) {
      Tensor many = one.expand(new long[] {n, D}, false);
      losses = Engine.doubles(new SlicedScoreMatching(1, false, 0).losses(flow, many, null, rng));
    }
    double mean = 0;
    double squares = 0;
    for (double loss : losses) {
      mean += loss / n;
      squares += loss * loss / n;
    }
    double error = Math.sqrt((squares - mean * mean) / n);
    assertThat(error).as("a spread that makes this a test").isBetween(1e-5, 0.05);
    assertThat(mean).isCloseTo(expected, within(5 * error));
  }

  @Test
  void finite_differences_approach_the_exact_loss_with_the_square_of_the_step() {
    Flow flow = bent();
    Tensor one = Ops.rows(xs, 1, 2);
    double expected = exact(flow, one);
    double coarse = finiteDifferences(flow, one, 0.1) - expected;
    double fine = finiteDifferences(flow, one, 0.01) - expected;
    assertThat(Math.abs(coarse)).isBetween(1e-5, 0.1);
    assertThat(coarse / fine).isBetween(90.0, 110.0);
  }

  /** {@code fdssm·D}, averaged over the axes, which is what its random direction averages to. */
  private double finiteDifferences(Flow flow, Tensor one, double epsilon) {
    return Ops.item(
        new FiniteDifferenceScoreMatching(epsilon, true, 0)
            .losses(flow, one.expand(new long[] {D, D}, false), null, engine.identity(D))
            .mean());
  }

  /** Averaged over ±n, {@code dsm − ‖n‖²/2σ²} tends to {@code ssm} along n as σ does to 0. */
  @Test
  void denoising_with_little_noise_is_sliced_score_matching() {
    Flow flow = bent();
    double[] sliced =
        Engine.doubles(new SlicedScoreMatching(1, false, 0).losses(flow, xs, null, vs));
    double[] distances = new double[2];
    double[] sigmas = {1e-2, 1e-3};
    for (int k = 0; k < 2; k++) {
      DenoisingScoreMatching dsm = new DenoisingScoreMatching(sigmas[k], false, 0);
      double[] plus = Engine.doubles(dsm.losses(flow, xs, null, vs));
      double[] minus = Engine.doubles(dsm.losses(flow, xs, null, vs.neg()));
      for (int i = 0; i < B; i++) {
        double constant = dot(v[i], v[i]) / (2 * sigmas[k] * sigmas[k]);
        double difference = 0.5 * (plus[i] + minus[i]) - constant - sliced[i];
        distances[k] = Math.max(distances[k], Math.abs(difference));
      }
    }
    assertThat(distances[1]).isLessThan(1e-3);
    assertThat(distances[0] / distances[1]).isBetween(80.0, 120.0);
  }

  /** ½‖s‖² + tr ∂s/∂x by autograd, one axis after the other. */
  private static double exact(Flow flow, Tensor one) {
    Tensor point = Autograd.variable(one);
    Tensor score = flow.score(point, null, true);
    double loss = 0.5 * Ops.item(Ops.dotEvent(score, score));
    for (int i = 0; i < D; i++) {
      Tensor row = Autograd.gradient(score.select(1, i), point, true);
      loss += Engine.doubles(row)[i];
    }
    return loss;
  }

  @Test
  void noise_comes_from_the_generator_alone() {
    for (String name : List.of("ml", "sml", "ssm", "dsm", "fdssm")) {
      Objective objective = ObjectiveSettings.of(name).build();
      assertThat(objective.name()).isEqualTo(name);
      double[] first = losses(objective, 1);
      assertThat(first).hasSize(B);
      assertThat(losses(objective, 1)).isEqualTo(first);
      if (!name.equals("ml")) {
        assertThat(losses(objective, 2)).as(name).isNotEqualTo(first);
      }
    }
  }

  private double[] losses(Objective objective, long seed) {
    try (Rng rng = engine.rng(seed)) {
      return Engine.doubles(objective.losses(bent(), xs, null, rng));
    }
  }

  @Test
  void a_batchs_rows_do_not_influence_each_other() {
    Flow flow = bent();
    Tensor one = Ops.rows(xs, 2, 3);
    Tensor n = Ops.rows(vs, 2, 3);
    double[][] all = {
      Engine.doubles(new SlicedScoreMatching(1, true, 0.1).losses(flow, xs, null, vs)),
      Engine.doubles(new DenoisingScoreMatching(0.5, true, 0.1).losses(flow, xs, null, vs)),
      Engine.doubles(new FiniteDifferenceScoreMatching(0.1, true, 0.1).losses(flow, xs, null, vs)),
    };
    double[][] alone = {
      Engine.doubles(new SlicedScoreMatching(1, true, 0.1).losses(flow, one, null, n)),
      Engine.doubles(new DenoisingScoreMatching(0.5, true, 0.1).losses(flow, one, null, n)),
      Engine.doubles(new FiniteDifferenceScoreMatching(0.1, true, 0.1).losses(flow, one, null, n)),
    };
    for (int i = 0; i < all.length; i++) {
      assertThat(alone[i][0]).isCloseTo(all[i][2], within(1e-10));
    }
  }

  @Test
  void bad_constants_are_named() {
    refused("slices is 0", () -> new SlicedScoreMatching(0, true, 0));
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      refused("sigma is " + bad, () -> new DenoisingScoreMatching(bad, true, 0));
      refused("epsilon is " + bad, () -> new FiniteDifferenceScoreMatching(bad, true, 0));
      refused("sigma is " + bad, () -> new ObjectiveSettings("dsm", 1, bad, 0.1, 0, true, false));
    }
    refused("no objective 'mle'", () -> ObjectiveSettings.of("mle"));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e-9, Double.NaN, Double.POSITIVE_INFINITY})
  void a_bad_energy_weight_is_named(double lambda) {
    String problem = "lambda is " + lambda;
    refused(problem, () -> new SlicedScoreMatching(1, true, lambda));
    refused(problem, () -> new DenoisingScoreMatching(1, true, lambda));
    refused(problem, () -> new FiniteDifferenceScoreMatching(1, true, lambda));
  }

  private static void refused(String problem, Runnable construction) {
    assertThatThrownBy(construction::run)
        .isInstanceOf(EbbException.class)
        .hasMessageContaining(problem);
  }

  private double energy(double[] at) {
    double[] z = latent(at);
    return 0.5 * dot(z, z) + 0.5 * D * Math.log(2 * Math.PI);
  }

  private double[] latent(double[] at) {
    return add(wTimes(at), BIAS, 1);
  }

  private double[] score(double[] at) {
    double[] z = latent(at);
    double[] s = new double[D];
    for (int i = 0; i < D; i++) {
      for (int j = 0; j < D; j++) {
        s[j] -= W[i * D + j] * z[i];
      }
    }
    return s;
  }

  private static double[] wTimes(double[] at) {
    double[] y = new double[D];
    for (int i = 0; i < D; i++) {
      for (int j = 0; j < D; j++) {
        y[i] += W[i * D + j] * at[j];
      }
    }
    return y;
  }

  private static double[] add(double[] a, double[] b, double factor) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + factor * b[i];
    }
    return sum;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[][] rows(Tensor x) {
    double[] all = Engine.doubles(x);
    double[][] rows = new double[B][D];
    for (int i = 0; i < all.length; i++) {
      rows[i / D][i % D] = all[i];
    }
    return rows;
  }
}
