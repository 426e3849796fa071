package org.ebbflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;

class JetTest {
  private static final int B = 3;
  private static final int D = 4;

  private final Engine engine = Engine.cpu(DType.FLOAT64);

  /** Horner's scheme in jet operations against the polynomial's own derivatives. */
  @Property(tries = 100)
  void polynomials_have_their_exact_derivatives(
      @ForAll @Size(min = 1, max = 6) List<@DoubleRange(min = -3, max = 3) Double> coefficients,
      @ForAll @DoubleRange(min = -2, max = 2) double at,
      @ForAll @DoubleRange(min = -2, max = 2) double direction,
      @ForAll @IntRange(max = 2) int order) {
    double f = 0;
    double df = 0;
    double ddf = 0;
    for (double c : coefficients) {
      ddf = ddf * at + 2 * df;
      df = df * at + f;
      f = f * at + c;
    }
    try (Scope scope = Scope.open()) {
      Jet x = Jet.along(engine.full(at, 1, 1), engine.full(direction, 1, 1), order);
      Jet y = x.mul(0);
      for (double c : coefficients) {
        y = y.mul(x).add(c);
      }
      assertThat(y.order()).isEqualTo(order);
      assertThat(Ops.item(y.value())).isCloseTo(f, within(1e-9));
      if (order >= 1) {
        assertThat(Ops.item(y.first())).isCloseTo(df * direction, within(1e-9));
      }
      if (order == 2) {
        assertThat(Ops.item(y.second())).isCloseTo(ddf * direction * direction, within(1e-8));
      }
    }
  }

