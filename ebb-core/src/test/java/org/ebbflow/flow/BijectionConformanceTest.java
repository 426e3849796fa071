package org.ebbflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.BijectionRegistry.Entry;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds every registered bijection to what the interface promises, in double precision. */
class BijectionConformanceTest {
  private static final int D = BijectionRegistry.D;
  private static final int B = 7;

  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private Scope scope;

  static Stream<String> names() {
    return BijectionRegistry.entries().keySet().stream();
  }

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private Entry entry(String name) {
    return BijectionRegistry.entries().get(name);
  }

  private Tensor inputs(Entry entry, long seed) {
    try (Rng rng = engine.rng(seed)) {
      double width = entry.high() - entry.low();
      // A margin keeps finite differences and singular bounds apart.
      return Ops.add(Ops.mul(rng.uniform(B, D), 0.98 * width), entry.low() + 0.01 * width);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void inverse_undoes_forward_and_forward_undoes_inverse(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 1);
    Tensor z = value(g, x);
    Tensor back = g.inverse(z, null);
    assertClose(back, x, 1e-9);
    assertClose(value(g, back), z, 1e-9);
  }

  @ParameterizedTest
  @MethodSource("names")
  void log_determinant_is_that_of_the_autograd_jacobian(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 2);
    double[] expected = new double[B];
    for (int row = 0; row < B; row++) {
      Tensor point = Autograd.variable(Ops.rows(x, row, row + 1));
      Tensor z = g.forward(Jet.of(point), null).value().value();
      double[] jacobian = new double[D * D];
      for (int i = 0; i < D; i++) {
        Tensor component = z.index_select(1, engine.indices(new long[] {i}));
        double[] gradient = Engine.doubles(Autograd.gradient(component, point, true));
        System.arraycopy(gradient, 0, jacobian, i * D, D);
      }
      expected[row] =
          engine.linearAlgebra().factorise(engine.exact(jacobian, D, D), true).logAbsDet();
    }
    assertThat(Engine.doubles(logDet(g, x))).containsExactly(expected, within(1e-9));
  }

