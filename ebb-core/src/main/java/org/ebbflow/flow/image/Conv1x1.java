package org.ebbflow.flow.image;

import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.linear.FullMatrix;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code z = W·x} at every position of an image, between its C channels; {@code log|det| =
 * P·log|det W|} for P positions.
 *
 * <p>Source: Kingma and Dhariwal, "Glow", 2018, arXiv:1807.03039, section 3.2.
 */
public final class Conv1x1 implements Bijection {
  private final FullMatrix matrix;
  private final int positions;

  /**
   * @param engine where the matrix lives
   * @param matrix W, (C, C); copied
   * @param positions P = H·W
   */
  public Conv1x1(Engine engine, Tensor matrix, int positions) {
    this.matrix = new FullMatrix(engine, matrix);
    this.positions = positions;
  }

  /** Starts from a random orthogonal matrix; advances {@code rng}. */
  public static Conv1x1 orthogonal(Engine engine, int channels, int positions, Rng rng) {
    try (Scope scope = Scope.open()) {
      return new Conv1x1(engine, rng.orthogonal(channels, channels), positions);
    }
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    Tensor kernel = matrix.weight().unsqueeze(2).unsqueeze(3);
    return new Mapped(x.stacked(t -> Ops.convolve(t, kernel)), null);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    try (Autograd.Mode off = Autograd.off()) {
      long channels = matrix.dimension();
      Tensor pixels = z.permute(0, 2, 3, 1);
      Tensor solved = matrix.solve(pixels.reshape(-1, channels));
      return solved.reshape(pixels.shape()).permute(0, 3, 1, 2).contiguous();
    }
  }

  @Override
  public Optional<Tensor> constantLogDet() {
    return Optional.of(Ops.mul(matrix.logAbsDet(), positions));
  }

  @Override
  public Map<String, Tensor> parameters() {
    return matrix.parameters();
  }

  @Override
  public String describe() {
    return "Conv1x1(" + matrix.dimension() + ")";
  }
}
