package org.ebbflow.flow.elementwise;

import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.NumericalException;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * Solves {@code f(x) = z} entry by entry for an increasing f: Newton's method kept inside a bracket
 * that halves where a step would leave it, so that it converges from everywhere.
 */
public final class MonotoneRoot {
  private static final int MAX_ITERATIONS = 100;

  /** Residual relative to 1 + |z| at which the iteration stops; double precision. */
  private static final double TOLERANCE = 1e-13;

  /** Change relative to 1 + |x| that rounding explains in single precision. */
  private static final double SINGLE_TOLERANCE = 2e-6;

  /** What brings a convex function's root to single precision, most of the time. */
  private static final int SINGLE_ITERATIONS = 5;

  private MonotoneRoot() {}

  /**
   * The solution x, of z's shape, not recorded by autograd; double precision is wanted.
   *
   * @param layer named in the error
   * @param f gives {f(x), f′(x)}
   * @param low a point with {@code f(low) ≤ z}
   * @param high a point with {@code f(high) ≥ z}
   * @throws NumericalException if the residual stays above the tolerance after 100 iterations, or z
   *     holds a value that is not finite
   */
  public static Tensor solve(
      String layer, Function<Tensor, Tensor[]> f, Tensor z, Tensor low, Tensor high) {
    requireFinite(layer, z);
    return solve(layer, f, z, low, high, Ops.mul(low.add(high), 0.5));
  }

  /** As above, beginning at {@code start}, which is between low and high. */
  private static Tensor solve(
      String layer,
      Function<Tensor, Tensor[]> f,
      Tensor z,
      Tensor lowest,
      Tensor highest,
      Tensor start) {
    Tensor low = lowest;
    Tensor high = highest;
    Tensor x = start;
    double residual = Double.POSITIVE_INFINITY;
    double best = residual;
    int stalled = 0;
    for (int i = 0; i < MAX_ITERATIONS; i++) {
      try (Scope scope = Scope.open()) {
        Tensor[] at = f.apply(x);
        Tensor error = at[0].sub(z);
        residual = largest(error, z);
        // The last digits wobble: stop too when they no longer improve and are at rounding level.
        stalled = residual < best ? 0 : stalled + 1;
        best = Math.min(best, residual);
        if (residual <= TOLERANCE || (stalled >= 3 && residual <= 100 * TOLERANCE)) {
          scope.pass(x);
          break;
        }
        Tensor above = Ops.less(error.neg(), 0);
        high = scope.pass(Ops.where(above, x, high));
        low = scope.pass(Ops.where(above, low, x));
        Tensor newton = x.sub(error.div(at[1]));
        Tensor inside = newton.ge(low).logical_and(newton.le(high));
        x = scope.pass(Ops.where(inside, newton, Ops.mul(low.add(high), 0.5)));
      }
    }
    if (!(residual <= 100 * TOLERANCE)) {
      throw new NumericalException(
          "inverting "
              + layer
              + " stopped at a relative residual of "
              + residual
              + " after "
              + MAX_ITERATIONS
              + " iterations",
          "check the model's weights");
    }
    return x;
  }

  /**
   * As {@link #solve}, for a convex f, where Newton's method comes near from any side: it does so
   * in single precision, at half the time. A z in single precision is answered in it, unless the
   * residual is above what rounding explains.
   *
   * @param low gives a point with {@code f(low) ≤ z}, in z's precision
   * @param high gives a point with {@code f(high) ≥ z}
   */
  static Tensor solveConvex(
      String layer,
      Function<Tensor, Tensor[]> f,
      Tensor z,
      UnaryOperator<Tensor> low,
      UnaryOperator<Tensor> high) {
    requireFinite(layer, z);
    Tensor near = nearRoot(f, Ops.toSingle(z), low, high);
    if (!Ops.isDouble(z)) {
      try (Scope scope = Scope.open()) {
        Tensor[] at = f.apply(near);
        // What Newton's method would still change.
        if (largest(at[0].sub(z).div(at[1]), near) <= SINGLE_TOLERANCE) {
          return near;
        }
      }
    }
    Tensor exact = Ops.toDouble(z);
    Tensor lowest = low.apply(exact);
    Tensor highest = high.apply(exact);
    Tensor start = Ops.toDouble(near);
    Tensor inside = start.ge(lowest).logical_and(start.le(highest));
    Tensor middle = Ops.mul(lowest.add(highest), 0.5);
    return solve(layer, f, exact, lowest, highest, Ops.where(inside, start, middle));
  }

  /** A few of Newton's steps from the middle between low and high. */
  private static Tensor nearRoot(
      Function<Tensor, Tensor[]> f,
      Tensor z,
      UnaryOperator<Tensor> low,
      UnaryOperator<Tensor> high) {
    Tensor x = Ops.mul(low.apply(z).add(high.apply(z)), 0.5);
    for (int i = 0; i < SINGLE_ITERATIONS; i++) {
      try (Scope scope = Scope.open()) {
        Tensor[] at = f.apply(x);
        x = scope.pass(x.sub(at[0].sub(z).div(at[1])));
      }
    }
    return x;
  }

  /** The largest error relative to 1 + |x|. */
  private static double largest(Tensor error, Tensor x) {
    try (Scope scope = Scope.open()) {
      return Ops.item(error.abs().div(Ops.add(x.abs(), 1)).max());
    }
  }

  private static void requireFinite(String layer, Tensor z) {
    if (!Ops.allFinite(z)) {
      throw new NumericalException(
          "cannot invert " + layer + " at a value that is not finite",
          "check the weights for overflow; a smaller learning rate keeps them bounded");
    }
  }
}
