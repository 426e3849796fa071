package org.ebbflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.NumericalException;
import org.ebbflow.flow.elementwise.LeakyRelu;
import org.ebbflow.flow.elementwise.Logit;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.elementwise.SmoothTanh;
import org.ebbflow.flow.linear.ActNorm;
import org.ebbflow.flow.linear.FullMatrix;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.flow.linear.FullyConnected.Structure;
import org.ebbflow.flow.preprocess.Affine;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FlowTest {
  private static final int GRID = 400;

  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private Scope scope;

  enum Kind {
    SMOOTH_LEAKY_RELU(new SmoothLeakyRelu(0.3, false)),
    RESIDUAL(new SmoothLeakyRelu(0.3, true)),
    SMOOTH_TANH(new SmoothTanh(1.2, 0.5)),
    LEAKY_RELU(new LeakyRelu(0.4));

    final Bijection activation;

    Kind(Bijection activation) {
      this.activation = activation;
    }
  }

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /** Dense layers of random matrices and biases with activations between. */
  private Flow random(int dimension, int layers, Bijection activation, long seed) {
    return random(dimension, layers, activation, 0.35, seed);
  }

  private Flow random(int dimension, int layers, Bijection activation, double spread, long seed) {
    List<Bijection> chain = new ArrayList<>();
    try (Rng rng = engine.rng(seed)) {
      for (int i = 0; i < layers; i++) {
        if (i > 0) {
          chain.add(activation);
        }
        Tensor weight =
            Ops.addScaled(engine.identity(dimension), rng.normal(dimension, dimension), spread);
        chain.add(
            new FullyConnected(engine, new FullMatrix(engine, weight), rng.normal(dimension)));
      }
    }
    return new Flow(engine, dimension, chain, new StandardNormal());
  }

  private Tensor normal(int rows, int dimension, long seed) {
    try (Rng rng = engine.rng(seed)) {
      return rng.normal(rows, dimension);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void densities_on_the_plane_integrate_to_one(Kind kind) {
    for (long seed = 1; seed <= 2; seed++) {
      Flow flow = random(2, 3, kind.activation, seed);
      double[] low = {Double.MAX_VALUE, Double.MAX_VALUE};
      double[] high = {-Double.MAX_VALUE, -Double.MAX_VALUE};
      try (Rng rng = engine.rng(seed + 100)) {
        double[] samples = Engine.doubles(flow.sample(4_000, rng));
        for (int i = 0; i < samples.length; i++) {
          low[i % 2] = Math.min(low[i % 2], samples[i]);
          high[i % 2] = Math.max(high[i % 2], samples[i]);
        }
      }
      for (int axis = 0; axis < 2; axis++) {
        double margin = 0.35 * (high[axis] - low[axis]);
        low[axis] -= margin;
        high[axis] += margin;
      }
      // A density that jumps along lines is only integrated to first order.
      double tolerance = kind == Kind.LEAKY_RELU ? 1e-2 : 1e-4;
      assertThat(integral(flow, low, high, false))
          .as("seed %d", seed)
          .isCloseTo(1, within(tolerance));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void densities_on_the_unit_square_integrate_to_one(Kind kind) {
    for (long seed = 1; seed <= 2; seed++) {
      Flow flow =
          // Matrices near the identity keep the mass off the edges, where the logit is cut off.
          random(2, 2, kind.activation, 0.15, seed)
              .after(List.of(Affine.shrink(engine, 2, 1e-6), new Logit(0.5)));
      double tolerance = kind == Kind.LEAKY_RELU ? 1e-2 : 1e-3;
      assertThat(integral(flow, new double[] {-15, -15}, new double[] {15, 15}, true))
          .as("seed %d", seed)
          .isCloseTo(1, within(tolerance));
    }
  }

  /** Midpoint rule, where asked for in the logits of x, which resolve the edges of (0, 1). */
  private double integral(Flow flow, double[] low, double[] high, boolean inLogits) {
    double dx = (high[0] - low[0]) / GRID;
    double dy = (high[1] - low[1]) / GRID;
    double[] points = new double[2 * GRID * GRID];
    double[] weights = new double[GRID * GRID];
    for (int i = 0; i < GRID; i++) {
      for (int j = 0; j < GRID; j++) {
        int cell = i * GRID + j;
        double x = low[0] + (i + 0.5) * dx;
        double y = low[1] + (j + 0.5) * dy;
        points[2 * cell] = inLogits ? 1 / (1 + Math.exp(-x)) : x;
        points[2 * cell + 1] = inLogits ? 1 / (1 + Math.exp(-y)) : y;
        double cosh = Math.cosh(x / 2) * Math.cosh(y / 2);
        weights[cell] = inLogits ? dx * dy / (16 * cosh * cosh) : dx * dy;
      }
    }
    try (Scope inner = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor density = flow.logProb(engine.tensor(points, weights.length, 2)).exp();
      return Ops.item(density.mul(engine.tensor(weights, weights.length)).sum());
    }
  }

  @ParameterizedTest
  @CsvSource({"SMOOTH_LEAKY_RELU", "RESIDUAL", "SMOOTH_TANH"})
  void the_score_is_the_slope_of_the_log_density(Kind kind) {
    Flow flow = random(4, 3, kind.activation, 5);
    Tensor x = normal(6, 4, 6);
    double[] score = Engine.doubles(flow.score(x));
    double h = 1e-5;
    for (int i = 0; i < 4; i++) {
      double[] unit = new double[4];
      unit[i] = h;
      Tensor step = engine.tensor(unit, 4);
      double[] ahead = Engine.doubles(flow.logProb(x.add(step)));
      double[] behind = Engine.doubles(flow.logProb(x.sub(step)));
      for (int row = 0; row < 6; row++) {
        assertThat(score[row * 4 + i])
            .isCloseTo((ahead[row] - behind[row]) / (2 * h), within(1e-7));
      }
    }
  }

  @Test
  void the_score_needs_neither_recording_nor_determinants() {
    Flow flow = random(3, 2, Kind.RESIDUAL.activation, 5);
    Tensor x = normal(6, 3, 6);
    long before = engine.linearAlgebra().factorisations();
    double[] expected = Engine.doubles(flow.score(x));
    try (Autograd.Mode off = Autograd.off()) {
      Tensor score = flow.score(x);
      assertThat(score.requires_grad()).isFalse();
      assertThat(Engine.doubles(score)).isEqualTo(expected);
      assertThat(Autograd.isOn()).isFalse();
    }
    assertThat(flow.score(Autograd.variable(x), null, true).requires_grad()).isTrue();
    assertThat(engine.linearAlgebra().factorisations()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void sampling_inverts_draws_of_the_base(Kind kind) {
    Flow flow = random(4, 3, kind.activation, 7);
    try (Rng rng = engine.rng(8);
        Rng same = engine.rng(8)) {
      Tensor samples = flow.sample(50, rng);
      Tensor latent = new StandardNormal().sample(50, 4, null, same);
      assertClose(flow.forward(samples), latent, 1e-9);
      assertClose(flow.inverse(latent), samples, 0);
      assertThat(samples.requires_grad()).isFalse();
    }
    Tensor x = normal(9, 4, 9);
    assertClose(flow.inverse(flow.forward(x)), x, 1e-8);
  }

  @Test
  void energy_and_normaliser_make_the_density() {
    Flow flow = random(2, 2, Kind.SMOOTH_LEAKY_RELU.activation, 3);
    double logDets = 0;
    for (String name : List.of("0.weight", "2.weight")) {
      double[] w = Engine.doubles(flow.parameters().get(name));
      logDets += Math.log(Math.abs(w[0] * w[3] - w[1] * w[2]));
    }
    assertThat(Ops.item(flow.logZ())).isCloseTo(-logDets, within(1e-12));
    Tensor x = normal(5, 2, 4);
    double[] energy = Engine.doubles(flow.energy(x));
    double[] logProb = Engine.doubles(flow.logProb(x));
    for (int i = 0; i < 5; i++) {
      assertThat(logProb[i]).isCloseTo(-energy[i] + logDets, within(1e-12));
    }
    try (Autograd.Mode off = Autograd.off()) {
      assertThat(Ops.item(flow.logZ())).isCloseTo(-logDets, within(1e-12));
    }
  }

  @Test
  void the_normaliser_is_cached_until_a_parameter_changes() {
    Flow flow = random(3, 2, Kind.SMOOTH_LEAKY_RELU.activation, 3);
    try (Autograd.Mode off = Autograd.off()) {
      double before = Ops.item(flow.logZ());
      long count = engine.linearAlgebra().factorisations();
      assertThat(Ops.item(flow.logZ())).isEqualTo(before);
      flow.sample(1, engine.rng(1));
      assertThat(engine.linearAlgebra().factorisations()).isEqualTo(count);
      Tensor weight = flow.parameters().get("0.weight");
      InPlace.assign(weight, Ops.mul(weight, 2));
      assertThat(Ops.item(flow.logZ())).isCloseTo(before - 3 * Math.log(2), within(1e-12));
      assertThat(engine.linearAlgebra().factorisations()).isEqualTo(count + 1);
    }
  }

  @Test
  void parameters_are_named_by_layer_in_the_order_of_the_chain() {
    Flow flow =
        new Flow(
            engine,
            2,
            List.of(
                FullyConnected.identity(engine, 2, Structure.FULL, false),
                new SmoothLeakyRelu(0.3, false),
                new ActNorm(engine, 2, 1),
                FullyConnected.identity(engine, 2, Structure.LU, false)),
            new StandardNormal());
    assertThat(flow.parameters().keySet())
        .containsExactly(
            "0.weight",
            "0.bias",
            "2.shift",
            "2.logScale",
            "3.lower.weight",
            "3.upper.weight",
            "3.bias");
    assertThat(flow.parameters().get("0.weight")).isSameAs(flow.parameters().get("0.weight"));
    assertThat(flow.after(List.of(Affine.scaling(engine, 2, 0.5))).buffers().keySet())
        .containsExactly("0.scale", "0.offset");
  }

  @Test
  void a_channel_of_one_value_keeps_its_scale_when_it_is_first_seen() {
    ActNorm layer = new ActNorm(engine, 2, 1);
    layer.initialise(engine.tensor(new double[] {1, 5, 3, 5}, 2, 2), null);
    assertThat(Engine.doubles(layer.parameters().get("shift"))).containsExactly(2, 5);
    assertThat(Engine.doubles(layer.parameters().get("logScale"))).containsExactly(0, 0);
    layer.initialise(engine.tensor(new double[] {1, 5, 5, 9}, 2, 2), null);
    assertThat(Engine.doubles(layer.parameters().get("logScale")))
        .containsExactly(new double[] {Math.log(2), Math.log(2)}, within(1e-12));
  }

  @Test
  void bijections_in_front_share_the_parameters() {
    Flow flow = random(2, 1, Kind.RESIDUAL.activation, 3);
    Flow longer = flow.after(List.of(Affine.scaling(engine, 2, 0.5)));
    Tensor x = normal(4, 2, 5);
    for (int i = 0; i < 2; i++) {
      double[] inner = Engine.doubles(flow.logProb(Ops.mul(x, 0.5)));
      double[] outer = Engine.doubles(longer.logProb(x));
      for (int row = 0; row < 4; row++) {
        assertThat(outer[row]).isCloseTo(inner[row] + 2 * Math.log(0.5), within(1e-12));
      }
      Tensor bias = flow.parameters().get("0.bias");
      assertThat(longer.parameters().get("1.bias")).isSameAs(bias);
      InPlace.assign(bias, Ops.add(bias, 1));
    }
  }

  @Test
  void blocks_of_another_shape_are_refused() {
    Flow flow = random(2, 1, Kind.RESIDUAL.activation, 3);
    for (Tensor wrong : List.of(engine.zeros(3, 5), engine.zeros(2), engine.zeros(1, 2, 1))) {
      assertThatThrownBy(() -> flow.energy(wrong)).isInstanceOf(EbbException.class);
      assertThatThrownBy(() -> flow.forward(wrong)).isInstanceOf(EbbException.class);
      assertThatThrownBy(() -> flow.inverse(wrong)).isInstanceOf(EbbException.class);
    }
    assertThatThrownBy(() -> flow.logProb(engine.zeros(3, 5)))
        .hasMessage(
            "the model takes rows of 2 numbers, not a 3 × 5 block;"
                + " give data of the shape it was trained on");
    assertThatThrownBy(() -> new Flow(engine, 0, List.of(), new StandardNormal()))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("dimension is 0");
  }

  @Test
  void a_layer_that_cannot_be_inverted_is_named() {
    Flow flow = random(2, 2, Kind.RESIDUAL.activation, 3);
    InPlace.assign(flow.parameters().get("2.weight"), engine.full(1, 2, 2));
    assertThatThrownBy(() -> flow.inverse(engine.zeros(1, 2)))
        .isInstanceOf(NumericalException.class)
        .hasMessageStartingWith("layer 2, FullyConnected(2, full), cannot be inverted; ")
        .hasMessageContaining("singular");
  }

  @Test
  void initialising_sees_what_earlier_layers_make_of_the_batch() {
    Flow flow =
        new Flow(
            engine,
            2,
            List.of(
                Affine.scaling(engine, 2, 3),
                new ActNorm(engine, 2, 1),
                new SmoothLeakyRelu(0.3, false),
                new ActNorm(engine, 2, 1)),
            new StandardNormal());
    Tensor x = Ops.add(normal(200, 2, 4), 5);
    flow.initialise(x, null);
    double[] z = Engine.doubles(flow.forward(x).t());
    for (int axis = 0; axis < 2; axis++) {
      double[] column = Arrays.copyOfRange(z, axis * 200, (axis + 1) * 200);
      double mean = Arrays.stream(column).average().orElseThrow();
      double square = Arrays.stream(column).map(v -> v * v).average().orElseThrow();
      assertThat(mean).isCloseTo(0, within(1e-12));
      assertThat(square).isCloseTo(1, within(1e-12));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void jets_of_the_whole_flow_are_the_scores_directional_derivatives(Kind kind) {
    Flow flow =
        random(4, 3, kind.activation, 11)
            .after(List.of(Affine.scaling(engine, 4, 0.7), new ActNorm(engine, 4, 1)));
    Tensor x = normal(6, 4, 12);
    Tensor v = normal(6, 4, 13);
    Jet first = flow.negativeEnergy(Jet.along(x, v, 1), null);
    Jet second = flow.negativeEnergy(Jet.along(x, v, 2), null);
    Tensor point = Autograd.variable(x);
    Tensor score = flow.score(point, null, true);
    Tensor along = Ops.dotEvent(score, v);
    assertClose(first.value(), flow.energy(x).neg(), 1e-12);
    assertClose(first.first(), along, 1e-10);
    assertClose(second.first(), along, 1e-10);
    assertClose(second.second(), Ops.dotEvent(Autograd.gradient(along, point, false), v), 1e-9);
  }

  private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    assertThat(Engine.doubles(actual)).containsExactly(Engine.doubles(expected), within(tolerance));
  }
}
