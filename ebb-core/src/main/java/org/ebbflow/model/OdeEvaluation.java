package org.ebbflow.model;

import org.ebbflow.EbbException;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.RungeKutta;

/**
 * How neural-ODE blocks are integrated for densities, samples and moving rows on; what is not used
 * has no effect.
 *
 * @param rule {@code dopri5} with a tolerance, or {@code rk4} or {@code rk38} with steps
 * @param steps over a block ({@code rk4}, {@code rk38})
 * @param tolerance relative and absolute, per step ({@code dopri5})
 * @param divergence {@code exact}, {@code hutchinson}, or {@code auto}: exact up to 16 columns
 * @param probes random directions of {@code hutchinson}
 */
public record OdeEvaluation(
    RungeKutta rule, int steps, double tolerance, String divergence, int probes) {
  private static final int EXACT_UP_TO = 16;

  /** Checks the ranges. */
  public OdeEvaluation {
    new Integration(rule, steps, tolerance);
    new Divergence.Hutchinson(probes);
    if (!divergence.equals("exact")
        && !divergence.equals("hutchinson")
        && !divergence.equals("auto")) {
      throw new EbbException(
          "there is no divergence '" + divergence + "' for evaluation",
          "use exact, hutchinson or auto");
    }
  }

  /** Dormand–Prince to 1e−5, the divergence exact where that is cheap. */
  public static OdeEvaluation published() {
    return new OdeEvaluation(RungeKutta.DOPRI5, 6, 1e-5, "auto", 8);
  }

  Integration integration() {
    return new Integration(rule, steps, tolerance);
  }

  Divergence estimator(int dimension) {
    boolean exact =
        divergence.equals("exact") || (divergence.equals("auto") && dimension <= EXACT_UP_TO);
    return exact ? new Divergence.Exact() : new Divergence.Hutchinson(probes);
  }
}