  /** Every operation in one random expression, against central differences along the direction. */
  @Property(tries = 40)
  void compositions_have_the_derivatives_of_central_differences(
      @ForAll @IntRange(max = 1_000_000) int seed) {
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(seed)) {
      Tensor x = rng.normal(B, D);
      Tensor v = rng.normal(B, D);
      Tensor weight = Ops.mul(rng.normal(D, D), 0.5);
      Tensor bias = rng.normal(D);
      Tensor constant = rng.normal(B, D);
      UnaryOperator<Jet> f =
          jet -> {
            Jet a = jet.linear(weight, bias);
            Jet b = tanh(a).mul(jet.mul(constant)).add(a.mul(a)).add(constant);
            // Once more through the weight, now with a second derivative to carry.
            return b.linear(weight, null).mul(0.5).add(1.5).linear(t -> t.neg());
          };
      double h = 1e-4;
      Tensor middle = f.apply(Jet.of(x)).value();
      Tensor ahead = f.apply(Jet.of(Ops.addScaled(x, v, h))).value();
      Tensor behind = f.apply(Jet.of(Ops.addScaled(x, v, -h))).value();
      Tensor slope = Ops.mul(ahead.sub(behind), 1 / (2 * h));
      Tensor bend = Ops.mul(ahead.add(behind).sub(Ops.mul(middle, 2)), 1 / (h * h));
      for (int order = 0; order <= 2; order++) {
        Jet y = f.apply(Jet.along(x, v, order));
        assertClose(y.value(), middle, 1e-12);
        if (order >= 1) {
          assertClose(y.first(), slope, 1e-5);
        }
        if (order == 2) {
          assertClose(y.second(), bend, 1e-4);
          assertClose(y.sumEvent().second(), Ops.sumEvent(bend), 1e-3);
        }
      }
    }
  }

  @Test
  void quotients_logarithms_and_softmax_have_the_derivatives_of_central_differences() {
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(3)) {
      Tensor x = rng.normal(B, D);
      Tensor v = rng.normal(B, D);
      Tensor w = rng.normal(B, D);
      Tensor weight = rng.normal(D, D);
      Tensor chosen = Ops.less(rng.normal(B, D), 0);
      UnaryOperator<Jet> f =
          jet -> {
            Jet shares = jet.linear(weight, null).softmax();
            Jet positive = jet.mul(jet).add(0.5);
            Jet constant = Jet.constant(weight.narrow(0, 0, B), jet.order());
            Jet far = constant.sub(positive.log()).div(positive).sub(constant.div(positive));
            return shares.sub(jet).div(positive.add(shares)).where(chosen, far.where(chosen, far));
          };
      double h = 1e-4;
      UnaryOperator<Tensor> along =
          t -> Ops.addScaled(Ops.addScaled(x, v.mul(t), 1), w.mul(t.square()), 0.5);
      Tensor ahead = f.apply(Jet.of(along.apply(engine.full(h, 1)))).value();
      Tensor behind = f.apply(Jet.of(along.apply(engine.full(-h, 1)))).value();
      Jet y = f.apply(Jet.curve(x, v, w));
      assertClose(y.value(), f.apply(Jet.of(x)).value(), 1e-12);
      assertClose(y.first(), Ops.mul(ahead.sub(behind), 1 / (2 * h)), 1e-5);
      Tensor bend = ahead.add(behind).sub(Ops.mul(y.value(), 2));
      assertClose(y.second(), Ops.mul(bend, 1 / (h * h)), 1e-4);
    }
  }

  @Test
  void several_directions_at_once_give_what_each_gives_alone() {
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(4)) {
      Tensor x = rng.normal(B, D);
      Tensor weight = rng.normal(2 * D, D);
      Tensor bias = rng.normal(2 * D);
      Tensor constant = rng.normal(B, D);
      Tensor chosen = Ops.less(rng.normal(B, D), 0);
      UnaryOperator<Jet> f =
          jet -> {
            Jet wide = tanh(jet.linear(weight, bias));
            Jet shares = wide.softmax().slice(1, 0, D).join(constant, 1).slice(1, 1, D + 1);
            Jet fixed = Jet.constant(constant, 1);
            Jet positive = jet.mul(jet).add(0.5).mul(constant.square());
            Jet ratio =
                shares
                    .sub(fixed.mul(jet))
                    .div(positive)
                    .add(jet.mul(jet).add(0.5).div(positive).log());
            return ratio.where(chosen, fixed).piecewiseLinear(x, t -> t.mul(constant));
          };
      long k = 5;
      Tensor directions = rng.normal(k * B, D);
      Jet all = f.apply(Jet.along(x, directions, 1));
      for (long i = 0; i < k; i++) {
        Tensor direction = Ops.rows(directions, i * B, (i + 1) * B);
        Jet alone = f.apply(Jet.along(x, direction, 1));
        assertClose(all.value(), alone.value(), 1e-12);
        assertClose(Ops.rows(all.first(), i * B, (i + 1) * B), alone.first(), 1e-12);
      }
    }
  }

  private static Jet tanh(Jet x) {
    Tensor f = x.value().tanh();
    Tensor df = Ops.rsub(1, f.square());
    return x.compose(f, df, Ops.mul(f.mul(df), -2));
  }

  @Test
  void a_fresh_direction_has_no_second_derivative() {
    try (Scope scope = Scope.open()) {
      Jet x = Jet.along(engine.full(2, 1, 3), engine.full(5, 1, 3), 2);
      assertThat(Engine.doubles(x.first())).containsExactly(5, 5, 5);
      assertThat(Engine.doubles(x.second())).containsExactly(0, 0, 0);
      Jet constant = x.mul(0);
      assertThat(Engine.doubles(constant.first())).containsExactly(0, 0, 0);
    }
  }

  @Test
  void derivatives_that_are_not_carried_cannot_be_read() {
    try (Scope scope = Scope.open()) {
      Tensor x = engine.full(2, 1, 3);
      assertThat(Jet.of(x).order()).isZero();
      assertThatThrownBy(() -> Jet.of(x).first())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("this jet has order 0, not 1");
      assertThatThrownBy(() -> Jet.along(x, x, 1).second())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("this jet has order 1, not 2");
      assertThatThrownBy(() -> Jet.along(x, x, 3)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Jet.along(x, x, -1)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void orders_do_not_mix_and_compositions_need_enough_derivatives() {
    try (Scope scope = Scope.open()) {
      Tensor x = engine.full(2, 1, 3);
      Jet first = Jet.along(x, x, 1);
      Jet second = Jet.along(x, x, 2);
      assertThatThrownBy(() -> first.add(second)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> first.mul(second)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> second.compose(x, x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("order 2 needs 3 derivatives, got 2");
    }
  }

  private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    double[] a = Engine.doubles(actual);
    double[] e = Engine.doubles(expected);
    assertThat(a).hasSameSizeAs(e);
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).isCloseTo(e[i], within(tolerance * (1 + Math.abs(e[i]))));
    }
  }
}
