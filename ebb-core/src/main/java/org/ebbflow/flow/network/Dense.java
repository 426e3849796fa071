package org.ebbflow.flow.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Gradients;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;
import org.ebbflow.flow.linear.DenseTrace;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;

/** {@code y = Wx + b} on rows, (B, in) to (B, out). */
public final class Dense implements Network {
  private final Tensor weight;
  private final Tensor bias;

  /**
   * @param engine where the parameters live
   * @param weight W, (out, in); copied
   * @param bias b, (out); copied
   */
  public Dense(Engine engine, Tensor weight, Tensor bias) {
    this.weight = engine.parameter(weight);
    this.bias = engine.parameter(bias);
  }

  /** Starts from W and b uniform on ±1/√in; advances {@code rng}. */
  public static Dense uniform(Engine engine, int in, int out, Rng rng) {
    try (Scope scope = Scope.open()) {
      double bound = 1 / Math.sqrt(in);
      return new Dense(
          engine,
          Ops.add(Ops.mul(rng.uniform(out, in), 2 * bound), -bound),
          Ops.add(Ops.mul(rng.uniform(out), 2 * bound), -bound));
    }
  }

  /** Starts from W = 0 and b = 0. */
  public static Dense zero(Engine engine, int in, int out) {
    try (Scope scope = Scope.open()) {
      return new Dense(engine, engine.zeros(out, in), engine.zeros(out));
    }
  }

  @Override
  public Jet apply(Jet x) {
    return x.linear(weight, bias);
  }

  @Override
  public boolean isTraced() {
    return true;
  }

  @Override
  public Trace trace(Tensor x, int order, Products products) {
    return new DenseTrace(weight, bias, x, products);
  }

  @Override
  public Recorded record(Dual x, Products products) {
    Dual factor = x.with(products.factor(x.rows(), weight));
    Tensor w = products.factor(weight, weight);
    Dual y = x.with(Ops.linear(factor.rows(), w));
    InPlace.increase(y.value(), bias); // derivatives do not see it
    return new Recorded(y, (adjoint, gradients) -> back(factor, w, adjoint, gradients));
  }

  private Tensor back(Dual x, Tensor w, Tensor adjoint, Gradients gradients) {
    Tensor a = Ops.as(adjoint, w);
    gradients.add(weight, a.t().matmul(x.rows()));
    gradients.add(bias, Ops.as(x.with(a).value(), bias).sum(0));
    return a.matmul(w);
  }

  @Override
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("weight", weight);
    parameters.put("bias", bias);
    return parameters;
  }
}
