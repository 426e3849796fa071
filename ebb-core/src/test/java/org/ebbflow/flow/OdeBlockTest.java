package org.ebbflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Tanh;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.Layout;
import org.ebbflow.flow.ode.NetworkField;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.flow.ode.RungeKutta;
import org.ebbflow.flow.ode.VelocityField;
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
import org.junit.jupiter.params.provider.EnumSource;

class OdeBlockTest {
  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private Scope scope;
  private Autograd.Mode off;

  @BeforeEach
  void open() {
    scope = Scope.open();
    off = Autograd.off();
  }

  @AfterEach
  void close() {
    off.close();
    scope.close();
  }

  /** {@code x′ = Ax·2t}: {@code x(1) = e^A·x(0)}, log-determinant tr A. */
  private final class Linear implements VelocityField {
    private final Tensor a;

    Linear(double... rowMajor) {
      int d = (int) Math.sqrt(rowMajor.length);
      a = engine.exact(rowMajor, d, d);
    }

    @Override
    public Jet at(Jet x, Jet time, Tensor condition) {
      return x.linear(a, null).mul(time).mul(2);
    }

    @Override
    public boolean usesTime() {
      return true;
    }

    @Override
    public Map<String, Tensor> parameters() {
      return Map.of();
    }

    @Override
    public String describe() {
      return "linear";
    }
  }

  private NetworkField network(int d, long seed) {
    try (Rng rng = engine.rng(seed)) {
      return new NetworkField(
          new Sequential(
              Dense.uniform(engine, d, 32, rng), new Tanh(), Dense.uniform(engine, 32, d, rng)),
          new Layout.Rows(0),
          false,
          "network");
    }
  }

  private Tensor normal(long seed, long rows, long columns) {
    try (Rng rng = engine.rng(seed)) {
      return rng.normal(rows, columns);
    }
  }

  /** Diagonal, so that e^A is known entry by entry. */
  private OdeBlock diagonal(Integration integration) {
    return new OdeBlock(new Linear(0.7, 0, 0, -0.4), 0, 1, integration, new Divergence.Exact());
  }

  private double error(Integration integration) {
    Tensor x = engine.exact(new double[] {1, 1}, 1, 2);
    double[] z = Engine.doubles(diagonal(integration).push(x, null));
    return Math.hypot(z[0] - Math.exp(0.7), z[1] - Math.exp(-0.4));
  }

  @ParameterizedTest
  @CsvSource({"RK4", "RK38"})
  void rules_of_order_four_gain_four_digits_in_a_factor_ten(RungeKutta rule) {
    double coarse = error(Integration.fixed(rule, 4));
    double fine = error(Integration.fixed(rule, 8));
    assertThat(coarse / fine).isBetween(12.0, 22.0);
    assertThat(error(Integration.fixed(rule, 40))).isLessThan(1e-7);
  }

  @Test
  void the_adaptive_rule_keeps_its_tolerance() {
    for (double tolerance : new double[] {1e-4, 1e-6, 1e-9}) {
      assertThat(error(Integration.adaptive(tolerance))).isLessThan(10 * tolerance);
    }
  }

  @ParameterizedTest
  @EnumSource(RungeKutta.class)
  void the_log_determinant_of_a_linear_field_is_its_trace(RungeKutta rule) {
    OdeBlock block = diagonal(new Integration(rule, 20, 1e-10));
    Bijection.Mapped mapped =
        block.forward(Jet.of(engine.exact(new double[] {1, 2, -3, 4}, 2, 2)), null);
    assertThat(Engine.doubles(mapped.logDet().value()))
        .containsExactly(new double[] {0.3, 0.3}, within(1e-8));
  }

  /** Even and odd numbers of steps, and so Simpson's rule without and with the 3/8 rule. */
  @ParameterizedTest
  @CsvSource({"4, 8", "5, 11", "7, 13"})
  void the_divergence_at_the_ends_of_steps_is_of_order_four(int few, int many) {
    OdeBlock block =
        new OdeBlock(network(3, 4), 0, 1, Integration.adaptive(1e-12), new Divergence.Exact());
    Tensor x = Ops.mul(normal(3, 200, 3), 2);
    double[] truth = logDets(block, x);
    double gain = gap(block, x, few, truth) / gap(block, x, many, truth);
    double expected = Math.pow((double) many / few, 4);
    assertThat(gain).isBetween(0.6 * expected, 1.7 * expected);
  }

  private static double gap(OdeBlock block, Tensor x, int steps, double[] truth) {
    Integration rule = Integration.fixed(RungeKutta.RK38, steps).with(Quadrature.STEPS);
    OdeBlock.Motion motion = block.move(x, null, rule, new Divergence.Exact(), List.of());
    double[] found = Engine.doubles(motion.divergence());
    double[] end = Engine.doubles(motion.end());
    OdeBlock.Motion atStages =
        block.move(x, null, rule.with(Quadrature.STAGES), new Divergence.Exact(), List.of());
    assertThat(end).containsExactly(Engine.doubles(atStages.end()), within(1e-14));
    double sum = 0;
    for (int i = 0; i < found.length; i++) {
      sum += Math.abs(found[i] - truth[i]);
    }
    return sum / found.length;
  }

