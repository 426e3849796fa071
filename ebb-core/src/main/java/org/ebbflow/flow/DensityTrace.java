package org.ebbflow.flow;

import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * {@code log p} of a flow at a batch, its score, its first or second derivative along a curve, and
 * that derivative's gradient with respect to the parameters, layer by layer by hand.
 *
 * <p>The numbers are those of {@link Jet}s and one reverse pass; what is saved is computing twice
 * what the score's own way through the flow has computed already: the values on its way there, and
 * on its way back the derivative with respect to the curve's highest term.
 *
 * <p>Confined to a thread and to the scope it was made in.
 */
public final class DensityTrace {
  private final int order;
  private final ChainTrace layers;

  private DensityTrace(ChainTrace layers, int order) {
    this.layers = layers;
    this.order = order;
  }

  /** Whether all of a flow's layers and its base density are differentiated by hand. */
  public static boolean covers(Flow flow) {
    return uncovered(flow).isEmpty();
  }

  /** What keeps a flow from being {@link #covers covered}, for a reader: the first such layer. */
  public static Optional<String> uncovered(Flow flow) {
    List<Bijection> chain = flow.chain();
    for (int i = 0; i < chain.size(); i++) {
      if (!chain.get(i).isTraced()) {
        return Optional.of("layer " + (i + 1) + ", " + chain.get(i).describe());
      }
    }
    if (!(flow.base() instanceof StandardNormal)) {
      return Optional.of("the base density " + flow.base().getClass().getSimpleName());
    }
    return chain.isEmpty() ? Optional.of("a flow without layers") : Optional.empty();
  }

  /**
   * Sends rows through a flow that {@link #covers covers} it.
   *
   * @param x (B, D)
   * @param order 1 or 2
   */
  public static DensityTrace of(Flow flow, Tensor x, int order, Products products) {
    try (Autograd.Mode off = Autograd.off()) {
      return new DensityTrace(
          ChainTrace.<Bijection>of(
              x.detach(), flow.chain(), (layer, at) -> layer.trace(at, order, products)),
          order);
    }
  }

  /** {@code log p(x) + log Z} in nats, (B). */
  public Tensor negativeEnergy() {
    try (Autograd.Mode off = Autograd.off()) {
      Tensor base = new StandardNormal().logProb(Jet.of(layers.value()), null).value();
      return plus(base, layers.logDet());
    }
  }

  /** {@code ∇_x log p}, (B, D); to be called once, and first. */
  public Tensor score() {
    try (Autograd.Mode off = Autograd.off()) {
      return layers.score(layers.value().neg());
    }
  }

  /** A derivative along a curve, with its gradient. */
  public final class Along {
    private final Tensor value;
    private final Trace.Pushed way;

    private Along(Tensor value, Trace.Pushed way) {
      this.value = value;
      this.way = way;
    }

    /** The derivative of log p of the trace's order, (B). */
    public Tensor value() {
      return value;
    }

    /**
     * Adds the gradient of {@code weight·Σ value + energy·Σ log p}, log p without −log Z.
     *
     * @param weight not zero
     */
    public void gradient(double weight, double energy, Gradients gradients) {
      try (Autograd.Mode off = Autograd.off()) {
        Functional functional = new Functional(weight, energy / weight, gradients);
        Tensor moved = way.tangents();
        // With respect to z: −z′, or −z″ above −2z′.
        Tensor ofRows = (order == 1 ? moved : Ops.half(moved, 1)).neg();
        if (functional.energy() != 0) {
          InPlace.increase(ofRows, layers.value(), -functional.energy());
        }
        way.end(
            order == 1 ? ofRows : Ops.concatenate(ofRows, Ops.mul(Ops.half(moved, 0), -2)),
            functional);
      }
    }
  }

  /**
   * The first derivative of log p along x′, or the second along {@code x + εx′ + ½ε²x″}. Comes
   * after {@link #score}.
   *
   * @param curve x′, and x″ for order 2, each (B, D)
   */
  public Along along(Tensor... curve) {
    if (curve.length != order) {
      throw new IllegalArgumentException(curve.length + " derivatives for order " + order);
    }
    try (Autograd.Mode off = Autograd.off()) {
      Trace.Pushed way = layers.push(order == 1 ? curve[0] : Ops.concatenate(curve));
      Tensor moved = way.tangents();
      // The k-th derivative of −½‖z‖².
      Tensor base = Ops.dotEvent(layers.value(), order == 1 ? moved : Ops.half(moved, 1));
      if (order == 2) {
        base = base.add(Ops.sumEvent(Ops.half(moved, 0).square()));
      }
      return new Along(plus(base.neg(), way.logDet()), way);
    }
  }

  private static Tensor plus(Tensor a, @Nullable Tensor b) {
    return b == null ? a : a.add(b);
  }
}
