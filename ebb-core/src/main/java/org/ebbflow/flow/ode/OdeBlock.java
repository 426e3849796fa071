package org.ebbflow.flow.ode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * {@code z = x(t₁)} for {@code x′ = f(x, t)}, {@code x(t₀) = x}, with {@code log|det ∂z/∂x| =
 * ∫∇·f(x(t), t) dt}, on rows (B, D): one block of a neural-ODE flow.
 *
 * <p>As a bijection it is integrated as set for evaluation, with random directions that belong to
 * each row's content, so that a row has one density whatever rows are beside it, up to the
 * tolerance: adaptive steps are common to a batch, and where their rounding crosses one of the
 * directions' borders, a probe's sign with it. {@link #move} is for training: a rule and fresh
 * directions as the objective wants them.
 *
 * <p>Thread-safe as long as no thread changes the parameters.
 *
 * <p>Source: Chen et al., "Neural ordinary differential equations", 2018, arXiv:1806.07366, theorem
 * 1; blocks as here: Xu, Cheng and Xie, 2023, arXiv:2212.14424.
 */
public final class OdeBlock implements Bijection {
  private final VelocityField field;
  private final double from;
  private final double to;
  private final Integration integration;
  private final Divergence divergence;

  /**
   * @param from t₀
   * @param to t₁
   * @param integration for evaluation, both ways
   * @param divergence for evaluation
   */
  public OdeBlock(
      VelocityField field, double from, double to, Integration integration, Divergence divergence) {
    this.field = field;
    this.from = from;
    this.to = to;
    this.integration = integration;
    this.divergence = divergence;
  }

  /**
   * Where rows were moved.
   *
   * @param end (B, D)
   * @param divergence {@code ∫∇·f dt} along the way, (B)
   */
  public record Motion(Tensor end, Tensor divergence) {}

  /** f. */
  public VelocityField field() {
    return field;
  }

  /** t₀. */
  public double from() {
    return from;
  }

  /** t₁. */
  public double to() {
    return to;
  }

  /** How its divergence is computed for evaluation. */
  public Divergence divergence() {
    return divergence;
  }

  /** How it is integrated for evaluation. */
  public Integration integration() {
    return integration;
  }

  /** The same field, shared, over the same time, evaluated otherwise. */
  public OdeBlock with(Integration integration, Divergence divergence) {
    return new OdeBlock(field, from, to, integration, divergence);
  }

  /** Blocks of the same field, shared, that follow each other over equal parts of the time. */
  public List<OdeBlock> divided(int parts) {
    List<OdeBlock> all = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      double start = from + (to - from) * i / parts;
      double end = from + (to - from) * (i + 1) / parts;
      all.add(new OdeBlock(field, start, end, integration, divergence));
    }
    return all;
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    if (x.order() == 0) {
      Motion motion = evaluate(x.value(), condition);
      return new Mapped(Jet.of(motion.end()), Jet.of(motion.divergence()));
    }
    long d = x.value().size(1);
    Jet both =
        AutogradJet.of(
            x,
            t -> {
              Motion motion = evaluate(t, condition);
              return Ops.join(motion.end(), motion.divergence().unsqueeze(1), 1);
            });
    return new Mapped(both.slice(1, 0, d), both.slice(1, d, d + 1).linear(t -> t.squeeze(1)));
  }

  private Motion evaluate(Tensor x, @Nullable Tensor condition) {
    List<Tensor> directions = contentDirections(x, divergence.directions());
    RungeKutta.Slope rates = rates(divergence, condition, directions);
    List<Tensor> end =
        integration.solve(velocity(condition), draw -> rates, from, to, List.of(x, zeros(x)));
    return new Motion(end.get(0), end.get(1));
  }

  /** {@code x(t₁)} without a log-determinant, (B, D); recorded by autograd. */
  public Tensor push(Tensor x, @Nullable Tensor condition) {
    return integration.solve(velocity(condition), from, to, x);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    return inverse(z, condition, integration);
  }

  /** {@code x(t₀)} from {@code x(t₁)} by another rule. */
  public Tensor inverse(Tensor z, @Nullable Tensor condition, Integration rule) {
    return rule.solve(velocity(condition), to, from, z);
  }

  /** Where rows are at equally spaced times between t₀ and t₁, both among them. */
  public List<Tensor> path(Tensor x, @Nullable Tensor condition, int intervals) {
    List<Tensor> path = new ArrayList<>(List.of(x));
    for (int i = 0; i < intervals; i++) {
      double start = from + (to - from) * i / intervals;
      double end = from + (to - from) * (i + 1) / intervals;
      path.add(integration.solve(velocity(condition), start, end, path.get(i)));
    }
    return path;
  }

  /**
   * Moves rows by a rule of fixed step, recorded by autograd.
   *
   * @param directions for the estimator, (B, D) each, those of a draw together, {@link
   *     Integration#draws} times
   */
  public Motion move(
      Tensor x,
      @Nullable Tensor condition,
      Integration rule,
      Divergence estimator,
      List<Tensor> directions) {
    List<Tensor> end =
        rule.solve(
            velocity(condition),
            draw -> rates(estimator, condition, ofDraw(directions, draw, estimator)),
            from,
            to,
            List.of(x, zeros(x)));
    return new Motion(end.get(0), end.get(1));
  }

  /**
   * As {@link #move}, not recorded by autograd, with a way back of its own.
   *
   * @param products precision of matrix products
   * @throws IllegalArgumentException unless {@link #records} the estimator
   */
  public RecordedMotion record(
      Tensor x,
      @Nullable Tensor condition,
      Integration rule,
      Divergence estimator,
      List<Tensor> directions,
      Products products) {
    if (!records(estimator)) {
      throw new IllegalArgumentException("no way back for " + estimator.describe());
    }
    return RecordedMotion.of(this, x, condition, rule, estimator, directions, products);
  }

  /** Whether {@link #record} takes an estimator: finite differences, or one probe. */
  public static boolean records(Divergence estimator) {
    return RecordedMotion.takes(estimator);
  }

  /**
   * Where rows were moved, and what the way cost.
   *
   * @param motion end and divergence
   * @param transport {@code ∫½‖f‖² dt}, (B)
   * @param bending {@code ∫‖df/dt‖² dt} with the change of velocity along the way, {@code df/dt =
   *     ∂f/∂t + (∂f/∂x)f}, (B); zero for straight ways at constant speed
   */
  public record Journey(Motion motion, Tensor transport, Tensor bending) {}

  /** As {@link #move}, with the costs of the way. */
  public Journey travel(
      Tensor x,
      @Nullable Tensor condition,
      Integration rule,
      Divergence estimator,
      List<Tensor> directions) {
    List<Tensor> start = List.of(x, zeros(x), zeros(x), zeros(x));
    List<Tensor> end =
        rule.solve(
            velocity(condition),
            draw -> costs(estimator, condition, ofDraw(directions, draw, estimator)),
            from,
            to,
            start);
    return new Journey(new Motion(end.get(0), end.get(1)), end.get(2), end.get(3));
  }

  private static List<Tensor> ofDraw(List<Tensor> directions, int draw, Divergence estimator) {
    int each = estimator.directions();
    return directions.subList(draw * each, (draw + 1) * each);
  }

  private RungeKutta.Slope costs(
      Divergence estimator, @Nullable Tensor condition, List<Tensor> directions) {
    return (t, x) -> {
      Tensor time = time(t, x);
      Divergence.Rates rates = estimator.at(field, x, time, condition, directions);
      Tensor velocity = rates.velocity();
      Jet clock = time == null ? null : Jet.along(time, Ops.column(1, x.size(0), x), 1);
      Tensor change = field.at(Jet.along(x, velocity, 1), clock, condition).first();
      return List.of(
          velocity,
          rates.divergence(),
          Ops.mul(Ops.dotEvent(velocity, velocity), 0.5),
          Ops.dotEvent(change, change));
    };
  }

  private RungeKutta.Slope rates(
      Divergence estimator, @Nullable Tensor condition, List<Tensor> directions) {
    return (t, x) -> {
      Divergence.Rates rates = estimator.at(field, x, time(t, x), condition, directions);
      return List.of(rates.velocity(), rates.divergence());
    };
  }

  private RungeKutta.Slope velocity(@Nullable Tensor condition) {
    return (t, x) -> {
      Tensor time = time(t, x);
      Jet velocity = field.at(Jet.of(x), time == null ? null : Jet.of(time), condition);
      return List.of(velocity.value());
    };
  }

  private @Nullable Tensor time(double t, Tensor x) {
    return field.usesTime() ? Ops.column(t, x.size(0), x) : null;
  }

  private static Tensor zeros(Tensor x) {
    return Ops.slice(Ops.zerosLike(x), 1, 0, 1).reshape(-1);
  }

  /**
   * Signs ±1 that depend on the row and on nothing else: those of sines of multiples of its entries
   * and of a mixture of them, which are as good as random from row to row, while an error of 1e−5
   * in a row, as an adaptive step leaves it, changes one sign of some thousands.
   */
  private static List<Tensor> contentDirections(Tensor x, int count) {
    List<Tensor> directions = new ArrayList<>();
    try (Autograd.Mode off = Autograd.off()) {
      Tensor row = x.detach();
      double d = row.size(1);
      Tensor unit = Ops.sequence(row.size(1), Math.sqrt(2 / (d * (d + 1))), row);
      Tensor mixture = row.mul(unit).sum(1).unsqueeze(1);
      for (int i = 0; i < count; i++) {
        Tensor phase =
            Ops.addScaled(
                Ops.sequence(row.size(1), 37.3 + 11.9 * i, row).expand_as(row), row, 41.3);
        Tensor wave = Ops.addScaled(phase, mixture, 57.1 + 7.7 * i).sin();
        directions.add(Ops.rsub(1, Ops.mul(Ops.as(Ops.less(wave, 0), row), 2)));
      }
    }
    return directions;
  }

  @Override
  public Map<String, Tensor> parameters() {
    return field.parameters();
  }

  @Override
  public String describe() {
    return "OdeBlock(%s, t from %s to %s, %s, %s)"
        .formatted(field.describe(), from, to, integration.describe(), divergence.describe());
  }
}
