package org.ebbflow.sample;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset.ImageShape;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;

/**
 * Smooths images by a 5×5 Gaussian with σ = 1.1, each channel by itself; at the edge the weights
 * that are left are scaled to a sum of 1, so a constant image stays as it is.
 *
 * @param shape of the images that the rows are
 */
public record GaussianBlur(ImageShape shape) implements UnaryOperator<Tensor> {
  private static final int SIDE = 5;
  private static final double SIGMA = 1.1;

  @Override
  public Tensor apply(Tensor rows) {
    long[] planes = {-1, 1, shape.height(), shape.width()};
    Tensor x = rows.reshape(planes);
    double[] weights = new double[SIDE * SIDE];
    for (int i = 0; i < weights.length; i++) {
      int dy = i / SIDE - SIDE / 2;
      int dx = i % SIDE - SIDE / 2;
      weights[i] = Math.exp(-(dx * dx + dy * dy) / (2 * SIGMA * SIGMA));
    }
    Tensor kernel = Ops.as(Engine.cpu().exact(weights, 1, 1, SIDE, SIDE), x);
    Tensor one = Ops.add(Ops.zerosLike(Ops.rows(x, 0, 1)), 1);
    return Ops.convolve(x, kernel).div(Ops.convolve(one, kernel)).reshape(rows.sizes());
  }
}
