package org.ebbflow.flow.ode;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/** Explicit Runge–Kutta rules by their tableaux. */
@SuppressWarnings("ImmutableEnumChecker") // the arrays never leave it
public enum RungeKutta {
  /** The classic rule of order 4. */
  RK4(
      new double[] {0, 0.5, 0.5, 1},
      new double[][] {{}, {0.5}, {0, 0.5}, {0, 0, 1}},
      new double[] {1 / 6.0, 1 / 3.0, 1 / 3.0, 1 / 6.0},
      null),

  /** The 3/8 rule of order 4; what the published JKO-iFlow calls rk4. */
  RK38(
      new double[] {0, 1 / 3.0, 2 / 3.0, 1},
      new double[][] {{}, {1 / 3.0}, {-1 / 3.0, 1}, {1, -1, 1}},
      new double[] {1 / 8.0, 3 / 8.0, 3 / 8.0, 1 / 8.0},
      null),

  /**
   * Order 5 with an error estimate of order 4 and an adaptive step.
   *
   * <p>Source: Dormand and Prince, "A family of embedded Runge–Kutta formulae", 1980.
   */
  DOPRI5(
      new double[] {0, 1 / 5.0, 3 / 10.0, 4 / 5.0, 8 / 9.0, 1, 1},
      new double[][] {
        {},
        {1 / 5.0},
        {3 / 40.0, 9 / 40.0},
        {44 / 45.0, -56 / 15.0, 32 / 9.0},
        {19372 / 6561.0, -25360 / 2187.0, 64448 / 6561.0, -212 / 729.0},
        {9017 / 3168.0, -355 / 33.0, 46732 / 5247.0, 49 / 176.0, -5103 / 18656.0},
        {35 / 384.0, 0, 500 / 1113.0, 125 / 192.0, -2187 / 6784.0, 11 / 84.0}
      },
      new double[] {35 / 384.0, 0, 500 / 1113.0, 125 / 192.0, -2187 / 6784.0, 11 / 84.0, 0},
      new double[] {
        71 / 57600.0, 0, -71 / 16695.0, 71 / 1920.0, -17253 / 339200.0, 22 / 525.0, -1 / 40.0
      });

  private final double[] nodes;
  private final double[][] stages;
  private final double[] weights;
  private final double @Nullable [] error;

  RungeKutta(double[] nodes, double[][] stages, double[] weights, double @Nullable [] error) {
    this.nodes = nodes;
    this.stages = stages;
    this.weights = weights;
    this.error = error;
  }

  /**
   * {@code y′ = f(t, x)} for a state y of several tensors, of which the first is x and the others
   * are integrals along its way.
   */
  interface Slope {
    List<Tensor> at(double t, Tensor x);
  }

  /**
   * A step done.
   *
   * @param end the state at its end
   * @param error estimated, of the state's shapes; empty for rules of fixed step
   * @param slope at its end where the rule knows it, else empty
   */
  record Step(List<Tensor> end, List<Tensor> error, List<Tensor> slope) {}

  /** How many evaluations a step takes. */
  int stages() {
    return nodes.length;
  }

  /** c_i, the share of the step at which stage i is. */
  double node(int i) {
    return nodes[i];
  }

  /** a_ij for j < i. */
  double coefficient(int i, int j) {
    return stages[i][j];
  }

  /** b_i. */
  double weight(int i) {
    return weights[i];
  }

  /** Whether it estimates its error. */
  boolean adaptive() {
    return error != null;
  }

  /** Whether a stage's slope counts in the step's end or error, and not just in other stages. */
  private boolean counts(int i) {
    return weights[i] != 0 || (error != null && error[i] != 0);
  }

  /**
   * From t to t + h.
   *
   * @param velocity slope of x alone, for the stages where integrals are not wanted
   * @param all slopes of the whole state
   * @param first the slope at t where it is known, else empty
   */
  Step step(Slope velocity, Slope all, double t, double h, List<Tensor> state, List<Tensor> first) {
    List<List<Tensor>> slopes = new ArrayList<>();
    slopes.add(first.isEmpty() ? all.at(t, state.get(0)) : first);
    for (int i = 1; i < nodes.length; i++) {
      Tensor x = combine(state.get(0), 0, slopes, stages[i], h);
      slopes.add((counts(i) ? all : velocity).at(t + nodes[i] * h, x));
    }
    List<Tensor> end = new ArrayList<>();
    List<Tensor> errors = new ArrayList<>();
    for (int part = 0; part < state.size(); part++) {
      end.add(combine(state.get(part), part, slopes, weights, h));
      if (error != null) {
        errors.add(combine(Ops.zerosLike(state.get(part)), part, slopes, error, h));
      }
    }
    return new Step(end, errors, error == null ? List.of() : slopes.get(slopes.size() - 1));
  }

  /** {@code y + h·Σ c_i·k_i} for a part of the state. */
  private static Tensor combine(
      Tensor start, int part, List<List<Tensor>> slopes, double[] coefficients, double h) {
    Tensor sum = start;
    for (int i = 0; i < coefficients.length; i++) {
      if (coefficients[i] != 0) {
        sum = Ops.addScaled(sum, slopes.get(i).get(part), h * coefficients[i]);
      }
    }
    return sum;
  }
}
