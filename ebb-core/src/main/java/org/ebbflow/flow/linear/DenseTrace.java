package org.ebbflow.flow.linear;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Gradients;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives through {@code z = Wx + b}: each is multiplied by W or its transpose, and the
 * gradient with respect to W is one product of everything that went back with everything that came.
 */
final class DenseTrace implements Trace {
  private final Tensor weight;
  private final Tensor bias;
  private final Products products;
  private final Tensor factor;
  private final Tensor point;
  private final Tensor value;
  private @Nullable Tensor ofValue;

  DenseTrace(Tensor weight, Tensor bias, Tensor x, Products products) {
    this.weight = weight;
    this.bias = bias;
    this.products = products;
    this.factor = products.factor(weight, weight);
    this.point = products.factor(x, weight);
    this.value =
        products == Products.FULL
            ? Ops.linear(point, factor, bias)
            : Ops.as(Ops.linear(point, factor), bias).add(bias);
  }

  @Override
  public Tensor value() {
    return value;
  }

  @Override
  public @Nullable Tensor logDet() {
    return null;
  }

  @Override
  public Tensor score(Tensor score) {
    ofValue = score;
    return transposed(score);
  }

  @Override
  public Pushed push(Tensor moved) {
    Tensor came = products.factor(moved, weight);
    return new Moved(came, Ops.as(Ops.linear(came, factor), value));
  }

  private final class Moved implements Pushed {
    private final Tensor came;
    private final Tensor tangents;

    Moved(Tensor came, Tensor tangents) {
      this.came = came;
      this.tangents = tangents;
    }

    @Override
    public Tensor tangents() {
      return tangents;
    }

    @Override
    public @Nullable Tensor logDet() {
      return null;
    }

    @Override
    public Tensor back(Tensor adjoints) {
      return transposed(adjoints);
    }

    @Override
    public void gradient(Tensor adjoints, double scale, double energy, Gradients gradients) {
      Tensor score = Objects.requireNonNull(ofValue);
      Tensor went = Ops.mul(Ops.concatenate(adjoints, score), scale);
      Tensor ofRows = Ops.rows(went, 0, score.size(0));
      if (energy != 0) {
        Ops.increase(ofRows, score, energy);
      }
      gradients.add(bias, ofRows.sum(0));
      Tensor all = Ops.concatenate(point, came);
      gradients.add(weight, products.factor(went, weight).t().matmul(all));
    }
  }

  private Tensor transposed(Tensor rows) {
    return Ops.as(products.factor(rows, weight).matmul(factor), value);
  }
}
