package org.ebbflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.BijectionRegistry.Entry;
import org.ebbflow.flow.linear.FullMatrix;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.objective.DenoisingScoreMatching;
import org.ebbflow.objective.Differentiation;
import org.ebbflow.objective.Evaluation;
import org.ebbflow.objective.SlicedScoreMatching;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds every registered bijection to what the interface promises, in double precision. */
class BijectionConformanceTest {
  private static final int B = 7;
  private static final int D = BijectionRegistry.D;

  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private Scope scope;

  static Stream<String> names() {
    return BijectionRegistry.entries().keySet().stream();
  }

  static Stream<String> unconditional() {
    return names().filter(name -> BijectionRegistry.entries().get(name).conditionSize() == 0);
  }

  static Stream<String> conditional() {
    return names().filter(name -> BijectionRegistry.entries().get(name).conditionSize() > 0);
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
      Tensor unit = rng.uniform(shape(entry, B));
      return Ops.add(Ops.mul(unit, 0.98 * width), entry.low() + 0.01 * width);
    }
  }

  private static long[] shape(Entry entry, long batch) {
    return LongStream.concat(LongStream.of(batch), LongStream.of(entry.event())).toArray();
  }

  /** One row of labels or covariates for each row of data, or none where it wants none. */
  private Tensor condition(Entry entry, long rows, long seed) {
    if (entry.conditionSize() == 0) {
      return null;
    }
    try (Rng rng = engine.rng(seed)) {
      return rng.normal(rows, entry.conditionSize());
    }
  }

  private Tensor condition(Entry entry) {
    return condition(entry, B, 100);
  }

  @ParameterizedTest
  @MethodSource("names")
  void inverse_undoes_forward_and_forward_undoes_inverse(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 1);
    Tensor condition = condition(entry);
    Tensor z = value(g, x, condition);
    Tensor back = g.inverse(z, condition);
    assertThat(back.shape()).isEqualTo(x.shape());
    assertClose(back, x, 1e-9);
    assertClose(value(g, back, condition), z, 1e-9);
  }

  @ParameterizedTest
  @MethodSource("names")
  void log_determinant_is_that_of_the_autograd_jacobian(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 2);
    Tensor condition = condition(entry);
    int dimension = Math.toIntExact(Ops.eventSize(x));
    double[] expected = new double[B];
    for (int row = 0; row < B; row++) {
      Tensor point = Autograd.variable(Ops.rows(x, row, row + 1));
      Tensor given = condition == null ? null : Ops.rows(condition, row, row + 1);
      Tensor z = g.forward(Jet.of(point), given).value().value().flatten(1, -1);
      double[] jacobian = new double[dimension * dimension];
      for (int i = 0; i < dimension; i++) {
        Tensor component = z.index_select(1, engine.indices(new long[] {i}));
        double[] gradient = Engine.doubles(Autograd.gradient(component, point, true));
        System.arraycopy(gradient, 0, jacobian, i * dimension, dimension);
      }
      Tensor matrix = engine.exact(jacobian, dimension, dimension);
      expected[row] = engine.linearAlgebra().factorise(matrix, true).logAbsDet();
    }
    assertThat(Engine.doubles(logDet(g, x, condition))).containsExactly(expected, within(1e-9));
  }

  @ParameterizedTest
  @MethodSource("names")
  void jets_equal_autograd_derivatives_of_order_one_and_two(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 3);
    Tensor condition = condition(entry);
    Tensor v;
    Tensor weights;
    try (Rng rng = engine.rng(4)) {
      v = rng.normalLike(x);
      weights = rng.normalLike(value(g, x, condition));
    }
    for (int order = 0; order <= 2; order++) {
      Bijection.Mapped mapped = g.forward(Jet.along(x, v, order), condition);
      Tensor point = Autograd.variable(x);
      Bijection.Mapped plain = g.forward(Jet.of(point), condition);
      // A random functional of the value, and the log-determinant, both as functions of x.
      Jet functional = mapped.value().mul(weights).sumEvent();
      assertJet(functional, Ops.dotEvent(plain.value().value(), weights), point, v);
      if (mapped.logDet() != null) {
        assertJet(mapped.logDet(), plain.logDet().value(), point, v);
      }
    }
  }

  private static void assertJet(Jet jet, Tensor y, Tensor point, Tensor v) {
    assertClose(jet.value(), y, 1e-10);
    if (jet.order() >= 1) {
      Tensor gradient = Autograd.gradient(y, point, true);
      Tensor first = Ops.dotEvent(gradient, v);
      assertClose(jet.first(), first, 1e-8);
      if (jet.order() >= 2) {
        Tensor second = Ops.dotEvent(Autograd.gradient(first, point, true), v);
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
      Tensor condition = condition(entry, 1, 100);
      Tensor x = Autograd.variable(engine.full(probe, shape(entry, 1)));
      Bijection.Mapped mapped = g.forward(Jet.of(x), condition);
      Tensor y = mapped.value().value().sum();
      Tensor total = mapped.logDet() == null ? y : y.add(mapped.logDet().value().sum());
      Tensor gradient = Autograd.gradient(total, x, true);
      assertThat(Ops.allFinite(mapped.value().value())).as("value at %s", probe).isTrue();
      assertThat(Ops.allFinite(total)).as("log-det at %s", probe).isTrue();
      assertThat(Ops.allFinite(gradient)).as("gradient at %s", probe).isTrue();
      Tensor second = Autograd.gradient(gradient.sum(), x, false);
      assertThat(Ops.allFinite(second)).as("second derivative at %s", probe).isTrue();
      Tensor z = Ops.add(Ops.zerosLike(mapped.value().value().detach()), probe);
      Tensor inverse = g.inverse(z, condition);
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
        InPlace.assign(parameter, Ops.addScaled(parameter, rng.normalLike(parameter), 0.1));
      }
    }
    copy(trained.parameters(), fresh.parameters());
    copy(trained.buffers(), fresh.buffers());
    Tensor x = inputs(entry, 6);
    Tensor c = condition(entry);
    assertThat(Engine.doubles(value(fresh, x, c))).isEqualTo(Engine.doubles(value(trained, x, c)));
    assertThat(Engine.doubles(logDet(fresh, x, c)))
        .isEqualTo(Engine.doubles(logDet(trained, x, c)));
    Tensor z = value(trained, x, c);
    assertThat(Engine.doubles(fresh.inverse(z, c)))
        .isEqualTo(Engine.doubles(trained.inverse(z, c)));
  }

  @ParameterizedTest
  @MethodSource("names")
  void a_change_of_parameters_is_seen_by_cached_determinants_and_inverses(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 7);
    Tensor condition = condition(entry);
    g.inverse(value(g, x, condition), condition); // fills the caches
    for (Tensor parameter : g.parameters().values()) {
      InPlace.assign(parameter, Ops.mul(parameter, 1.5));
    }
    assertClose(g.inverse(value(g, x, condition), condition), x, 1e-9);
  }

  @ParameterizedTest
  @MethodSource("unconditional")
  void a_condition_it_has_no_use_for_changes_nothing(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 8);
    Tensor condition = engine.full(1, B, 3);
    assertThat(Engine.doubles(value(g, x, condition))).isEqualTo(Engine.doubles(value(g, x, null)));
  }

  @ParameterizedTest
  @MethodSource("conditional")
  void a_condition_it_wants_is_respected_row_by_row(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 8);
    Tensor condition = condition(entry, B, 100);
    Tensor other = condition(entry, B, 101);
    Tensor difference = value(g, x, condition).sub(value(g, x, other)).flatten(1, -1);
    assertThat(Engine.doubles(difference.abs().sum(1))).doesNotContain(0.0);
    Tensor mixed = Ops.concatenate(Ops.rows(condition, 0, 1), Ops.rows(other, 1, B));
    assertClose(Ops.rows(value(g, x, mixed), 1, B), Ops.rows(value(g, x, other), 1, B), 1e-12);
    assertThatThrownBy(() -> value(g, x, null))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("needs a condition of " + entry.conditionSize());
    assertThatThrownBy(() -> value(g, x, engine.full(1, B, entry.conditionSize() + 1)))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("rows of " + entry.conditionSize());
  }

  @ParameterizedTest
  @MethodSource("names")
  void every_parameter_gets_a_gradient(String name) {
    Entry entry = entry(name);
    Bijection g = entry.create().apply(engine);
    Tensor x = inputs(entry, 9);
    Bijection.Mapped mapped = g.forward(Jet.of(x), condition(entry));
    Tensor total = mapped.value().value().square().sum();
    for (Map.Entry<String, Tensor> parameter : g.parameters().entrySet()) {
      Tensor gradient = Autograd.gradient(total, parameter.getValue(), true);
      assertThat(Ops.item(gradient.abs().sum())).as(parameter.getKey()).isPositive();
    }
    assertThat(g.describe()).isNotBlank();
  }

  static Stream<String> traced() {
    try (Scope scope = Scope.open()) {
      Engine engine = Engine.cpu(DType.FLOAT64);
      List<String> traced =
          names()
              .filter(
                  name -> BijectionRegistry.entries().get(name).create().apply(engine).isTraced())
              .toList();
      assertThat(traced)
          .contains("FullyConnected full", "SmoothLeakyRelu", "Logit", "ActNorm", "MaskedCoupling")
          .doesNotContain("ActNorm of images", "MaskedCoupling conditional");
      return traced.stream();
    }
  }

  /** Ordinary points, then for each extreme value a row of it, as they lie in {@code on}. */
  private List<Tensor> points(Entry entry, Engine on) {
    List<Tensor> all = new ArrayList<>();
    all.add(on.convert(inputs(entry, 10)));
    double[] extremes = {
      entry.low() - 1,
      entry.high() + 1,
      entry.low() + 1e-3,
      entry.high() - 1e-3,
      0.4,
      -0.4,
      1e-30,
      700,
      -700,
      1e4,
      -1e4
    };
    for (double extreme : extremes) {
      all.add(on.full(extreme, shape(entry, 1)));
    }
    return all;
  }

  /** Rounding apart, relative to the largest number of a kind: 1e-9 in double precision. */
  private static double tolerance(Engine on) {
    return on.dtype() == DType.FLOAT64 ? 1e-9 : 1e-4;
  }

  @ParameterizedTest
  @MethodSource("traced")
  void a_trace_moves_values_and_curves_as_jets_do(String name) {
    for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
      Engine on = Engine.cpu(dtype);
      Bijection g = entry(name).create().apply(on);
      for (Tensor x : points(entry(name), on)) {
        try (Scope inner = Scope.open();
            Rng rng = on.rng(12);
            Autograd.Mode off = Autograd.off()) {
          Tensor first = rng.normalLike(x);
          Tensor second = rng.normalLike(x);
          for (int order = 1; order <= 2; order++) {
            Trace trace = g.trace(x, order, Products.FULL);
            Jet curve = order == 1 ? Jet.along(x, first, 1) : Jet.curve(x, first, second);
            Bijection.Mapped mapped = g.forward(curve, null);
            assertNear("value", trace.value(), mapped.value().value(), tolerance(on));
            trace.score(rng.normalLike(x)); // what a push comes after
            Trace.Pushed pushed = trace.push(order == 1 ? first : Ops.concatenate(first, second));
            Jet z = mapped.value();
            Tensor tangents = order == 1 ? z.first() : Ops.concatenate(z.first(), z.second());
            assertNear("tangents", pushed.tangents(), tangents, tolerance(on));
            Jet logDet = mapped.logDet();
            assertThat(trace.logDet() == null).isEqualTo(logDet == null);
            assertThat(pushed.logDet() == null).isEqualTo(logDet == null);
            if (logDet != null) {
              assertNear("log-det", trace.logDet(), logDet.value(), tolerance(on));
              Tensor derivative = order == 1 ? logDet.first() : logDet.second();
              assertNear("its derivative", pushed.logDet(), derivative, tolerance(on));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("traced")
  void a_flow_differentiated_by_hand_is_differentiated_as_by_autograd(String name) {
    for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
      Engine on = Engine.cpu(dtype);
      Bijection g = entry(name).create().apply(on);
      // In front a layer that moves nothing, so that derivatives go back through g to its weights.
      Bijection front = new FullyConnected(on, new FullMatrix(on, on.identity(D)), on.zeros(D));
      Bijection behind = BijectionRegistry.entries().get("FullyConnected full").create().apply(on);
      List<Flow> flows =
          List.of(
              new Flow(on, D, List.of(g), new StandardNormal()),
              new Flow(on, D, List.of(g, behind), new StandardNormal()),
              new Flow(on, D, List.of(front, g, behind), new StandardNormal()));
      for (Tensor x : points(entry(name), on)) {
        for (Flow flow : flows) {
          try (Scope inner = Scope.open();
              Rng rng = on.rng(13)) {
            assertThat(DensityTrace.covers(flow)).isTrue();
            DensityTrace trace = DensityTrace.of(flow, x, 2, Products.FULL);
            assertNear("score", trace.score(), flow.score(x), tolerance(on));
            Tensor energy = flow.energy(x);
            assertNear("energy", trace.negativeEnergy().neg(), energy, tolerance(on));
            Tensor v = rng.normalLike(x);
            Tensor w = rng.normalLike(x);
            assertSame(
                flow,
                way -> new SlicedScoreMatching(2, false, 0.3, way).evaluate(flow, x, null, v, w),
                tolerance(on));
            assertSame(
                flow,
                way -> new DenoisingScoreMatching(1e-3, true, 0.3, way).evaluate(flow, x, null, v),
                tolerance(on));
          }
        }
      }
    }
  }

  private static void assertSame(
      Flow flow, Function<Differentiation, Evaluation> evaluation, double tolerance) {
    Evaluation hand = evaluation.apply(Differentiation.HAND);
    Evaluation autograd = evaluation.apply(Differentiation.AUTOGRAD);
    Map<String, Tensor> parameters = flow.parameters();
    List<Tensor> expected =
        parameters.isEmpty() ? List.of() : autograd.gradients(parameters.values());
    boolean finite = Ops.allFinite(autograd.losses()) && expected.stream().allMatch(Ops::allFinite);
    if (!finite && !Ops.isDouble(autograd.losses())) {
      return; // a coupling far out: squares of 1e4·e³⁰ and their products overflow single precision
    }
    assertNear("losses", hand.losses(), autograd.losses(), tolerance);
    if (!parameters.isEmpty()) {
      List<Tensor> found = hand.gradients(parameters.values());
      int i = 0;
      for (String parameter : parameters.keySet()) {
        assertNear(parameter, found.get(i), expected.get(i), tolerance);
        i++;
      }
    }
  }

  /** Differences relative to the largest expected entry, or to one. */
  private static void assertNear(String what, Tensor actual, Tensor expected, double tolerance) {
    double[] a = Engine.doubles(actual);
    double[] e = Engine.doubles(expected);
    double scale = Math.max(1, DoubleStream.of(e).map(Math::abs).max().orElseThrow());
    assertThat(a).as(what).containsExactly(e, within(tolerance * scale));
  }

  private static void copy(Map<String, Tensor> from, Map<String, Tensor> to) {
    assertThat(to.keySet()).containsExactlyElementsOf(from.keySet());
    from.forEach((name, tensor) -> InPlace.assign(to.get(name), tensor));
  }

  private static Tensor value(Bijection g, Tensor x, Tensor condition) {
    return g.forward(Jet.of(x), condition).value().value();
  }

  private Tensor logDet(Bijection g, Tensor x, Tensor condition) {
    Jet dependent = g.forward(Jet.of(x), condition).logDet();
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
