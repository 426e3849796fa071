package org.ebbflow.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * A chain of bijections {@code g = g_L ∘ … ∘ g_1} over a base density p_u, read as an energy-based
 * model whose normalising constant is known:
 *
 * <pre>
 *   E(x)     = −log p_u(g(x)) − Σ x-dependent log|det|      cheap
 *   log Z    = −Σ x-independent log|det|                     O(D³) for dense layers, cached
 *   log p(x) = −E(x) − log Z
 *   ∇ log p  = −∇E(x)                                        free of Z
 * </pre>
 *
 * <p>Batches are (B, D), densities in nats. All but {@link #initialise} leave the flow unchanged
 * and may be called from several threads as long as none changes the parameters. Results belong to
 * the {@link Scope} they are made in.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 4.1.
 */
public final class Flow {
  private final Engine engine;
  private final int dimension;
  private final Chain chain;
  private final BaseDensity base;

  /**
   * @param dimension D
   * @param chain from data to noise; copied
   * @throws EbbException if the dimension is below 1
   */
  public Flow(Engine engine, int dimension, List<? extends Bijection> chain, BaseDensity base) {
    if (dimension < 1) {
      throw new EbbException("the dimension is " + dimension, "give at least one column");
    }
    this.engine = engine;
    this.dimension = dimension;
    this.chain = new Chain(chain);
    this.base = base;
  }

  /** This flow with further bijections in front, on the data's side; parameters are shared. */
  public Flow after(List<? extends Bijection> front) {
    List<Bijection> longer = new ArrayList<>(front);
    longer.addAll(chain.links());
    return new Flow(engine, dimension, longer, base);
  }

  /** D. */
  public int dimension() {
    return dimension;
  }

  /** The bijections from data to noise. */
  public List<Bijection> chain() {
    return chain.links();
  }

  /** The density of the noise. */
  public BaseDensity base() {
    return base;
  }

  /** Where the flow computes. */
  public Engine engine() {
    return engine;
  }

  /** {@code −E(x)} with derivatives to the order of {@code x}, (B); recorded by autograd. */
  public Jet negativeEnergy(Jet x, @Nullable Tensor condition) {
    requireRows(x.value());
    Bijection.Mapped mapped = chain.forward(x, condition);
    Jet logBase = base.logProb(mapped.value(), condition);
    Jet logDet = mapped.logDet();
    return logDet == null ? logBase : logDet.add(logBase);
  }

  /** {@code E(x)} in nats, (B, D) to (B); recorded by autograd. */
  public Tensor energy(Tensor x, @Nullable Tensor condition) {
    return negativeEnergy(Jet.of(x), condition).value().neg();
  }

  /** {@code E(x)} without a condition. */
  public Tensor energy(Tensor x) {
    return energy(x, null);
  }

  /** {@code log Z} in nats, a double-precision scalar; recorded by autograd when it is on. */
  public Tensor logZ() {
    return chain
        .constantLogDet()
        .map(Tensor::neg)
        .orElseGet(() -> engine.exact(new double[] {0}, 1).sum());
  }

  /** {@code log p(x)} in nats, (B, D) to (B) in double precision; recorded by autograd. */
  public Tensor logProb(Tensor x, @Nullable Tensor condition) {
    return Ops.toDouble(energy(x, condition)).neg().sub(logZ());
  }

  /** {@code log p(x)} without a condition. */
  public Tensor logProb(Tensor x) {
    return logProb(x, null);
  }

  /**
   * {@code ∇_x log p(x)}, (B, D); no determinant is computed.
   *
   * @param createGraph whether the result can be differentiated again
   */
  public Tensor score(Tensor x, @Nullable Tensor condition, boolean createGraph) {
    try (Autograd.Mode on = Autograd.on()) {
      Tensor variable = x.requires_grad() ? x : Autograd.variable(x);
      Tensor negativeEnergy = negativeEnergy(Jet.of(variable), condition).value();
      return Autograd.gradient(negativeEnergy, variable, createGraph);
    }
  }

  /** {@code ∇_x log p(x)} without a condition or a graph. */
  public Tensor score(Tensor x) {
    return score(x, null, false);
  }

  /** {@code g(x)}, (B, D). */
  public Tensor forward(Tensor x, @Nullable Tensor condition) {
    requireRows(x);
    return chain.forward(Jet.of(x), condition).value().value();
  }

  /** {@code g(x)} without a condition. */
  public Tensor forward(Tensor x) {
    return forward(x, null);
  }

  /**
   * {@code g⁻¹(z)}, (B, D), not recorded.
   *
   * @throws EbbException if a layer cannot be inverted there; the message names it
   */
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    requireRows(z);
    try (Autograd.Mode off = Autograd.off()) {
      return chain.inverse(z, condition);
    }
  }

  /** {@code g⁻¹(z)} without a condition. */
  public Tensor inverse(Tensor z) {
    return inverse(z, null);
  }

  /** {@code n} exact draws, (n, D): {@code g⁻¹} of draws from the base; advances {@code rng}. */
  public Tensor sample(long n, Rng rng) {
    return inverse(base.sample(n, dimension, null, rng));
  }

  /** One exact draw for each row of a condition (n, C), (n, D); advances {@code rng}. */
  public Tensor sample(Tensor condition, Rng rng) {
    return inverse(base.sample(condition.size(0), dimension, condition, rng), condition);
  }

  /** Trainable tensors by "layer.name" in a fixed order; the tensors themselves, not copies. */
  public Map<String, Tensor> parameters() {
    return chain.parameters();
  }

  /** Fixed tensors that belong to the model, by "layer.name" in a fixed order. */
  public Map<String, Tensor> buffers() {
    return chain.buffers();
  }

  /** Lets layers that want it set themselves from a first batch (B, D), front to back. */
  public void initialise(Tensor x, @Nullable Tensor condition) {
    try (Autograd.Mode off = Autograd.off()) {
      chain.initialise(x, condition);
    }
  }

  private void requireRows(Tensor x) {
    if (x.dim() != 2 || x.size(1) != dimension) {
      StringBuilder shape = new StringBuilder();
      for (long axis = 0; axis < x.dim(); axis++) {
        shape.append(axis == 0 ? "" : " × ").append(x.size(axis));
      }
      throw new EbbException(
          "the model takes rows of " + dimension + " numbers, not a " + shape + " block",
          "give data of the shape it was trained on");
    }
  }
}
