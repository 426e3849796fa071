package org.ebbflow.flow.autoregressive;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.network.Condition;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code z_i = f_i(x_i)} on rows (B, D), each f_i an increasing rational-quadratic spline that a
 * masked network makes of {@code x_1, …, x_{i−1}} and the condition; {@code log|det| = Σ log
 * f_i′(x_i)}. It starts from the identity.
 *
 * <p>Forward is one pass of the network, the inverse one pass for each column.
 *
 * <p>Source: Durkan, Bekasov, Murray and Papamakarios, "Neural spline flows", 2019,
 * arXiv:1906.04032, section 3.2.
 */
public final class AutoregressiveSpline implements Bijection {
  private final int dimension;
  private final Condition condition;
  private final RationalQuadratic spline;
  private final MaskedNetwork network;

  /**
   * @param dimension D, at least 1
   * @param conditionSize C, numbers per row of the condition; 0 for none
   * @param depth hidden layers of the network, at least 1
   * @param width of the hidden layers, at least 1
   * @param bins pieces of a spline, 2 to 500
   * @param bound B: the splines lie in [−B, B] and are the identity outside
   * @param rng initial weights; is advanced
   * @throws EbbException if a number is out of its range
   */
  public AutoregressiveSpline(
      Engine engine,
      int dimension,
      int conditionSize,
      int depth,
      int width,
      int bins,
      double bound,
      Rng rng) {
    require("dimension", dimension);
    require("depth", depth);
    require("width", width);
    this.dimension = dimension;
    this.condition = new Condition(conditionSize);
    this.spline = new RationalQuadratic(bins, bound);
    this.network =
        new MaskedNetwork(
            engine, dimension, conditionSize, depth, width, RationalQuadratic.numbers(bins), rng);
  }

  /** How many numbers one trains. */
  public static double parameterCount(
      int dimension, int conditionSize, int depth, int width, int bins) {
    return MaskedNetwork.parameterCount(
        dimension, conditionSize, depth, width, RationalQuadratic.numbers(bins));
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor given) {
    long rows = x.value().size(0);
    long numbers = RationalQuadratic.numbers(spline.bins());
    Jet made = network.apply(condition.appendTo(x, given));
    RationalQuadratic.Moved moved =
        spline.forward(x, made.linear(t -> t.reshape(rows, dimension, numbers)));
    return new Mapped(moved.value(), moved.logSlope().sumEvent());
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor given) {
    try (Autograd.Mode off = Autograd.off()) {
      Tensor x = z;
      for (int i = 0; i < dimension; i++) {
        try (Scope scope = Scope.open()) {
          // What is not known yet, nothing that is asked for sees.
          Tensor seen = condition.appendTo(Jet.of(x), given).value();
          Tensor column = Ops.slice(z, 1, i, i + 1);
          Tensor solved = spline.inverse(column, network.column(seen, i).unsqueeze(1));
          Tensor before = Ops.join(Ops.slice(x, 1, 0, i), solved, 1);
          x = scope.pass(Ops.join(before, Ops.slice(z, 1, i + 1, dimension), 1));
        }
      }
      return x;
    }
  }

  @Override
  public Map<String, Tensor> parameters() {
    return network.parameters();
  }

  @Override
  public String describe() {
    return "AutoregressiveSpline(%d, bins=%d, bound=%s)"
        .formatted(dimension, spline.bins(), spline.bound());
  }

  private static void require(String field, int value) {
    if (value < 1) {
      throw new EbbException(field + " is " + value, "give 1 or more");
    }
  }
}