  @Test
  void transport_along_the_way_may_be_summed_at_the_ends_of_steps() {
    OdeBlock block =
        new OdeBlock(network(3, 4), 0, 1, Integration.adaptive(1e-9), new Divergence.Exact());
    Tensor x = normal(3, 20, 3);
    Integration fine = Integration.fixed(RungeKutta.RK4, 20);
    OdeBlock.Journey expected = block.travel(x, null, fine, new Divergence.Exact(), List.of());
    OdeBlock.Journey found =
        block.travel(x, null, fine.with(Quadrature.STEPS), new Divergence.Exact(), List.of());
    assertThat(Engine.doubles(found.transport()))
        .containsExactly(Engine.doubles(expected.transport()), within(1e-6));
    assertThat(Engine.doubles(found.bending()))
        .containsExactly(Engine.doubles(expected.bending()), within(1e-6));
  }

  @Test
  void the_ends_of_one_step_are_too_few() {
    Integration one = Integration.fixed(RungeKutta.RK4, 1);
    assertThatThrownBy(() -> one.with(Quadrature.STEPS))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("one step has too few ends");
  }

  @Test
  void a_reader_is_told_where_integrals_are_evaluated() {
    Integration fixed = Integration.fixed(RungeKutta.RK38, 3);
    assertThat(diagonal(fixed).describe()).contains("rk38 × 3, ");
    assertThat(diagonal(fixed.with(Quadrature.STEPS)).describe())
        .contains("rk38 × 3 with integrals at their ends, ");
    assertThat(diagonal(Integration.adaptive(1e-5)).describe()).contains("dopri5 to 1.0E-5, ");
  }

  @Test
  void an_equation_that_blows_up_is_named() {
    VelocityField square =
        new VelocityField() {
          @Override
          public Jet at(Jet x, Jet time, Tensor condition) {
            return x.mul(x);
          }

          @Override
          public boolean usesTime() {
            return false;
          }

          @Override
          public Map<String, Tensor> parameters() {
            return Map.of();
          }

          @Override
          public String describe() {
            return "square";
          }
        };
    OdeBlock block = new OdeBlock(square, 0, 1, Integration.adaptive(1e-6), new Divergence.Exact());
    assertThatThrownBy(() -> block.push(engine.exact(new double[] {2}, 1, 1), null))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("cannot be followed beyond t = 0.5");
  }

  /** 2,000 rows: the mean of a Hutchinson estimate is exact to its standard error. */
  @Test
  void divergences_agree_within_their_stated_errors() {
    int d = 6;
    Tensor x = normal(5, 2000, d);
    OdeBlock exact =
        new OdeBlock(network(d, 4), 0, 1, Integration.adaptive(1e-8), new Divergence.Exact());
    double[] truth = logDets(exact, x);
    double[] hutchinson = logDets(exact.with(exact.integration(), new Divergence.Hutchinson(4)), x);
    double[] gaps = new double[truth.length];
    Arrays.setAll(gaps, i -> hutchinson[i] - truth[i]);
    double mean = Arrays.stream(gaps).average().orElseThrow();
    double deviation = Math.sqrt(Arrays.stream(gaps).map(g -> g * g).average().orElseThrow());
    assertThat(deviation).isPositive();
    assertThat(Math.abs(mean)).isLessThan(4 * deviation / Math.sqrt(gaps.length));
    try (Rng rng = engine.rng(6)) {
      List<Tensor> directions = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        directions.add(rng.normalLike(x));
      }
      Integration rule = Integration.fixed(RungeKutta.RK38, 3);
      double[] difference =
          Engine.doubles(
              exact
                  .move(x, null, rule, new Divergence.FiniteDifference(1e-4), directions)
                  .divergence());
      double[] derivative =
          Engine.doubles(
              exact.move(x, null, rule, new Divergence.Hutchinson(1), directions).divergence());
      assertThat(difference).containsExactly(derivative, within(1e-3));
    }
  }

  private static double[] logDets(OdeBlock block, Tensor x) {
    return Engine.doubles(block.forward(Jet.of(x), null).logDet().value());
  }

  @Test
  void a_row_has_one_density_whatever_is_beside_it() {
    OdeBlock block =
        new OdeBlock(
            network(4, 7),
            0,
            1,
            Integration.fixed(RungeKutta.RK4, 6),
            new Divergence.Hutchinson(2));
    Tensor x = normal(8, 20, 4);
    double[] together = logDets(block, x);
    double[] alone = logDets(block, Ops.rows(x, 13, 14));
    assertThat(alone[0]).isCloseTo(together[13], within(1e-12));
  }

  @Test
  void nor_does_what_is_beside_it_reach_a_later_block_through_the_adaptive_step() {
    Integration rule = Integration.adaptive(1e-5);
    OdeBlock first = new OdeBlock(network(64, 7), 0, 1, rule, new Divergence.Hutchinson(2));
    OdeBlock second = new OdeBlock(network(64, 9), 0, 1, rule, new Divergence.Hutchinson(2));
    Tensor x = Ops.mul(normal(8, 40, 64), 2);
    double[] together = logDets(second, first.push(x, null));
    double[] gaps = new double[40];
    for (int i = 0; i < gaps.length; i++) {
      double alone = logDets(second, first.push(Ops.rows(x, i, i + 1), null))[0];
      gaps[i] = Math.abs(alone - together[i]);
    }
    Arrays.sort(gaps);
    assertThat(gaps[gaps.length * 3 / 4]).isPositive().isLessThan(1e-4);
  }

  @Test
  void blocks_of_parts_make_the_whole() {
    OdeBlock block =
        new OdeBlock(network(3, 9), 0.2, 0.9, Integration.adaptive(1e-10), new Divergence.Exact());
    Tensor x = normal(10, 5, 3);
    Tensor at = x;
    for (OdeBlock part : block.divided(3)) {
      at = part.push(at, null);
    }
    assertThat(Engine.doubles(at))
        .containsExactly(Engine.doubles(block.push(x, null)), within(1e-8));
  }
}
