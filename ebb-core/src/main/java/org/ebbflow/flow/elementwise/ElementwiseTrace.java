package org.ebbflow.flow.elementwise;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Trace;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives through {@code z_i = f(x_i)} with {@code φ = log f′}, entry by entry. With a the
 * score at z, and F's derivatives p and q with respect to z and z′:
 *
 * <pre>
 *   score     a·f′ + φ′
 *   order 1   z′ = f′x′;                      x: p·f′ + a·f″x′ + φ″x′
 *   order 2   z″ = f″x′² + f′x″;              x′: q·f′ + 2x′(a·f″ + φ″)
 *             x: p·f′ + q·f″x′ + a(f‴x′² + f″x″) + φ‴x′² + φ″x″
 * </pre>
 */
final class ElementwiseTrace implements Trace {
  private final Tensor[] f;
  private final Tensor[] phi;
  private final int order;

  /** {@code a·f″ + φ″}. */
  private @Nullable Tensor bend;

  /** {@code a·f‴ + φ‴}. */
  private @Nullable Tensor twist;

  ElementwiseTrace(Derivatives derivatives, int order) {
    this.f = derivatives.function();
    this.phi = derivatives.logSlope();
    this.order = order;
  }

  @Override
  public Tensor value() {
    return f[0];
  }

  @Override
  public Tensor logDet() {
    return Ops.sumEvent(phi[0]);
  }

  @Override
  public Tensor score(Tensor a) {
    bend = phi[2].addcmul(a, f[2]);
    twist = order == 2 ? phi[3].addcmul(a, f[3]) : null;
    return phi[1].addcmul(a, f[1]);
  }

  @Override
  public Pushed push(Tensor moved) {
    if (order == 1) {
      return new Moved(moved, moved.mul(f[1]), Ops.dotEvent(phi[1], moved));
    }
    Tensor first = Ops.half(moved, 0);
    Tensor second = Ops.half(moved, 1);
    Tensor square = first.square();
    Tensor curved = f[1].mul(second).addcmul(f[2], square);
    Tensor logDet = phi[2].mul(square).addcmul(phi[1], second);
    return new Moved(moved, Ops.concatenate(first.mul(f[1]), curved), Ops.sumEvent(logDet));
  }

  private final class Moved implements Pushed {
    private final Tensor moved;
    private final Tensor tangents;
    private final Tensor logDet;

    Moved(Tensor moved, Tensor tangents, Tensor logDet) {
      this.moved = moved;
      this.tangents = tangents;
      this.logDet = logDet;
    }

    @Override
    public Tensor tangents() {
      return tangents;
    }

    @Override
    public Tensor logDet() {
      return logDet;
    }

    @Override
    public Tensor back(Tensor adjoints) {
      Tensor curvature = Objects.requireNonNull(bend);
      if (order == 1) {
        return adjoints.mul(f[1]).addcmul(curvature, moved);
      }
      Tensor first = Ops.half(moved, 0);
      Tensor second = Ops.half(moved, 1);
      Tensor p = Ops.half(adjoints, 0);
      Tensor q = Ops.half(adjoints, 1);
      Tensor change = Objects.requireNonNull(twist).mul(first).addcmul(q, f[2]);
      Tensor ofRows = p.mul(f[1]).addcmul(change, first).addcmul(curvature, second);
      Tensor ofFirst = q.mul(f[1]);
      Ops.increase(ofFirst, curvature, first, 2);
      return Ops.concatenate(ofRows, ofFirst);
    }
  }
}
