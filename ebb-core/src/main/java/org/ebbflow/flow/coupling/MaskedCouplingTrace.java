package org.ebbflow.flow.coupling;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Functional;
import org.ebbflow.flow.Trace;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives through {@code z₁ = x₁, z₂ = (x₂ − t(x₁))·e^{−s(x₁)}} on rows, with {@code log|det| =
 * −Σs}. With {@code d = x₂ − t}, a the score at z₂, F's derivatives p and q with respect to z₂ and
 * z₂′, and ε the weight of log p beside F:
 *
 * <pre>
 *   score     d: a·e^{−s};                     s: −a·z₂ − 1
 *   order 1   z₂′ = e^{−s}d′ − s′z₂
 *             d: e^{−s}(p − a·s′);             s: −(p·z₂ + a·z₂′) − ε
 *   order 2   z₂″ = e^{−s}d″ − 2s′z₂′ − (s′² + s″)z₂
 *             d′: e^{−s}(q − 2a·s′);           s′: −(q·z₂ + 2a·z₂′)
 *             d: e^{−s}(p − q·s′ + a(s′² − s″)); s: −(p·z₂ + q·z₂′ + a·z₂″) − ε
 * </pre>
 *
 * <p>What holds for d holds for x₂, and with the other sign for t.
 */
final class MaskedCouplingTrace implements Trace {
  private final Halves halves;
  private final int order;
  private final Trace scale;
  private final Trace shift;

  /** Whether s lies within its bounds, as a number. */
  private final Tensor inside;

  /** {@code s}, within its bounds. */
  private final Tensor log;

  /** {@code e^{−s}}. */
  private final Tensor factor;

  /** {@code z₂}. */
  private final Tensor moved;

  private final Tensor value;

  /** a at z₂. */
  private @Nullable Tensor ofMoved;

  /** Which columns are kept. */
  record Halves(int cut, boolean keepsFirst) {
    Tensor kept(Tensor x) {
      return keepsFirst ? first(x) : last(x);
    }

    Tensor moved(Tensor x) {
      return keepsFirst ? last(x) : first(x);
    }

    Tensor join(Tensor kept, Tensor moved) {
      return keepsFirst ? Ops.join(kept, moved, 1) : Ops.join(moved, kept, 1);
    }

    private Tensor first(Tensor x) {
      return Ops.slice(x, 1, 0, cut).contiguous();
    }

    private Tensor last(Tensor x) {
      return Ops.slice(x, 1, cut, x.size(1)).contiguous();
    }
  }

  /**
   * @param x (B, D)
   * @param scale s at what is kept of x
   * @param shift t there
   * @param bound of s
   */
  MaskedCouplingTrace(Halves halves, Tensor x, int order, Trace scale, Trace shift, double bound) {
    this.halves = halves;
    this.order = order;
    this.scale = scale;
    this.shift = shift;
    Tensor s = scale.value();
    inside = Ops.as(Ops.less(s.abs(), bound), s);
    log = Ops.clamp(s, -bound, bound);
    factor = log.neg().exp();
    moved = halves.moved(x).sub(shift.value()).mul(factor);
    value = halves.join(halves.kept(x), moved);
  }

  @Override
  public Tensor value() {
    return value;
  }

  @Override
  public Tensor logDet() {
    return Ops.sumEvent(log).neg();
  }

  @Override
  public Tensor score(Tensor ofValue) {
    Tensor a = halves.moved(ofValue);
    ofMoved = a;
    Tensor difference = a.mul(factor);
    Tensor ofScale = Ops.rsub(-1, a.mul(moved)).mul(inside);
    Tensor kept = halves.kept(ofValue).add(scale.score(ofScale));
    return halves.join(kept.add(shift.score(difference.neg())), difference);
  }

  @Override
  public Pushed push(Tensor tangents) {
    Tensor kept = halves.kept(tangents);
    Pushed ofScale = scale.push(kept);
    Pushed ofShift = shift.push(kept);
    Tensor logs = Ops.mulEach(ofScale.tangents(), inside);
    // For each derivative of d that times e^{−s}, and what the change of s takes from it.
    Tensor z = Ops.mulEach(halves.moved(tangents).sub(ofShift.tangents()), factor);
    z = z.sub(Ops.mulEach(logs, moved));
    if (order == 2) {
      Tensor s1 = Ops.half(logs, 0);
      Tensor second = Ops.half(z, 1);
      InPlace.increase(second, s1, Ops.half(z, 0), -2);
      InPlace.increase(second, s1.square(), moved, -1);
    }
    Tensor last = order == 1 ? logs : Ops.half(logs, 1);
    Tensor all = halves.join(kept, z);
    return new Moved(ofScale, ofShift, logs, z, all, Ops.sumEvent(last).neg());
  }

  private final class Moved implements Pushed {
    private final Pushed ofScale;
    private final Pushed ofShift;

    /** s′ (and s″). */
    private final Tensor logs;

    /** z₂′ (and z₂″). */
    private final Tensor z;

    private final Tensor tangents;
    private final Tensor logDet;

    Moved(Pushed ofScale, Pushed ofShift, Tensor logs, Tensor z, Tensor tangents, Tensor logDet) {
      this.ofScale = ofScale;
      this.ofShift = ofShift;
      this.logs = logs;
      this.z = z;
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
    public Tensor back(Tensor adjoints, Functional functional) {
      Tensor a = Objects.requireNonNull(ofMoved);
      Tensor given = halves.moved(adjoints);
      Tensor difference = given.clone();
      Tensor logScale = Ops.mulEach(given, moved);
      if (order == 1) {
        InPlace.increase(difference, a, logs, -1);
        InPlace.increase(logScale, a, z, 1);
      } else {
        Tensor q = Ops.half(given, 1);
        Tensor s1 = Ops.half(logs, 0);
        Tensor z1 = Ops.half(z, 0);
        Tensor ofRows = Ops.half(difference, 0);
        InPlace.increase(ofRows, q, s1, -1);
        InPlace.increase(ofRows, a, s1.square().sub(Ops.half(logs, 1)), 1);
        InPlace.increase(Ops.half(difference, 1), a, s1, -2);
        InPlace.increase(Ops.half(logScale, 0), q, z1, 1);
        InPlace.increase(Ops.half(logScale, 0), a, Ops.half(z, 1), 1);
        InPlace.increase(Ops.half(logScale, 1), a, z1, 2);
      }
      difference = Ops.mulEach(difference, factor);
      InPlace.increase(Ops.rows(logScale, 0, a.size(0)), functional.energy());
      logScale = Ops.mulEach(logScale, inside).neg();
      Tensor kept = halves.kept(adjoints).add(ofScale.back(logScale, functional));
      return halves.join(kept.add(ofShift.back(difference.neg(), functional)), difference);
    }
  }
}
