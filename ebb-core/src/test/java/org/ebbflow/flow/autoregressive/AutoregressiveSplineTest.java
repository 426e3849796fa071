package org.ebbflow.flow.autoregressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.linear.Permutation;
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
import org.junit.jupiter.params.provider.ValueSource;

class AutoregressiveSplineTest {
  private static final int BINS = 6;
  private static final double BOUND = 3;

  /** Half the side of what densities are integrated over. */
  private static final double EDGE = 6;

  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static AutoregressiveSpline fresh(Engine engine, int dimension, int conditionSize) {
    try (Rng rng = engine.rng(1)) {
      return new AutoregressiveSpline(engine, dimension, conditionSize, 2, 16, BINS, BOUND, rng);
    }
  }

  private static AutoregressiveSpline disturbed(
      Engine engine, int dimension, int conditionSize, double by) {
    AutoregressiveSpline layer = fresh(engine, dimension, conditionSize);
    try (Rng rng = engine.rng(2)) {
      for (Tensor parameter : layer.parameters().values()) {
        InPlace.assign(parameter, Ops.addScaled(parameter, rng.normalLike(parameter), by));
      }
    }
    return layer;
  }

  @Test
  void it_starts_from_the_identity() {
    Tensor x = engine.tensor(new double[] {-7, -3, -2.9, 0, 1e-9, 1.3, 2.9, 3, 40}, 3, 3);
    var mapped = fresh(engine, 3, 0).forward(Jet.of(x), null);
    assertThat(Engine.doubles(mapped.value().value()))
        .containsExactly(Engine.doubles(x), within(1e-12));
    assertThat(Engine.doubles(mapped.logDet().value()))
        .containsExactly(new double[3], within(1e-12));
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "3, 0", "7, 0", "1, 2", "3, 2", "7, 2"})
  void with_fewer_units_than_columns_the_first_and_the_last_are_seen_too(
      int width, int conditionSize) {
    int d = 9;
    try (Rng rng = engine.rng(1)) {
      MaskedNetwork network = new MaskedNetwork(engine, d, conditionSize, 1, width, 1, rng);
      for (Tensor parameter : network.parameters().values()) {
        InPlace.assign(parameter, rng.normalLike(parameter));
      }
      Tensor x = Autograd.variable(rng.normal(1, d + conditionSize));
      double[] last =
          Engine.doubles(Autograd.gradient(network.column(x, d - 1), x, false).reshape(-1));
      assertThat(last[0]).isNotZero();
      assertThat(last[d - 2]).isNotZero();
      assertThat(last[d - 1]).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void a_column_depends_on_those_before_it_alone_and_on_all_of_them(int conditionSize) {
    int d = 5;
    AutoregressiveSpline layer = disturbed(engine, d, conditionSize, 0.5);
    Tensor given = conditionSize == 0 ? null : engine.full(0.4, 1, conditionSize);
    Tensor x = Autograd.variable(engine.tensor(new double[] {-0.3, 1.1, -1.6, 0.7, 2.1}, 1, d));
    Tensor z = layer.forward(Jet.of(x), given).value().value();
    for (int i = 0; i < d; i++) {
      double[] row = Engine.doubles(Autograd.gradient(Ops.slice(z, 1, i, i + 1), x, true));
      for (int j = 0; j < d; j++) {
        if (j > i) {
          assertThat(row[j]).isZero();
        } else {
          assertThat(row[j]).as("z_%d by x_%d", i, j).isNotZero();
        }
      }
      assertThat(row[i]).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void the_condition_reaches_the_first_column(int dimension) {
    AutoregressiveSpline layer = disturbed(engine, dimension, 1, 0.5);
    Tensor x = engine.full(0.4, 1, dimension);
    double one = first(layer.forward(Jet.of(x), engine.full(1, 1, 1)).value().value());
    double two = first(layer.forward(Jet.of(x), engine.full(2, 1, 1)).value().value());
    assertThat(one).isNotEqualTo(two);
  }

  private static double first(Tensor x) {
    return Engine.doubles(x)[0];
  }

  @Test
  void value_and_slope_are_continuous_at_the_bounds() {
    AutoregressiveSpline layer = disturbed(engine, 1, 0, 1);
    for (double bound : new double[] {-BOUND, BOUND}) {
      for (double beside : new double[] {-1e-9, 0, 1e-9}) {
        var mapped = layer.forward(Jet.of(engine.full(bound + beside, 1, 1)), null);
        assertThat(first(mapped.value().value())).isCloseTo(bound, within(1e-8));
        assertThat(first(mapped.logDet().value())).isCloseTo(0, within(1e-6));
      }
    }
  }

  /** Weights up to hundreds: pieces next to flat, next to vertical and next to empty. */
  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 0.3, 1e-4",
    "FLOAT64, 0.3, 1e-11",
    "FLOAT32, 20, 0.05",
    "FLOAT64, 20, 1e-6"
  })
  void steep_and_flat_pieces_are_inverted(DType dtype, double by, double tolerance) {
    Engine on = Engine.cpu(dtype);
    AutoregressiveSpline layer = disturbed(on, 1, 0, by);
    double[] points = new double[2001];
    for (int i = 0; i < points.length; i++) {
      points[i] = -4 + 8 * i / 2000.0;
    }
    Tensor z = on.tensor(points, points.length, 1);
    Tensor x = layer.inverse(z, null);
    assertThat(Ops.allFinite(x)).isTrue();
    Tensor back = layer.forward(Jet.of(x), null).value().value();
    assertThat(Engine.doubles(back)).containsExactly(Engine.doubles(z), within(tolerance));
  }

  @Test
  void densities_on_the_plane_integrate_to_one() {
    Flow flow =
        new Flow(
            engine,
            2,
            List.of(
                disturbed(engine, 2, 0, 0.1),
                Permutation.reversal(engine, 2),
                disturbed(engine, 2, 0, 0.1)),
            new StandardNormal());
    int n = 500;
    double[] points = new double[2 * n * n];
    for (int i = 0; i < n * n; i++) {
      points[2 * i] = middle(i / n, n);
      points[2 * i + 1] = middle(i % n, n);
    }
    assertThat(mass(flow, points) * Math.pow(2 * EDGE / n, 2)).isCloseTo(1, within(1e-3));
  }

  /** Steep pieces are narrow: seen on a grid of a line, they would be lost on one of a plane. */
  @ParameterizedTest
  @ValueSource(doubles = {0.2, 1, 5})
  void densities_on_the_line_integrate_to_one(double by) {
    Flow flow = new Flow(engine, 1, List.of(disturbed(engine, 1, 0, by)), new StandardNormal());
    int n = 200_000;
    double[] points = new double[n];
    Arrays.setAll(points, i -> middle(i, n));
    assertThat(mass(flow, points) * 2 * EDGE / n).isCloseTo(1, within(1e-3));
  }

  private static double middle(int i, int n) {
    return EDGE * (2 * (i + 0.5) / n - 1);
  }

  private double mass(Flow flow, double[] points) {
    try (Autograd.Mode off = Autograd.off()) {
      long rows = points.length / flow.dimension();
      Tensor grid = engine.tensor(points, rows, flow.dimension());
      return Ops.item(flow.logProb(grid).exp().sum());
    }
  }

  @Test
  void numbers_out_of_their_range_are_refused() {
    try (Rng rng = engine.rng(1)) {
      assertThatThrownBy(() -> new AutoregressiveSpline(engine, 0, 0, 1, 4, 8, 5, rng))
          .isInstanceOf(EbbException.class)
          .hasMessageContaining("dimension is 0");
      assertThatThrownBy(() -> new AutoregressiveSpline(engine, 2, 0, 0, 4, 8, 5, rng))
          .hasMessageContaining("depth is 0");
      assertThatThrownBy(() -> new AutoregressiveSpline(engine, 2, 0, 1, 0, 8, 5, rng))
          .hasMessageContaining("width is 0");
      assertThatThrownBy(() -> new AutoregressiveSpline(engine, 2, 0, 1, 4, 1, 5, rng))
          .hasMessageContaining("bins is 1");
      assertThatThrownBy(() -> new AutoregressiveSpline(engine, 2, 0, 1, 4, 8, 0, rng))
          .hasMessageContaining("bound is 0");
      assertThatThrownBy(() -> new AutoregressiveSpline(engine, 2, -1, 1, 4, 8, 5, rng))
          .hasMessageContaining("size is -1");
    }
  }
}