  @ParameterizedTest
  @MethodSource("names")
  void jets_equal_autograd_derivatives_of_order_one_and_two(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 3);
    Tensor v;
    Tensor weights;
    try (Rng rng = engine.rng(4)) {
      v = rng.normal(B, D);
      weights = rng.normal(B, D);
    }
    for (int order = 0; order <= 2; order++) {
      Bijection.Mapped mapped = g.forward(Jet.along(x, v, order), null);
      // A random functional of the value, and the log-determinant, both as functions of x.
      assertJet(mapped.value().mul(weights).sumEvent(), g, x, v, weights, false);
      if (mapped.logDet() != null) {
        assertJet(mapped.logDet(), g, x, v, weights, true);
      }
    }
  }

  private void assertJet(
      Jet jet, Bijection g, Tensor x, Tensor v, Tensor weights, boolean ofLogDet) {
    Tensor point = Autograd.variable(x);
    Bijection.Mapped mapped = g.forward(Jet.of(point), null);
    Tensor y = ofLogDet ? mapped.logDet().value() : Ops.dotEvent(mapped.value().value(), weights);
    assertClose(jet.value(), y, 1e-10);
    if (jet.order() >= 1) {
      Tensor gradient = Autograd.gradient(y, point, true);
      Tensor first = Ops.dotEvent(gradient, v);
      assertClose(jet.first(), first, 1e-8);
      if (jet.order() >= 2) {
        Tensor second = Ops.dotEvent(Autograd.gradient(first, point, false), v);
        assertClose(jet.second(), second, 1e-7);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void values_and_gradients_are_finite_at_and_beyond_bounds_and_at_extremes(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    double[] probes = {
      entry.low(), entry.high(), entry.low() - 1, entry.high() + 1, 0, -0.0, 1e-30, 1e4, -1e4, 700
    };
    for (double probe : probes) {
      Tensor x = Autograd.variable(engine.full(probe, 1, D));
      Bijection.Mapped mapped = g.forward(Jet.of(x), null);
      Tensor y = mapped.value().value().sum();
      Tensor total = mapped.logDet() == null ? y : y.add(mapped.logDet().value().sum());
      Tensor gradient = Autograd.gradient(total, x, true);
      assertThat(Ops.allFinite(mapped.value().value())).as("value at %s", probe).isTrue();
      assertThat(Ops.allFinite(total)).as("log-det at %s", probe).isTrue();
      assertThat(Ops.allFinite(gradient)).as("gradient at %s", probe).isTrue();
      Tensor second = Autograd.gradient(gradient.sum(), x, false);
      assertThat(Ops.allFinite(second)).as("second derivative at %s", probe).isTrue();
      Tensor inverse = g.inverse(engine.full(probe, 1, D), null);
      assertThat(Ops.allFinite(inverse)).as("inverse at %s", probe).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void saved_tensors_restore_it_to_the_bit(String name) {
    Entry entry = entry(name);
    Bijection trained = entry.create().apply(engine);
    Bijection fresh = entry.create().apply(engine);
    try (Rng rng = engine.rng(5)) {
      for (Tensor parameter : trained.parameters().values()) {
        Ops.assign(parameter, Ops.addScaled(parameter, rng.normalLike(parameter), 0.1));
      }
    }
    copy(trained.parameters(), fresh.parameters());
    copy(trained.buffers(), fresh.buffers());
    Tensor x = inputs(entry, 6);
    assertThat(Engine.doubles(value(fresh, x))).isEqualTo(Engine.doubles(value(trained, x)));
    assertThat(Engine.doubles(logDet(fresh, x))).isEqualTo(Engine.doubles(logDet(trained, x)));
    Tensor z = value(trained, x);
    assertThat(Engine.doubles(fresh.inverse(z, null)))
        .isEqualTo(Engine.doubles(trained.inverse(z, null)));
  }

  @ParameterizedTest
  @MethodSource("names")
  void a_change_of_parameters_is_seen_by_cached_determinants_and_inverses(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 7);
    g.inverse(value(g, x), null); // fills the caches
    for (Tensor parameter : g.parameters().values()) {
      Ops.assign(parameter, Ops.mul(parameter, 1.5));
    }
    assertClose(g.inverse(value(g, x), null), x, 1e-9);
  }

  @ParameterizedTest
  @MethodSource("names")
  void a_condition_it_has_no_use_for_changes_nothing(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 8);
    Tensor condition = engine.full(1, B, 3);
    Tensor with = g.forward(Jet.of(x), condition).value().value();
    assertThat(Engine.doubles(with)).isEqualTo(Engine.doubles(value(g, x)));
  }

  @ParameterizedTest
  @MethodSource("names")
  void every_parameter_gets_a_gradient(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 9);
    Bijection.Mapped mapped = g.forward(Jet.of(x), null);
    Tensor total = mapped.value().value().square().sum();
    for (Map.Entry<String, Tensor> parameter : g.parameters().entrySet()) {
      Tensor gradient = Autograd.gradient(total, parameter.getValue(), true);
      assertThat(Ops.item(gradient.abs().sum())).as(parameter.getKey()).isPositive();
    }
    assertThat(g.describe()).isNotBlank();
  }

  private static void copy(Map<String, Tensor> from, Map<String, Tensor> to) {
    assertThat(to.keySet()).containsExactlyElementsOf(from.keySet());
    from.forEach((name, tensor) -> Ops.assign(to.get(name), tensor));
  }

  private static Tensor value(Bijection g, Tensor x) {
    return g.forward(Jet.of(x), null).value().value();
  }

  private Tensor logDet(Bijection g, Tensor x) {
    Jet dependent = g.forward(Jet.of(x), null).logDet();
    Tensor total = dependent == null ? engine.zeros(x.size(0)) : dependent.value();
    Optional<Tensor> constant = g.constantLogDet();
    return constant.isPresent() ? total.add(constant.get()) : total;
  }

  private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    double[] a = Engine.doubles(actual);
    double[] e = Engine.doubles(expected);
    assertThat(a).hasSameSizeAs(e);
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).as("entry %d", i).isCloseTo(e[i], within(tolerance * (1 + Math.abs(e[i]))));
    }
  }
}
