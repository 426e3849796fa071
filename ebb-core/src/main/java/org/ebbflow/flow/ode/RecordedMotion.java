package org.ebbflow.flow.ode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Gradients;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.network.Dual;
import org.ebbflow.flow.network.Recorded;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Rows moved by a rule of fixed step, with the transpose of that computation, stage by stage: the
 * numbers that autograd would give, from fewer and larger operations.
 *
 * <p>With {@code x_i = x + hΣ_j a_ij k_j}, {@code k_i = f(x_i)} and {@code x⁺ = x + hΣ b_i k_i}, a
 * scalar's derivatives go back as {@code k̄_i = h(b_i x̄⁺ + Σ_j a_ji x̄_j)} and {@code x̄ = x̄⁺ + Σ
 * x̄_i}, where x̄_i is what f's transpose makes of k̄_i.
 *
 * <p>Source: Hager, "Runge–Kutta methods in optimal control and the transformed adjoint system",
 * 2000.
 */
public final class RecordedMotion {
  private final RungeKutta rule;
  private final double h;
  private final double delta;
  private final Products products;
  private final List<Stage> stages = new ArrayList<>();

  /** At the way's end, where only the divergence is wanted. */
  private @Nullable Stage last;

  private Tensor state;
  private @Nullable Tensor divergence;

  /**
   * An evaluation of f, and of its divergence or not.
   *
   * @param direction e, (B, D), or null where the divergence is not wanted
   * @param weight of the divergence in the integral
   */
  private record Stage(Recorded field, @Nullable Tensor direction, double weight) {}

  private RecordedMotion(RungeKutta rule, double h, double delta, Products products, Tensor start) {
    this.rule = rule;
    this.h = h;
    this.delta = delta;
    this.products = products;
    this.state = start;
  }

  /**
   * Moves rows over a block, not recorded by autograd.
   *
   * @param estimator forward-mode with one direction, or by finite differences
   * @param directions (B, D), {@link Integration#draws} of them
   */
  static RecordedMotion of(
      OdeBlock block,
      Tensor x,
      @Nullable Tensor condition,
      Integration rule,
      Divergence estimator,
      List<Tensor> directions,
      Products products) {
    double delta =
        estimator instanceof Divergence.FiniteDifference difference
            ? difference.step(x.size(1))
            : 0;
    double h = (block.to() - block.from()) / rule.steps();
    RecordedMotion motion = new RecordedMotion(rule.rule(), h, delta, products, x);
    int steps = rule.steps();
    try (Autograd.Mode off = Autograd.off()) {
      for (int i = 0; i < steps; i++) {
        double[] ofDivergence = rule.quadrature().weights(rule.rule(), i, steps);
        motion.step(block, block.from() + i * h, condition, directions.get(i), ofDivergence);
      }
      if (rule.quadrature() == Quadrature.STEPS) {
        double weight = h * Quadrature.weights(steps)[steps];
        motion.last =
            motion.evaluate(
                block, block.to(), motion.state, condition, directions.get(steps), weight);
      }
    }
    return motion;
  }

  /** Whether {@link #of} takes an estimator. */
  static boolean takes(Divergence estimator) {
    return estimator instanceof Divergence.FiniteDifference
        || (estimator instanceof Divergence.Hutchinson hutchinson && hutchinson.probes() == 1);
  }

  /** x(t₁), (B, D). */
  public Tensor end() {
    return state;
  }

  /** {@code ∫∇·f dt}, (B). */
  public Tensor divergence() {
    return Objects.requireNonNull(divergence);
  }

  /**
   * @param ofDivergence weights of the divergence at the stages; where they are zero it is not
   *     evaluated
   */
  private void step(
      OdeBlock block, double t, @Nullable Tensor condition, Tensor e, double[] ofDivergence) {
    List<Tensor> velocities = new ArrayList<>();
    Tensor end = state;
    for (int i = 0; i < rule.stages(); i++) {
      Tensor x = state;
      for (int j = 0; j < i; j++) {
        x = Ops.addScaled(x, velocities.get(j), h * rule.coefficient(i, j));
      }
      Tensor direction = ofDivergence[i] == 0 ? null : e;
      Stage stage =
          evaluate(block, t + rule.node(i) * h, x, condition, direction, h * ofDivergence[i]);
      stages.add(stage);
      Tensor velocity = Ops.rows(Ops.as(stage.field().output().rows(), state), 0, state.size(0));
      velocities.add(velocity);
      end = Ops.addScaled(end, velocity, h * rule.weight(i));
    }
    state = end;
  }

