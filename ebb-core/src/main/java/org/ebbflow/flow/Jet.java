package org.ebbflow.flow;

import java.util.Objects;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * A value with its directional derivatives: for {@code y(ε) = y(x + ε·v)}, the triple {@code (y,
 * y′, y″)} at ε = 0, cut off after {@code order} ∈ {0, 1, 2}.
 *
 * <p>A layer written in jet operations gives the density (order 0), the directional derivative of
 * log p (order 1) and its curvature {@code vᵀ(∇² log p)v} (order 2) from one definition. A missing
 * derivative stands for zero. Immutable; the operations are recorded by autograd when it is on.
 *
 * <p>A jet of order 1 whose value has B rows may have the derivatives along k directions, k·B rows,
 * one batch below the other: value and slopes are then computed once for all directions.
 *
 * <p>Source of the scheme: Taylor-mode differentiation (Griewank and Walther, "Evaluating
 * Derivatives", 2008, ch. 13).
 */
public final class Jet {
  private final int order;
  private final Tensor value;
  private final @Nullable Tensor first;
  private final @Nullable Tensor second;

  private Jet(int order, Tensor value, @Nullable Tensor first, @Nullable Tensor second) {
    this.order = order;
    this.value = value;
    this.first = order >= 1 ? first : null;
    this.second = order >= 2 ? second : null;
  }

  /** A plain value: order 0. */
  public static Jet of(Tensor value) {
    return new Jet(0, value, null, null);
  }

  /** A value that does not move. */
  public static Jet constant(Tensor value, int order) {
    return new Jet(order, value, null, null);
  }

  /** A value with given derivatives up to {@code order}; null stands for zero. */
  public static Jet of(int order, Tensor value, @Nullable Tensor first, @Nullable Tensor second) {
    return new Jet(order, value, first, second);
  }

  /** The point {@code x} moving in direction {@code v}: {@code (x, v, 0)} up to {@code order}. */
  public static Jet along(Tensor x, Tensor v, int order) {
    if (order < 0 || order > 2) {
      throw new IllegalArgumentException("order is " + order + ", allowed are 0, 1 and 2");
    }
    return new Jet(order, x, v, null);
  }

  /**
   * The curve {@code x + ε·v + ½ε²·w}, of order 2: the second derivative of a function along it is
   * {@code vᵀ(∇²f)v + wᵀ∇f}.
   */
  public static Jet curve(Tensor x, Tensor v, Tensor w) {
    return new Jet(2, x, v, w);
  }

  /** How many derivatives are carried: 0, 1 or 2. */
  public int order() {
    return order;
  }

  /** {@code y}. */
  public Tensor value() {
    return value;
  }

  /**
   * {@code y′}, zeros where it is known to vanish.
   *
   * @throws IllegalStateException if the order is 0
   */
  public Tensor first() {
    require(1);
    return first == null ? Ops.zerosLike(value) : first;
  }

  /**
   * {@code y″}, zeros where it is known to vanish.
   *
   * @throws IllegalStateException if the order is below 2
   */
  public Tensor second() {
    require(2);
    return second == null ? Ops.zerosLike(value) : second;
  }

  /**
   * Applies one homogeneous linear map to the value and to each derivative. For reshapes, slices,
   * permutations, sums and casts.
   */
  public Jet linear(UnaryOperator<Tensor> map) {
    return new Jet(order, map.apply(value), apply(map, first), apply(map, second));
  }

  /**
   * Applies one homogeneous linear map to the value and to each derivative, stacked along the batch
   * in one call. For maps that are cheaper in one piece: matrix products, convolutions.
   */
  public Jet stacked(UnaryOperator<Tensor> map) {
    if (first == null && second == null) {
      return new Jet(order, map.apply(value), null, null);
    }
    long n = value.size(0);
    Tensor moved = first();
    long to = n + moved.size(0);
    Tensor stack =
        second == null ? Ops.concatenate(value, moved) : Ops.concatenate(value, moved, second);
    Tensor mapped = map.apply(stack);
    return new Jet(
        order,
        Ops.rows(mapped, 0, n),
        Ops.rows(mapped, n, to),
        second == null ? null : Ops.rows(mapped, to, to + n));
  }

  /** {@code x·weightᵀ + bias} over the last axis, {@link #stacked}. */
  public Jet linear(Tensor weight, @Nullable Tensor bias) {
    if (bias != null && first == null && second == null) {
      return new Jet(order, Ops.linear(value, weight, bias), null, null);
    }
    Jet product = stacked(t -> Ops.linear(t, weight));
    return bias == null ? product : product.add(bias);
  }

  /** Entries {@code from} (inclusive) to {@code to} (exclusive) of an axis. */
  public Jet slice(int axis, long from, long to) {
    return linear(t -> Ops.slice(t, axis, from, to));
  }

  /** This and {@code y} joined along an axis. */
  public Jet join(Jet y, int axis) {
    requireSame(y);
    return new Jet(
        order,
        Ops.join(value, y.value, axis),
        joined(first, value, y.first, y.value, axis),
        joined(second, value, y.second, y.value, axis));
  }

  /** This and a {@code c} that does not depend on the direction joined along an axis. */
  public Jet join(Tensor c, int axis) {
    return join(new Jet(order, c, null, null), axis);
  }

  /**
   * {@code f(x)} entry by entry, from f's derivatives at the value: {@code (f, f′x′, f″x′² +
   * f′x″)}.
   *
   * @param derivatives {@code f, f′, …} up to at least this jet's order
   */
  public Jet compose(Tensor... derivatives) {
    if (derivatives.length <= order) {
      throw new IllegalArgumentException(
          "order " + order + " needs " + (order + 1) + " derivatives, got " + derivatives.length);
    }
    Tensor dy = null;
    Tensor ddy = null;
    if (first != null) {
      dy = Ops.mulEach(first, derivatives[1]);
      if (order == 2) {
        ddy = derivatives[2].mul(first.square());
      }
    }
    if (second != null) {
      ddy = sum(ddy, derivatives[1].mul(second));
    }
    return new Jet(order, derivatives[0], dy, ddy);
  }

  /**
   * {@code f(x)} for an f that is linear on pieces, entry by entry: its derivatives of both orders
   * are multiplied by the slope.
   *
   * @param f f at the value
   * @param slope multiplies by f′ at the value
   */
  public Jet piecewiseLinear(Tensor f, UnaryOperator<Tensor> slope) {
    return new Jet(order, f, each(first, value, slope), apply(slope, second));
  }

  /** {@code x + y}. */
  public Jet add(Jet y) {
    requireSame(y);
    return new Jet(order, value.add(y.value), sum(first, y.first), sum(second, y.second));
  }

  /** {@code x + c} for a {@code c} that does not depend on the direction. */
  public Jet add(Tensor c) {
    return new Jet(order, value.add(c), first, second);
  }

  /** {@code x + c}. */
  public Jet add(double c) {
    return new Jet(order, Ops.add(value, c), first, second);
  }

  /** {@code x·y}, entry by entry. */
  public Jet mul(Jet y) {
    requireSame(y);
    Tensor dy = sum(product(first, y.value), product(y.first, value));
    Tensor ddy = sum(product(second, y.value), product(y.second, value));
    if (order == 2 && first != null && y.first != null) {
      ddy = sum(ddy, Ops.mul(first.mul(y.first), 2));
    }
    return new Jet(order, value.mul(y.value), dy, ddy);
  }

  /** {@code x − y}. */
  public Jet sub(Jet y) {
    requireSame(y);
    return new Jet(
        order, value.sub(y.value), difference(first, y.first), difference(second, y.second));
  }

  /**
   * {@code q = x/y}, entry by entry: {@code q′ = (x′ − q·y′)/y}, {@code q″ = (x″ − 2q′y′ −
   * q·y″)/y}.
   */
  public Jet div(Jet y) {
    requireSame(y);
    Tensor q = value.div(y.value);
    Tensor dq = difference(first, product(y.first, q));
    dq = each(dq, y.value, t -> t.div(y.value));
    Tensor ddq = difference(second, product(y.second, q));
    if (order == 2 && dq != null && y.first != null) {
      ddq = difference(ddq, Ops.mul(dq.mul(y.first), 2));
    }
    return new Jet(order, q, dq, ddq == null ? null : ddq.div(y.value));
  }

  /** {@code log x}, entry by entry; x is positive. */
  public Jet log() {
    if (first == null && second == null) {
      return new Jet(order, value.log(), null, null);
    }
    Tensor slope = value.reciprocal();
    return compose(value.log(), slope, slope.square().neg());
  }

  /** {@code p = exp(x)/Σ exp(x)} over the last axis. */
  public Jet softmax() {
    // The engine's own softmax takes four times as long over few entries.
    Tensor grown = value.sub(value.detach().amax(new long[] {-1}, true)).exp();
    Tensor p = grown.div(grown.sum(new long[] {-1}, true, null));
    Tensor centred = each(first, p, t -> aroundMean(t, p));
    Tensor dp = product(centred, p);
    // p″ = p·(c² + x″ − their mean), c = x′ − its mean, by p each.
    Tensor turned = sum(centred == null || order < 2 ? null : centred.square(), second);
    Tensor ddp = turned == null ? null : p.mul(aroundMean(turned, p));
    return new Jet(order, p, dp, ddp);
  }

  /** This where {@code condition} holds and {@code y} elsewhere; both must be finite. */
  public Jet where(Tensor condition, Jet y) {
    requireSame(y);
    return new Jet(
        order,
        Ops.where(condition, value, y.value),
        chosen(condition, first, value, y.first, y.value),
        chosen(condition, second, value, y.second, y.value));
  }

  /** {@code c·x} for a {@code c} that does not depend on the direction. */
  public Jet mul(Tensor c) {
    return new Jet(
        order, value.mul(c), each(first, value, t -> t.mul(c)), apply(t -> t.mul(c), second));
  }

  /** {@code c·x}. */
  public Jet mul(double c) {
    return linear(t -> Ops.mul(t, c));
  }

  /** Sum over the event: (B, …) to (B). */
  public Jet sumEvent() {
    return linear(Ops::sumEvent);
  }

  private static @Nullable Tensor joined(
      @Nullable Tensor a, Tensor likeA, @Nullable Tensor b, Tensor likeB, int axis) {
    if (a == null && b == null) {
      return null;
    }
    long k = directions(a, likeA, b, likeB);
    return Ops.join(orZeros(a, likeA, k), orZeros(b, likeB, k), axis);
  }

  /** Along how many directions one of two derivatives, or both, are. */
  private static long directions(
      @Nullable Tensor a, Tensor likeA, @Nullable Tensor b, Tensor likeB) {
    long rows = a == null ? likeB.size(0) : likeA.size(0);
    return rows == 0 ? 1 : (a == null ? Objects.requireNonNull(b) : a).size(0) / rows;
  }

  private static Tensor orZeros(@Nullable Tensor derivative, Tensor value, long directions) {
    return derivative == null ? Ops.zerosLike(Ops.repeatRows(value, directions)) : derivative;
  }

  private void require(int needed) {
    if (order < needed) {
      throw new IllegalStateException("this jet has order " + order + ", not " + needed);
    }
  }

  private void requireSame(Jet y) {
    if (order != y.order) {
      throw new IllegalArgumentException("jets of order " + order + " and " + y.order);
    }
  }

  private static @Nullable Tensor apply(UnaryOperator<Tensor> map, @Nullable Tensor x) {
    return x == null ? null : map.apply(x);
  }

  private static @Nullable Tensor sum(@Nullable Tensor a, @Nullable Tensor b) {
    if (a == null) {
      return b;
    }
    return b == null ? a : a.add(b);
  }

  private static @Nullable Tensor difference(@Nullable Tensor a, @Nullable Tensor b) {
    if (a == null) {
      return b == null ? null : b.neg();
    }
    return b == null ? a : a.sub(b);
  }

  private static Tensor aroundMean(Tensor x, Tensor weights) {
    return x.sub(weights.mul(x).sum(new long[] {-1}, true, null));
  }

  private static @Nullable Tensor chosen(
      Tensor condition, @Nullable Tensor a, Tensor likeA, @Nullable Tensor b, Tensor likeB) {
    if (a == null && b == null) {
      return null;
    }
    long k = directions(a, likeA, b, likeB);
    return Ops.where(Ops.repeatRows(condition, k), orZeros(a, likeA, k), orZeros(b, likeB, k));
  }

  /** A derivative, which may be along several directions, times a value. */
  private static @Nullable Tensor product(@Nullable Tensor derivative, Tensor value) {
    return derivative == null ? null : Ops.mulEach(derivative, value);
  }

  /** Applies a map that holds something of each of a batch's rows to each direction's. */
  private static @Nullable Tensor each(
      @Nullable Tensor derivative, Tensor batch, UnaryOperator<Tensor> map) {
    return derivative == null ? null : Ops.each(derivative, batch, map);
  }
}
