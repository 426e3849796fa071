package org.ebbflow.flow.ode;

import org.ebbflow.EbbException;

/**
 * Where, over steps of equal length, integrals along a way are evaluated: the divergence, and what
 * else does not act on the way itself.
 */
public enum Quadrature {
  /** At every stage of every step, with the rule's weights, as part of the equation's state. */
  STAGES,

  /**
   * At the steps' ends: Simpson's rule over pairs of steps, with an odd number of steps the 3/8
   * rule over the last three. Of order 4, as the rules that the way itself takes, and n + 1
   * evaluations instead of 4n, which is what a divergence costs.
   */
  STEPS;

  /**
   * Checks that steps are enough.
   *
   * @throws EbbException for a single step at whose ends only
   */
  void require(int steps) {
    if (this == STEPS && steps < 2) {
      throw new EbbException(
          "one step has too few ends for the quadrature steps",
          "take 2 steps or more, or the quadrature stages");
    }
  }

  /** How often directions are drawn: for each step, or for each end of one. */
  int draws(int steps) {
    return this == STEPS ? steps + 1 : steps;
  }

  /** Weights of step i's stages, of n steps, as multiples of a step's length. */
  double[] weights(RungeKutta rule, int i, int n) {
    double[] weights = new double[rule.stages()];
    if (this == STEPS) {
      weights[0] = weights(n)[i];
      return weights;
    }
    for (int stage = 0; stage < weights.length; stage++) {
      weights[stage] = rule.weight(stage);
    }
    return weights;
  }

  /**
   * Weights of the ends of n steps, as multiples of a step's length.
   *
   * @param steps n, at least 2
   */
  static double[] weights(int steps) {
    double[] weights = new double[steps + 1];
    int pairs = steps % 2 == 0 ? steps : steps - 3;
    for (int i = 0; i < pairs; i += 2) {
      add(weights, i, 1 / 3.0, 4 / 3.0, 1 / 3.0);
    }
    if (pairs < steps) {
      add(weights, pairs, 3 / 8.0, 9 / 8.0, 9 / 8.0, 3 / 8.0);
    }
    return weights;
  }

  private static void add(double[] weights, int from, double... more) {
    for (int i = 0; i < more.length; i++) {
      weights[from + i] += more[i];
    }
  }
}
