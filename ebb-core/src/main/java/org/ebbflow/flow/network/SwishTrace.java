package org.ebbflow.flow.network;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Functional;
import org.ebbflow.flow.Trace;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives through {@code y = x·σ(u)}, {@code u = βx}, entry by entry, and with respect to β. In
 * terms of {@code g(u) = u·σ(u)} and {@code v = σ(1 − σ)}, with nothing divided by β:
 *
 * <pre>
 *   f′ = g′ = σ + βxv          f″ = βg″,   g″ = v(2 + u − 2βy)
 *                              f‴ = β²g‴,  g‴ = v(3 + u − 6f′)
 *   ∂y/∂β = x²v                its derivatives with respect to x: xg″, g″ + ug‴
 * </pre>
 *
 * <p>What goes back to x holds, beside {@code p·f′}, the term {@code βw} with
 *
 * <pre>
 *   order 1   w = a·g″x′                                  ∂F/∂β = Σ p·x²v + x·w
 *   order 2   w = (q·g″ + βa·g‴x′)x′ + a·g″x″             ∂F/∂β = Σ p·x²v + x·w + a·g″x′²
 * </pre>
 */
final class SwishTrace implements Trace {
  private final Tensor parameter;
  private final double beta;
  private final int order;
  private final Tensor x;
  private final Tensor y;

  /** {@code xv}. */
  private final Tensor falling;

  /** {@code f′}. */
  private final Tensor slope;

  /** {@code ½g″}. */
  private final Tensor bend;

  /** {@code ⅓g‴}. */
  private final @Nullable Tensor twist;

  /** {@code ½a·g″}. */
  private @Nullable Tensor ofBend;

  /** {@code ⅓a·g‴}. */
  private @Nullable Tensor ofTwist;

  SwishTrace(Tensor parameter, Tensor x, int order) {
    this.parameter = parameter;
    this.beta = Ops.item(parameter);
    this.order = order;
    this.x = x;
    try (Scope scope = Scope.open()) {
      Tensor u = Ops.mul(x, beta);
      Tensor sigma = u.sigmoid();
      y = scope.pass(x.mul(sigma));
      falling = scope.pass(Ops.complement(y, sigma));
      slope = scope.pass(Ops.addScaled(sigma, falling, beta));
      Tensor v = Ops.complement(sigma, sigma);
      bend = scope.pass(Ops.addProduct(v, v, Ops.addScaled(u, y, -2 * beta), 0.5));
      twist =
          order == 1
              ? null
              : scope.pass(Ops.addProduct(v, v, Ops.addScaled(u, slope, -6), 1.0 / 3));
    }
  }

  @Override
  public Tensor value() {
    return y;
  }

  @Override
  public Tensor score(Tensor a) {
    ofBend = a.mul(bend);
    ofTwist = twist == null ? null : a.mul(twist);
    return a.mul(slope);
  }

  @Override
  public Pushed push(Tensor moved) {
    Tensor tangents = Ops.mulEach(moved, slope);
    if (order == 2) {
      try (Scope scope = Scope.open()) {
        InPlace.increase(Ops.half(tangents, 1), bend, Ops.half(moved, 0).square(), 2 * beta);
      }
    }
    return new Moved(moved, tangents);
  }

  private final class Moved implements Pushed {
    private final Tensor moved;
    private final Tensor tangents;

    Moved(Tensor moved, Tensor tangents) {
      this.moved = moved;
      this.tangents = tangents;
    }

    @Override
    public Tensor tangents() {
      return tangents;
    }

    @Override
    public Tensor back(Tensor adjoints, Functional functional) {
      Tensor result = Ops.mulEach(adjoints, slope);
      Tensor curvature = Objects.requireNonNull(ofBend);
      if (order == 1) {
        Tensor w = curvature.mul(moved);
        InPlace.increase(result, w, 2 * beta);
        add(w, adjoints, functional);
        return result;
      }
      Tensor first = Ops.half(moved, 0);
      Tensor w = Ops.half(adjoints, 1).mul(bend);
      InPlace.increase(w, Objects.requireNonNull(ofTwist), first, 1.5 * beta);
      w.mul_(first);
      InPlace.increase(w, curvature, Ops.half(moved, 1), 1);
      InPlace.increase(Ops.half(result, 0), w, 2 * beta);
      Tensor bent = curvature.mul(first);
      InPlace.increase(Ops.half(result, 1), bent, 4 * beta);
      add(w, Ops.half(adjoints, 0), functional);
      functional.add(parameter, Ops.mul(Ops.dot(bent, first), 2));
      return result;
    }

    /** Adds {@code Σ p·x²v + x·w}, from half of w, which is given away. */
    private void add(Tensor w, Tensor p, Functional functional) {
      InPlace.increase(w, p, falling, 0.5);
      functional.add(parameter, Ops.mul(Ops.dot(w, x), 2));
    }
  }
}
