package org.ebbflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Optimisers against their formulas, worked out by hand in double precision. */
class OptimizerTest {
  private static final double[] START = {1, -2};
  private static final double[][] GRADIENTS = {{0.5, -3}, {-1, 0.25}};

  @Test
  void rmsprop_takes_the_steps_of_its_formula() {
    double[] p = START.clone();
    double[] v = new double[2];
    for (double[] g : GRADIENTS) {
      for (int i = 0; i < 2; i++) {
        v[i] = 0.9 * v[i] + 0.1 * g[i] * g[i];
        p[i] -= 0.01 * g[i] / (Math.sqrt(v[i]) + 1e-3);
      }
    }
    assertSteps(new OptimizerSettings("rmsprop", 0.01, 0.5, 0.9, 0.7, 0.95, 1e-3), p, 2);
  }

  @ParameterizedTest
  @CsvSource({"adam, 1", "adam, 2", "adamw, 1", "adamw, 2"})
  void adam_takes_the_steps_of_its_formula(String name, int axes) {
    // AdamW decays matrices and leaves vectors, which are biases and scales, alone.
    double decay = name.equals("adamw") && axes == 2 ? 0.5 : 0;
    double[] p = START.clone();
    double[] m = new double[2];
    double[] v = new double[2];
    for (int t = 1; t <= 2; t++) {
      for (int i = 0; i < 2; i++) {
        double g = GRADIENTS[t - 1][i];
        p[i] -= 0.01 * decay * p[i];
        m[i] = 0.7 * m[i] + 0.3 * g;
        v[i] = 0.95 * v[i] + 0.05 * g * g;
        double corrected = m[i] / (1 - Math.pow(0.7, t));
        p[i] -= 0.01 * corrected / (Math.sqrt(v[i] / (1 - Math.pow(0.95, t))) + 1e-3);
      }
    }
    long[] shape = axes == 1 ? new long[] {2} : new long[] {1, 2};
    assertSteps(new OptimizerSettings(name, 0.01, 0.5, 0.9, 0.7, 0.95, 1e-3), p, shape);
  }

  private static void assertSteps(OptimizerSettings settings, double[] expected, long... shape) {
    Engine exact = Engine.cpu(DType.FLOAT64);
    try (Scope scope = Scope.open()) {
      Tensor p = Autograd.variable(exact.tensor(START, shape));
      Optimizer optimizer = settings.build(Map.of("p", p));
      for (double[] g : GRADIENTS) {
        optimizer.step(List.of(exact.tensor(g, shape)), 0.01);
      }
      assertThat(Engine.doubles(p)).containsExactly(expected, within(1e-14));
    }
  }
}
