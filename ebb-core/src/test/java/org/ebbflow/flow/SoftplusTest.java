package org.ebbflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.network.Softplus;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is computed without recording against what autograd records. */
class SoftplusTest {
  /** βx. */
  private static final double[] POINTS = {
    -1e4, -800, -100, -40, -20, -17, -5, -1, -1e-3, -0.0, 0, 1e-3, 1, 5, 15, 17, 20, 36, 37, 80, 90,
    100, 700, 800, 1e4
  };

  @ParameterizedTest
  @CsvSource({"FLOAT64, 1", "FLOAT64, 20", "FLOAT64, 0.1", "FLOAT32, 1", "FLOAT32, 20"})
  void both_ways_agree_to_rounding(DType dtype, double beta) {
    double rounding = dtype == DType.FLOAT64 ? 0x1p-52 : 0x1p-23;
    Engine engine = Engine.cpu(dtype);
    Softplus softplus = new Softplus(beta);
    try (Scope scope = Scope.open()) {
      double[] points = new double[POINTS.length];
      double[] directions = new double[POINTS.length];
      for (int i = 0; i < points.length; i++) {
        points[i] = POINTS[i] / beta;
        directions[i] = i % 2 == 0 ? 1.5 : -0.7;
      }
      Tensor x = engine.tensor(points, 1, points.length);
      Tensor v = engine.tensor(directions, 1, points.length);
      for (int order = 0; order <= 1; order++) {
        Jet recorded = softplus.apply(Jet.along(x, v, order));
        Jet unrecorded;
        try (Autograd.Mode off = Autograd.off()) {
          unrecorded = softplus.apply(Jet.along(x, v, order));
        }
        double[] expected = Engine.doubles(recorded.value());
        double[] found = Engine.doubles(unrecorded.value());
        for (int i = 0; i < points.length; i++) {
          assertThat(found[i])
              .as("value at βx = %s", POINTS[i])
              .isCloseTo(expected[i], within(4 * rounding * (1 / beta + Math.abs(expected[i]))));
        }
        if (order == 1) {
          double[] slopes = Engine.doubles(recorded.first());
          double[] slopesFound = Engine.doubles(unrecorded.first());
          for (int i = 0; i < points.length; i++) {
            assertThat(slopesFound[i])
                .as("slope at βx = %s", POINTS[i])
                .isCloseTo(slopes[i], within(4 * rounding * Math.abs(directions[i])));
          }
        }
      }
    }
  }

  @Test
  void several_directions_at_once_give_what_each_gives_alone() {
    Engine engine = Engine.cpu(DType.FLOAT64);
    Softplus softplus = new Softplus(20);
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off();
        Rng rng = engine.rng(2)) {
      Tensor x = rng.normal(3, 4);
      Tensor directions = rng.normal(6, 4);
      double[] all = Engine.doubles(softplus.apply(Jet.along(x, directions, 1)).first());
      for (int i = 0; i < 2; i++) {
        Tensor direction = Ops.half(directions, i);
        double[] alone = Engine.doubles(softplus.apply(Jet.along(x, direction, 1)).first());
        assertThat(Arrays.copyOfRange(all, 12 * i, 12 * i + 12))
            .containsExactly(alone, within(1e-15));
      }
    }
  }
}
