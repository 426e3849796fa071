package org.ebbflow.flow.linear;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;

/**
 * An invertible D × D matrix, parametrised so that its product with a batch is O(D²) a row and its
 * determinant and inverse are computed only when asked for.
 *
 * <p>Thread-safe as long as no thread changes the parameters.
 *
 * @see FullMatrix
 * @see TriangularMatrix
 * @see LuMatrix
 */
public interface SquareMatrix {

  /** D. */
  int dimension();

  /** {@code x·Wᵀ} for rows x, (B, D). */
  Jet product(Jet x);

  /** {@code log|det W|} in nats, a scalar; differentiable when autograd is on. */
  Tensor logAbsDet();

  /**
   * {@code x} with {@code x·Wᵀ = z} for rows, (B, D), exact at least to single precision; not
   * recorded.
   *
   * @throws org.ebbflow.NumericalException if the matrix is singular
   */
  Tensor solve(Tensor z);

  /** What is trained, by name. */
  Map<String, Tensor> parameters();

  /** {@code full}, {@code lower}, {@code upper} or {@code lu}. */
  String kind();
}
