package org.ebbflow.flow.coupling;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;
import org.ebbflow.flow.network.Condition;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.Elu;
import org.ebbflow.flow.network.Network;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Swish;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * {@code z = m·x + (1 − m)·(x − t(m·x))·e^{−s(m·x)}} on rows (B, D) for a mask m that keeps the
 * first ⌈D/2⌉ columns, or all but the first ⌊D/2⌋; {@code log|det| = −Σ (1 − m)·s}.
 *
 * <p>Only the kept columns go through the networks, and only the moved ones come out: entries the
 * mask sets to zero would train nothing. |s| is held within 30, which no ordinary row reaches, so
 * that rows far away stay finite.
 *
 * <p>Source: Dinh et al., "Density estimation using Real NVP", 2017, arXiv:1605.08803, section 3.4;
 * networks of the two-dimensional experiments of Chao et al., 2023, arXiv:2305.15267, appendix.
 */
public final class MaskedCoupling implements Bijection {
  private static final double BOUND = 30;

  private final int dimension;
  private final int kept;
  private final boolean keepsFirst;
  private final Condition condition;
  private final Network scale;
  private final Network shift;

  /**
   * @param dimension D, at least 2
   * @param keepsFirst whether the first columns are kept and the last moved, or the other way round
   * @param conditionSize C, numbers per row of the condition; 0 for none
   * @param scale s, from rows of {@link #keptColumns} + C to rows of the others
   * @param shift t, likewise
   * @throws EbbException if the dimension is below 2 or the condition's size below 0
   */
  public MaskedCoupling(
      int dimension, boolean keepsFirst, int conditionSize, Network scale, Network shift) {
    this.dimension = dimension;
    this.kept = keptColumns(dimension);
    this.keepsFirst = keepsFirst;
    this.condition = new Condition(conditionSize);
    this.scale = scale;
    this.shift = shift;
  }

  /**
   * With the published networks: three hidden layers, Swish with a learnt β in s and ELU in t,
   * weights uniform on ±1/√in; advances {@code rng}. Both come out small at the start, which
   * matters: score matching looks only at where rows are, and the mass that a wild beginning throws
   * elsewhere stays there.
   *
   * @param width of the hidden layers, 64 in the published ones
   */
  public static MaskedCoupling realNvp(
      Engine engine, int dimension, boolean keepsFirst, int width, int conditionSize, Rng rng) {
    int in = keptColumns(dimension) + conditionSize;
    int out = dimension - keptColumns(dimension);
    Network scale = network(engine, in, width, out, () -> new Swish(engine), rng);
    Network shift = network(engine, in, width, out, Elu::new, rng);
    return new MaskedCoupling(dimension, keepsFirst, conditionSize, scale, shift);
  }

  /** How many numbers {@link #realNvp} trains. */
  public static double realNvpParameters(int dimension, int width, int conditionSize) {
    double in = keptColumns(dimension) + conditionSize;
    double out = dimension - keptColumns(dimension);
    double w = width;
    return 2 * ((in + 1) * w + 2 * (w + 1) * w + (w + 1) * out) + 3;
  }

  /**
   * How many columns are kept, ⌈D/2⌉.
   *
   * @throws EbbException if there are fewer than 2
   */
  public static int keptColumns(int dimension) {
    if (dimension < 2) {
      throw new EbbException(
          "a coupling needs 2 columns or more, not " + dimension, "use ebflow-fc for one column");
    }
    return dimension - dimension / 2;
  }

  private static Network network(
      Engine engine, int in, int width, int out, Supplier<Network> activation, Rng rng) {
    return new Sequential(
        Dense.uniform(engine, in, width, rng),
        activation.get(),
        Dense.uniform(engine, width, width, rng),
        activation.get(),
        Dense.uniform(engine, width, width, rng),
        activation.get(),
        Dense.uniform(engine, width, out, rng));
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor given) {
    int cut = cut();
    Jet first = x.slice(1, 0, cut);
    Jet last = x.slice(1, cut, dimension);
    Jet input = condition.appendTo(keepsFirst ? first : last, given);
    Jet minusScale = bounded(scale.apply(input)).mul(-1);
    Jet moved = keepsFirst ? last : first;
    Jet z = moved.add(shift.apply(input).mul(-1)).mul(exp(minusScale));
    return new Mapped(keepsFirst ? first.join(z, 1) : z.join(last, 1), minusScale.sumEvent());
  }

  /** Without a condition. */
  @Override
  public boolean isTraced() {
    return condition.size() == 0 && scale.isTraced() && shift.isTraced();
  }

  @Override
  public Trace trace(Tensor x, int order, Products products) {
    if (!isTraced()) {
      return Bijection.super.trace(x, order, products);
    }
    MaskedCouplingTrace.Halves halves = new MaskedCouplingTrace.Halves(cut(), keepsFirst);
    Tensor input = halves.kept(x);
    return new MaskedCouplingTrace(
        halves,
        x,
        order,
        scale.trace(input, order, products),
        shift.trace(input, order, products),
        BOUND);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor given) {
    try (Autograd.Mode off = Autograd.off()) {
      int cut = cut();
      Tensor first = Ops.slice(z, 1, 0, cut);
      Tensor last = Ops.slice(z, 1, cut, dimension);
      Jet input = condition.appendTo(Jet.of(keepsFirst ? first : last), given);
      Tensor growth = bounded(scale.apply(input)).value().exp();
      Tensor x = (keepsFirst ? last : first).mul(growth).add(shift.apply(input).value());
      return keepsFirst ? Ops.join(first, x, 1) : Ops.join(x, last, 1);
    }
  }

  @Override
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    scale.parameters().forEach((name, tensor) -> parameters.put("scale." + name, tensor));
    shift.parameters().forEach((name, tensor) -> parameters.put("shift." + name, tensor));
    return parameters;
  }

  @Override
  public String describe() {
    return "MaskedCoupling("
        + dimension
        + (keepsFirst ? ", keeps first" : ", keeps last")
        + (condition.size() == 0 ? ")" : ", conditional)");
  }

  /** Where the columns that are kept and those that move meet. */
  private int cut() {
    return keepsFirst ? kept : dimension - kept;
  }

  private static Jet bounded(Jet s) {
    Tensor value = s.value();
    Tensor y = Ops.clamp(value, -BOUND, BOUND);
    if (s.order() == 0) {
      return s.compose(y);
    }
    Tensor inside = Ops.as(Ops.less(value.detach().abs(), BOUND), value);
    return s.compose(y, inside, Ops.zerosLike(value));
  }

  private static Jet exp(Jet s) {
    Tensor e = s.value().exp();
    return s.compose(e, e, e);
  }
}
