package org.ebbflow.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.linear.FullMatrix;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;

/** Chains on flows that are normal distributions, whose moments and conditionals are known. */
class MarkovChainTest {
  private static final int CHAINS = 8_000;
  private static final Engine ENGINE = Engine.cpu(DType.FLOAT64);

  /** z = Wx + b with W = [[1, 0], [a, c]]: x₁ ~ N(−b₁, 1), x₂ | x₁ ~ N(−(b₂ + a·x₁)/c, 1/c²). */
  private static final double A = -1.2;

  private static final double C = 1.5;
  private static final double B1 = 0.4;
  private static final double B2 = -0.9;

  private static Flow flow() {
    Tensor w = ENGINE.tensor(new double[] {1, 0, A, C}, 2, 2);
    Tensor b = ENGINE.tensor(new double[] {B1, B2}, 2);
    return new Flow(
        ENGINE,
        2,
        List.of(new FullyConnected(ENGINE, new FullMatrix(ENGINE, w), b)),
        new StandardNormal());
  }

  /** Mean of column, and covariance of two. */
  private static double mean(double[] x, int column) {
    double sum = 0;
    for (int i = column; i < x.length; i += 2) {
      sum += x[i];
    }
    return sum * 2 / x.length;
  }

  private static double covariance(double[] x, int one, int other) {
    double meanOne = mean(x, one);
    double meanOther = mean(x, other);
    double sum = 0;
    for (int i = 0; i < x.length; i += 2) {
      sum += (x[i + one] - meanOne) * (x[i + other] - meanOther);
    }
    return sum * 2 / x.length;
  }

  @Test
  void metropolis_adjusted_chains_reach_the_distribution() {
    try (Scope scope = Scope.open();
        Rng rng = ENGINE.rng(1)) {
      MarkovChain.Result result =
          new MetropolisLangevin(0.3, 200, true)
              .run(flow(), rng.normal(CHAINS, 2), null, null, rng, share -> {});
      double[] x = Engine.doubles(result.state());
      double slope = -A / C;
      assertThat(mean(x, 0)).isCloseTo(-B1, within(0.03));
      assertThat(mean(x, 1)).isCloseTo(-B2 / C - slope * B1, within(0.03));
      assertThat(covariance(x, 0, 0)).isCloseTo(1, within(0.05));
      assertThat(covariance(x, 0, 1)).isCloseTo(slope, within(0.05));
      assertThat(covariance(x, 1, 1)).isCloseTo(slope * slope + 1 / (C * C), within(0.05));
      assertThat(result.acceptance()).isBetween(0.5, 0.65);
    }
  }

  @Test
  void masked_chains_reach_the_conditional_and_leave_what_is_given() {
    try (Scope scope = Scope.open();
        Rng rng = ENGINE.rng(2)) {
      Tensor start = rng.normal(CHAINS, 2);
      InPlace.assign(Ops.slice(start, 1, 0, 1), Ops.add(Ops.zerosLike(rng.normal(CHAINS, 1)), 0.8));
      double[] given = Engine.doubles(start);
      Tensor free = ENGINE.tensor(new double[] {0, 1}, 1, 2).expand(CHAINS, 2);
      MarkovChain.Result result =
          new MetropolisLangevin(0.3, 200, true).run(flow(), start, free, null, rng, share -> {});
      double[] x = Engine.doubles(result.state());
      for (int i = 0; i < x.length; i += 2) {
        assertThat(x[i]).isEqualTo(given[i]);
      }
      assertThat(mean(x, 1)).isCloseTo(-(B2 + A * 0.8) / C, within(0.02));
      assertThat(covariance(x, 1, 1)).isCloseTo(1 / (C * C), within(0.02));
      assertThat(Engine.doubles(start)).as("the start").isEqualTo(given);
    }
  }

