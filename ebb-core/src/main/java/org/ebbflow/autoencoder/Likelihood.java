package org.ebbflow.autoencoder;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;

/**
 * What a decoder's output a = f(z) says of a row x: {@code p(x | z)}, independent entry by entry.
 */
public enum Likelihood {
  /**
   * {@code log p(x | z) = Σ_i x_i log π_i + (1 − x_i) log(1 − π_i)}, {@code π = σ(a)}, for x in [0,
   * 1]. A probability where entries are 0 or 1; of grey values it is the expected log-probability
   * of pixels that are set with probability x_i, not a density of x.
   */
  BERNOULLI {
    @Override
    Tensor logProb(Tensor x, Tensor a, double sigma) {
      return Ops.sumEvent(x.mul(a).sub(Ops.softplus(a)));
    }

    @Override
    Tensor mean(Tensor a) {
      return a.sigmoid();
    }
  },
  /** {@code log p(x | z) = Σ_i −(x_i − a_i)²/(2σ²) − log σ − ½ log 2π}: a density, with fixed σ. */
  GAUSSIAN {
    @Override
    Tensor logProb(Tensor x, Tensor a, double sigma) {
      Tensor squares = Ops.sumEvent(x.sub(a).square());
      double constant = Math.log(sigma) + 0.5 * Math.log(2 * Math.PI);
      return Ops.add(
          Ops.mul(squares, -0.5 / (sigma * sigma)), -constant * (double) Ops.eventSize(x));
    }

    @Override
    Tensor mean(Tensor a) {
      return a;
    }
  };

  /** {@code log p(x | z)} in nats, (B, D) and (B, D) to (B). */
  abstract Tensor logProb(Tensor x, Tensor a, double sigma);

  /** {@code E[x | z]}, (B, D). */
  abstract Tensor mean(Tensor a);
}
