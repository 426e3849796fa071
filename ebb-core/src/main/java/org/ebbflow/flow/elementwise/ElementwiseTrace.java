package org.ebbflow.flow.elementwise;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Functional;
import org.ebbflow.flow.Trace;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives through {@code z_i = f(x_i)}, entry by entry, with {@code φ = log f′} where it is a
 * bijection and {@code φ = 0} where it is part of a network. With a the score at z, F's derivatives
 * p and q with respect to z and z′, and ε the weight of log p beside F:
 *
 * <pre>
 *   score     a·f′ + φ′
 *   order 1   z′ = f′x′;                      x: p·f′ + a·f″x′ + φ″x′ + εφ′
 *   order 2   z″ = f″x′² + f′x″;              x′: q·f′ + 2x′(a·f″ + φ″)
 *             x: p·f′ + q·f″x′ + a(f‴x′² + f″x″) + φ‴x′² + φ″x″ + εφ′
 * </pre>
 */
public final class ElementwiseTrace implements Trace {
  private final Tensor[] f;
  private final Tensor @Nullable [] phi;
  private final int order;

  /** {@code a·f″ + φ″}. */
  private @Nullable Tensor bend;

  /** {@code a·f‴ + φ‴}. */
  private @Nullable Tensor twist;

  ElementwiseTrace(int order, Derivatives derivatives) {
    this.f = derivatives.function();
    this.phi = derivatives.logSlope();
    this.order = order;
  }

  /**
   * For a function in a network.
   *
   * @param f {@code f, f′, …} at some points, up to one order more than the trace's; only {@code f,
   *     f′} where it is linear on pieces, only {@code f, f′, f″} where {@code f‴ = f″}
   */
  public ElementwiseTrace(int order, Tensor... f) {
    this.f = f.clone();
    this.phi = null;
    this.order = order;
  }

  @Override
  public Tensor value() {
    return f[0];
  }

  @Override
  public @Nullable Tensor logDet() {
    return phi == null ? null : Ops.sumEvent(phi[0]);
  }

  @Override
  public Tensor score(Tensor a) {
    if (f.length > 2) {
      bend = weighted(a, 2);
      twist = order == 1 || f.length == 3 ? bend : weighted(a, 3);
    }
    return weighted(a, 1);
  }

  /** {@code a·f⁽ⁱ⁾ + φ⁽ⁱ⁾}. */
  private Tensor weighted(Tensor a, int i) {
    return phi == null ? a.mul(f[i]) : phi[i].addcmul(a, f[i]);
  }

  @Override
  public Pushed push(Tensor moved) {
    Tensor tangents = Ops.mulEach(moved, f[1]);
    if (order == 1) {
      return new Moved(moved, tangents, phi == null ? null : Ops.dotEvent(phi[1], moved));
    }
    if (f.length == 2) {
      return new Moved(moved, tangents, null);
    }
    try (Scope scope = Scope.open()) {
      Tensor square = Ops.half(moved, 0).square();
      InPlace.increase(Ops.half(tangents, 1), f[2], square, 1);
      Tensor logDet = null;
      if (phi != null) {
        Tensor entries = phi[2].mul(square).addcmul(phi[1], Ops.half(moved, 1));
        logDet = scope.pass(Ops.sumEvent(entries));
      }
      return new Moved(moved, tangents, logDet);
    }
  }

  private final class Moved implements Pushed {
    private final Tensor moved;
    private final Tensor tangents;
    private final @Nullable Tensor logDet;

    Moved(Tensor moved, Tensor tangents, @Nullable Tensor logDet) {
      this.moved = moved;
      this.tangents = tangents;
      this.logDet = logDet;
    }

    @Override
    public Tensor tangents() {
      return tangents;
    }

    @Override
    public @Nullable Tensor logDet() {
      return logDet;
    }

    @Override
    public Tensor back(Tensor adjoints, Functional functional) {
      Tensor result = Ops.mulEach(adjoints, f[1]);
      Tensor ofRows = order == 1 ? result : Ops.half(result, 0);
      if (phi != null && functional.energy() != 0) {
        InPlace.increase(ofRows, phi[1], functional.energy());
      }
      if (f.length == 2) {
        return result;
      }
      Tensor curvature = Objects.requireNonNull(bend);
      if (order == 1) {
        InPlace.increase(ofRows, curvature, moved, 1);
        return result;
      }
      Tensor first = Ops.half(moved, 0);
      InPlace.increase(Ops.half(result, 1), curvature, first, 2);
      Tensor change = Ops.half(adjoints, 1).mul(f[2]);
      InPlace.increase(change, Objects.requireNonNull(twist), first, 1);
      InPlace.increase(ofRows, change, first, 1);
      InPlace.increase(ofRows, curvature, Ops.half(moved, 1), 1);
      return result;
    }
  }
}
