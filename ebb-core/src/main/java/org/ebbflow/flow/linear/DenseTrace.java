package org.ebbflow.flow.linear;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Functional;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Parallel;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives through {@code z = Wx + b}: each is multiplied by W or its transpose, and the
 * gradient with respect to W is the product of everything that went back with everything that came:
 * of one stack with the other, or of one part after the other where copying would take longer.
 */
public final class DenseTrace implements Trace {
  private final Tensor weight;
  private final Tensor bias;
  private final Products products;
  private final Tensor factor;
  private final Tensor point;
  private final Tensor value;
  private @Nullable Tensor ofValue;

  /**
   * Sends rows there.
   *
   * @param weight W, (out, in)
   * @param bias b, (out)
   * @param x (B, in)
   */
  public DenseTrace(Tensor weight, Tensor bias, Tensor x, Products products) {
    this.weight = weight;
    this.bias = bias;
    this.products = products;
    this.factor = products.factor(weight, weight);
    this.point = products.factor(x, weight);
    this.value = Ops.as(product(point, factor.t()), bias);
    InPlace.increase(value, bias);
  }

  @Override
  public Tensor value() {
    return value;
  }

  @Override
  public Tensor score(Tensor score) {
    ofValue = score;
    return transposed(score);
  }

  @Override
  public Pushed push(Tensor moved) {
    Tensor came = products.factor(moved, weight);
    return new Moved(came, Ops.as(product(came, factor.t()), value));
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
    public Tensor back(Tensor adjoints, Functional functional) {
      end(adjoints, functional);
      return transposed(adjoints);
    }

    @Override
    public void end(Tensor adjoints, Functional functional) {
      Tensor score = Objects.requireNonNull(ofValue);
      long rows = score.size(0);
      functional.add(bias, Ops.rows(adjoints, 0, rows).sum(0));
      // In order 2, pᵀx + qᵀx′ + aᵀx″; in order 1, pᵀx + aᵀx′.
      if (products == Products.FULL && rows > Math.min(weight.size(0), weight.size(1))) {
        long last = adjoints.size(0) - rows;
        multiply(Ops.rows(adjoints, 0, rows), point, functional);
        if (last > 0) {
          multiply(Ops.rows(adjoints, rows, rows + last), Ops.rows(came, 0, last), functional);
        }
        multiply(score, Ops.rows(came, last, last + rows), functional);
      } else {
        Tensor went = Ops.mul(Ops.concatenate(adjoints, score), functional.weight());
        Tensor all = Ops.concatenate(point, came);
        functional.gradients().addTransposed(weight, products.factor(went, weight), all);
      }
    }

    private void multiply(Tensor went, Tensor all, Functional functional) {
      functional.addProduct(weight, products.factor(went, weight).t(), all);
    }
  }

  private Tensor transposed(Tensor rows) {
    return Ops.as(product(products.factor(rows, weight), factor), value);
  }

  /** Products of bfloat16 are shared among threads by the engine itself. */
  private Tensor product(Tensor rows, Tensor matrix) {
    return products == Products.FULL ? Parallel.product(rows, matrix) : rows.matmul(matrix);
  }
}