  /** f and, along a direction, its divergence, which is added to the integral. */
  private Stage evaluate(
      OdeBlock block,
      double t,
      Tensor x,
      @Nullable Tensor condition,
      @Nullable Tensor e,
      double weight) {
    long n = x.size(0);
    boolean derived = delta == 0 && e != null;
    boolean doubled = delta != 0 && e != null;
    Tensor rows = x;
    if (e != null) {
      rows = Ops.concatenate(x, derived ? e : Ops.addScaled(x, e, delta));
    }
    Tensor given = condition == null || !doubled ? condition : Ops.repeatRows(condition, 2);
    Tensor time = block.field().usesTime() ? Ops.column(t, doubled ? 2 * n : n, x) : null;
    Recorded field = block.field().record(new Dual(rows, derived), time, given, products);
    if (e != null) {
      Tensor output = Ops.as(field.output().rows(), x);
      Tensor lower = Ops.rows(output, n, 2 * n);
      Tensor along =
          derived
              ? Ops.dotEvent(lower, e)
              : Ops.mul(Ops.dotEvent(lower.sub(Ops.rows(output, 0, n)), e), 1 / delta);
      Tensor weighted = Ops.mul(along, weight);
      divergence = divergence == null ? weighted : divergence.add(weighted);
    }
    return new Stage(field, e, weight);
  }

  /**
   * Derivatives of a scalar with respect to the rows at t₀, (B, D); those with respect to
   * parameters are added to {@code gradients}.
   *
   * @param ofEnd its derivatives with respect to x(t₁), (B, D)
   * @param ofDivergence its derivative with respect to each row's divergence
   */
  public Tensor back(Tensor ofEnd, double ofDivergence, Gradients gradients) {
    int count = rule.stages();
    Tensor adjoint = ofEnd;
    try (Autograd.Mode off = Autograd.off()) {
      if (last != null) {
        adjoint = adjoint.add(back(last, Ops.zerosLike(ofEnd), ofDivergence, gradients));
      }
      for (int from = stages.size() - count; from >= 0; from -= count) {
        List<Tensor> ofStages = new ArrayList<>(Collections.nCopies(count, null));
        Tensor start = adjoint;
        for (int i = count - 1; i >= 0; i--) {
          Tensor ofVelocity = Ops.mul(adjoint, h * rule.weight(i));
          for (int j = i + 1; j < count; j++) {
            ofVelocity = Ops.addScaled(ofVelocity, ofStages.get(j), h * rule.coefficient(j, i));
          }
          ofStages.set(i, back(stages.get(from + i), ofVelocity, ofDivergence, gradients));
          start = start.add(ofStages.get(i));
        }
        adjoint = start;
      }
    }
    return adjoint;
  }

  private Tensor back(Stage stage, Tensor ofVelocity, double ofDivergence, Gradients gradients) {
    long n = ofVelocity.size(0);
    Recorded.Pullback pullback = stage.field().pullback();
    try (Scope scope = Scope.open()) {
      if (stage.direction() == null) {
        return scope.pass(Ops.as(pullback.back(ofVelocity, gradients), ofVelocity));
      }
      double scale = ofDivergence * stage.weight();
      Tensor lower = Ops.mul(stage.direction(), delta == 0 ? scale : scale / delta);
      Tensor upper = delta == 0 ? ofVelocity : ofVelocity.sub(lower);
      Tensor both = pullback.back(Ops.concatenate(upper, lower), gradients);
      Tensor ofPoint = Ops.as(Ops.rows(both, 0, n), ofVelocity);
      // Both points of a finite difference move with x; a direction does not.
      return scope.pass(delta == 0 ? ofPoint : ofPoint.add(Ops.rows(both, n, 2 * n)));
    }
  }
}
