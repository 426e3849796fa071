package org.ebbflow.flow.ode;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * How {@code ∇·f = tr(∂f/∂x)} is computed beside f itself. Immutable.
 *
 * <p>Source of the estimators: Hutchinson, "A stochastic estimator of the trace of the influence
 * matrix for Laplacian smoothing splines", 1989: {@code E[eᵀAe] = tr A} for e with uncorrelated
 * entries of unit variance.
 */
public sealed interface Divergence {

  /**
   * Velocity and divergence of some rows.
   *
   * @param velocity (B, D)
   * @param divergence (B), in units of 1/time
   */
  record Rates(Tensor velocity, Tensor divergence) {}

  /**
   * Both at a point, recorded by autograd.
   *
   * @param time (B, 1), or null where f does not depend on it
   * @param directions as many as {@link #directions} says, each (B, D)
   */
  Rates at(
      VelocityField f,
      Tensor x,
      @Nullable Tensor time,
      @Nullable Tensor condition,
      List<Tensor> directions);

  /** How many random directions it takes, 0 if it is exact. */
  int directions();

  /** For a reader, with the likelihood that it gives. */
  String describe();

  /** {@code Σ_i ∂f_i/∂x_i}, from D forward-mode derivatives: exact, D times the cost of f. */
  record Exact() implements Divergence {
    @Override
    public Rates at(
        VelocityField f,
        Tensor x,
        @Nullable Tensor time,
        @Nullable Tensor condition,
        List<Tensor> directions) {
      long d = x.size(1);
      Tensor basis = Ops.identityLike(d, x).unsqueeze(1).expand(d, x.size(0), d).flatten(0, 1);
      return along(f, x, time, condition, basis, d);
    }

    @Override
    public int directions() {
      return 0;
    }

    @Override
    public String describe() {
      return "exact divergence";
    }
  }

  /**
   * {@code 1/n Σ eᵀ(∂f/∂x)e} with forward-mode derivatives: unbiased.
   *
   * @param probes n, at least 1
   */
  record Hutchinson(int probes) implements Divergence {

    /** Checks the range. */
    public Hutchinson {
      if (probes < 1) {
        throw new EbbException("probes is " + probes, "give 1 or more");
      }
    }

    @Override
    public Rates at(
        VelocityField f,
        Tensor x,
        @Nullable Tensor time,
        @Nullable Tensor condition,
        List<Tensor> directions) {
      Tensor stacked = Ops.concatenate(directions.toArray(new Tensor[0]));
      Rates sum = along(f, x, time, condition, stacked, probes);
      return new Rates(sum.velocity(), Ops.mul(sum.divergence(), 1.0 / probes));
    }

    @Override
    public int directions() {
      return probes;
    }

    @Override
    public String describe() {
      return "divergence by " + probes + (probes == 1 ? " Hutchinson probe" : " Hutchinson probes");
    }
  }

  /**
   * {@code eᵀ(f(x + δe) − f(x))/δ} with {@code δ = σ₀/√D}: one more evaluation and no derivative of
   * f, so that training needs no second one; biased by O(δ).
   *
   * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424, section 3.2.
   *
   * @param sigma σ₀, positive; published 0.02
   */
  record FiniteDifference(double sigma) implements Divergence {

    /** Checks the range. */
    public FiniteDifference {
      if (!(sigma > 0 && Double.isFinite(sigma))) {
        throw new EbbException("the finite difference's sigma is " + sigma, "give 0.02, say");
      }
    }

    /** δ for rows of D numbers. */
    double step(long dimension) {
      return sigma / Math.sqrt((double) dimension);
    }

    @Override
    public Rates at(
        VelocityField f,
        Tensor x,
        @Nullable Tensor time,
        @Nullable Tensor condition,
        List<Tensor> directions) {
      long n = x.size(0);
      double delta = step(x.size(1));
      Tensor e = directions.get(0);
      // Both points in one evaluation of twice the rows.
      Tensor points = Ops.concatenate(x, Ops.addScaled(x, e, delta));
      Jet both =
          f.at(
              Jet.of(points),
              time == null ? null : Jet.of(Ops.repeatRows(time, 2)),
              condition == null ? null : Ops.repeatRows(condition, 2));
      Tensor velocity = Ops.rows(both.value(), 0, n);
      Tensor difference = Ops.rows(both.value(), n, 2 * n).sub(velocity);
      return new Rates(velocity, Ops.mul(Ops.dotEvent(difference, e), 1 / delta));
    }

    @Override
    public int directions() {
      return 1;
    }

    @Override
    public String describe() {
      return "divergence by finite differences";
    }
  }

  /** The velocity, and {@code Σ eᵀ(∂f/∂x)e} over {@code times} directions per row. */
  private static Rates along(
      VelocityField f,
      Tensor x,
      @Nullable Tensor time,
      @Nullable Tensor condition,
      Tensor directions,
      long times) {
    Jet moved =
        f.at(Jet.along(x, directions, 1), time == null ? null : Jet.constant(time, 1), condition);
    Tensor first = moved.first();
    if (first.size(0) != directions.size(0)) { // none at all, of a field that x does not move
      first = Ops.zerosLike(directions);
    }
    Tensor products = Ops.dotEvent(first, directions);
    return new Rates(moved.value(), products.reshape(times, x.size(0)).sum(0));
  }
}