  @Test
  void a_long_step_keeps_the_distribution_when_adjusted_and_widens_it_when_not() {
    double step = 1.2;
    try (Scope scope = Scope.open();
        Rng rng = ENGINE.rng(3)) {
      Flow normal = new Flow(ENGINE, 2, List.of(), new StandardNormal());
      Tensor exact = rng.normal(CHAINS, 2);
      MarkovChain.Result adjusted =
          new MetropolisLangevin(step, 60, false).run(normal, exact, null, null, rng, share -> {});
      MarkovChain.Result unadjusted =
          new Langevin(step, 60).run(normal, exact, null, null, rng, share -> {});
      assertThat(covariance(Engine.doubles(adjusted.state()), 0, 0)).isCloseTo(1, within(0.04));
      // x ← (1 − ε²/2)x + εn has the stationary variance 1/(1 − ε²/4).
      assertThat(covariance(Engine.doubles(unadjusted.state()), 0, 0))
          .isCloseTo(1 / (1 - step * step / 4), within(0.06));
      assertThat(unadjusted.acceptance()).isNaN();
    }
  }

  @Test
  void acceptance_falls_with_the_step_from_one() {
    try (Scope scope = Scope.open();
        Rng rng = ENGINE.rng(4)) {
      Tensor start = flow().sample(2_000, rng);
      double before = 1.01;
      for (double step : new double[] {1e-3, 0.5, 1, 3}) {
        double acceptance =
            new MetropolisLangevin(step, 20, false)
                .run(flow(), start, null, null, rng, share -> {})
                .acceptance();
        assertThat(acceptance).isLessThan(before);
        if (step == 1e-3) {
          assertThat(acceptance).isGreaterThan(0.999);
        }
        before = acceptance;
      }
      assertThat(before).isLessThan(0.2);
    }
  }

  @Test
  void one_step_of_inpainting_is_the_formula_without_noise() {
    try (Scope scope = Scope.open();
        Rng rng = ENGINE.rng(5)) {
      Tensor start = rng.normal(7, 2);
      Tensor free = ENGINE.tensor(new double[] {0, 1}, 1, 2).expand(7, 2);
      MarkovChain.Result result =
          new Inpainting(0.5, 0.1, 0.25, 1, x -> Ops.mul(x, 3))
              .run(flow(), start, free, null, rng, share -> {});
      double[] x = Engine.doubles(start);
      double[] s = Engine.doubles(flow().score(start));
      double[] y = Engine.doubles(result.state());
      for (int i = 0; i < x.length; i += 2) {
        assertThat(y[i]).isEqualTo(x[i]);
        assertThat(y[i + 1])
            .isCloseTo(x[i + 1] + 0.125 * s[i + 1] + 0.25 * 2 * x[i + 1], within(1e-12));
      }
    }
  }

  @Test
  void noise_of_inpainting_has_the_published_size() {
    try (Scope scope = Scope.open();
        Rng rng = ENGINE.rng(6);
        Rng same = ENGINE.rng(6)) {
      Tensor start = ENGINE.tensor(new double[] {1, 2, -3, 0.5}, 2, 2);
      Flow normal = new Flow(ENGINE, 2, List.of(), new StandardNormal());
      double[] y =
          Engine.doubles(
              new Inpainting(0.5, 0.1, 0, 2, x -> x)
                  .run(normal, start, null, null, rng, share -> {})
                  .state());
      double[] n = Engine.doubles(same.normalLike(start));
      double[] x = Engine.doubles(start);
      for (int i = 0; i < 4; i += 2) {
        double ratio = (n[i] * n[i] + n[i + 1] * n[i + 1]) / (x[i] * x[i] + x[i + 1] * x[i + 1]);
        for (int j = i; j < i + 2; j++) {
          double once = x[j] * (1 - 0.125) + 0.1 * ratio * 0.5 * n[j];
          assertThat(y[j]).isCloseTo(once * (1 - 0.125), within(1e-12));
        }
      }
    }
  }

  @Test
  void settings_out_of_range_are_refused() {
    assertThatThrownBy(() -> new Langevin(0, 1)).isInstanceOf(EbbException.class);
    assertThatThrownBy(() -> new Langevin(0.1, 0)).hasMessageContaining("iterations is 0");
    assertThatThrownBy(() -> new MetropolisLangevin(Double.NaN, 1, true))
        .hasMessageContaining("step");
    assertThatThrownBy(() -> new Inpainting(0.5, -1, 0, 1, x -> x)).hasMessageContaining("snr");
    assertThatThrownBy(() -> new Inpainting(0.5, 0.1, 2, 1, x -> x)).hasMessageContaining("gamma");
  }
}
