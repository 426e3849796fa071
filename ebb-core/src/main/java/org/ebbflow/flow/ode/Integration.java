package org.ebbflow.flow.ode;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.NumericalException;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * How a block is integrated; what the rule does not use has no effect.
 *
 * @param rule the Runge–Kutta rule
 * @param steps of equal length over the block ({@code rk4}, {@code rk38})
 * @param tolerance relative and absolute error allowed of every row's entries per step ({@code
 *     dopri5})
 * @param quadrature where the divergence and other integrals are evaluated ({@code rk4}, {@code
 *     rk38})
 */
public record Integration(RungeKutta rule, int steps, double tolerance, Quadrature quadrature) {
  private static final double SMALLEST = 1e-7;

  /** Checks the ranges. */
  public Integration {
    if (steps < 1) {
      throw new EbbException("the integration's steps are " + steps, "give 1 or more");
    }
    if (!(tolerance > 0 && tolerance < 1)) {
      throw new EbbException(
          "the integration's tolerance is " + tolerance, "give a number in (0, 1), as 1e-5");
    }
    if (!rule.adaptive()) {
      quadrature.require(steps);
    }
  }

  /** With integrals evaluated at every stage. */
  public Integration(RungeKutta rule, int steps, double tolerance) {
    this(rule, steps, tolerance, Quadrature.STAGES);
  }

  /** A rule of fixed step. */
  public static Integration fixed(RungeKutta rule, int steps) {
    return new Integration(rule, steps, 1e-5);
  }

  /** Dormand–Prince with a tolerance. */
  public static Integration adaptive(double tolerance) {
    return new Integration(RungeKutta.DOPRI5, 1, tolerance);
  }

  /** The same with integrals evaluated elsewhere. */
  public Integration with(Quadrature other) {
    return new Integration(rule, steps, tolerance, other);
  }

  /** The same with about twice the steps: twice as many, or a tolerance 2⁵ times smaller. */
  public Integration refined() {
    return new Integration(rule, 2 * steps, tolerance / 32, quadrature);
  }

  /** How often directions are drawn for a way: for each step, or for each end of one. */
  public int draws() {
    return quadrature.draws(steps);
  }

  /** For a reader. */
  String describe() {
    if (rule.adaptive()) {
      return "dopri5 to " + tolerance;
    }
    String equal = rule.name().toLowerCase(Locale.ROOT) + " × " + steps;
    return quadrature == Quadrature.STAGES ? equal : equal + " with integrals at their ends";
  }

  /** Where {@code x′ = f(t, x)} leads that starts at {@code from}; recorded by autograd. */
  Tensor solve(RungeKutta.Slope f, double from, double to, Tensor start) {
    return solve(f, draw -> f, from, to, List.of(start)).get(0);
  }

  /**
   * Where a way leads, and integrals along it; recorded by autograd.
   *
   * @param velocity slope of the way, the state's first tensor, alone
   * @param all slopes of the whole state, which depend on its first tensor only, with the
   *     directions of a draw; see {@link #draws}
   */
  List<Tensor> solve(
      RungeKutta.Slope velocity,
      IntFunction<RungeKutta.Slope> all,
      double from,
      double to,
      List<Tensor> start) {
    return rule.adaptive()
        ? adaptively(velocity, all.apply(0), from, to, start)
        : equally(velocity, all, from, to, start);
  }

  private List<Tensor> equally(
      RungeKutta.Slope velocity,
      IntFunction<RungeKutta.Slope> all,
      double from,
      double to,
      List<Tensor> start) {
    double h = (to - from) / steps;
    boolean atEnds = quadrature == Quadrature.STEPS && start.size() > 1;
    double[] weights = atEnds ? Quadrature.weights(steps) : new double[0];
    List<Tensor> state = start;
    for (int i = 0; i < steps; i++) {
      try (Scope scope = Scope.open()) {
        double t = from + i * h;
        if (atEnds) {
          List<Tensor> slope = all.apply(i).at(t, state.get(0));
          List<Tensor> x = rule.step(velocity, velocity, t, h, state.subList(0, 1), slope).end();
          state = passed(scope, added(x.get(0), state, slope, h * weights[i]));
        } else {
          state = passed(scope, rule.step(velocity, all.apply(i), t, h, state, List.of()).end());
        }
      }
    }
    if (atEnds) {
      try (Scope scope = Scope.open()) {
        List<Tensor> slope = all.apply(steps).at(to, state.get(0));
        state = passed(scope, added(state.get(0), state, slope, h * weights[steps]));
      }
    }
    return state;
  }

  /** A way's next point, with {@code weight} times the slopes of its integrals added to them. */
  private static List<Tensor> added(
      Tensor x, List<Tensor> state, List<Tensor> slope, double weight) {
    List<Tensor> next = new ArrayList<>(List.of(x));
    for (int part = 1; part < state.size(); part++) {
      next.add(Ops.addScaled(state.get(part), slope.get(part), weight));
    }
    return next;
  }

  private List<Tensor> adaptively(
      RungeKutta.Slope velocity, RungeKutta.Slope all, double from, double to, List<Tensor> start) {
    double span = to - from;
    double h = span / 4;
    double t = from;
    List<Tensor> state = start;
    List<Tensor> slope = List.of();
    double left = 1;
    while (left > 1e-12) {
      h = Math.abs(h) < Math.abs(to - t) ? h : to - t;
      try (Scope scope = Scope.open()) {
        RungeKutta.Step step = rule.step(velocity, all, t, h, state, slope);
        double error = worst(step, state);
        if (error <= 1) {
          t += h;
          left = (to - t) / span;
          state = passed(scope, step.end());
          slope = passed(scope, step.slope());
        }
        // 0.9 and the bounds are the customary safety factors; the error falls as h⁵.
        double factor = Double.isFinite(error) ? 0.9 * Math.pow(error + 1e-10, -0.2) : 0.1;
        h *= Math.min(error <= 1 ? 5 : 1, Math.max(0.1, factor));
      }
      if (Math.abs(h) < SMALLEST * Math.abs(span) && left > 1e-12) {
        throw new NumericalException(
            String.format(
                java.util.Locale.ROOT,
                "the differential equation cannot be followed beyond t = %.4g to a tolerance of %g",
                t,
                tolerance),
            "look for rows far outside the training data, or allow a larger tolerance");
      }
    }
    return state;
  }

  private static List<Tensor> passed(Scope scope, List<Tensor> tensors) {
    tensors.forEach(scope::pass);
    return tensors;
  }

  /** The largest ratio of error to what is allowed, over rows (root mean square) and parts. */
  private double worst(RungeKutta.Step step, List<Tensor> before) {
    double worst = 0;
    try (Autograd.Mode off = Autograd.off()) {
      for (int part = 0; part < before.size(); part++) {
        Tensor size = before.get(part).abs().maximum(step.end().get(part).abs());
        Tensor allowed = Ops.add(Ops.mul(size, tolerance), tolerance);
        Tensor ratio = step.error().get(part).div(allowed).square();
        Tensor perRow = ratio.dim() == 1 ? ratio : ratio.mean(1);
        double largest = Math.sqrt(Ops.item(perRow.max()));
        if (Double.isNaN(largest)) {
          return Double.NaN;
        }
        worst = Math.max(worst, largest);
      }
    }
    return worst;
  }
}
