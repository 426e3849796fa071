package org.ebbflow.flow.network;

import java.util.Collection;
import java.util.IdentityHashMap;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;

/**
 * Sums of derivatives with respect to parameters, in the parameters' precision; zero at first.
 * Tensors are told apart by identity. Not thread-safe.
 */
public final class Gradients {
  private final IdentityHashMap<Tensor, Tensor> sums = new IdentityHashMap<>();

  /** For these parameters; the sums belong to the current scope. */
  public Gradients(Collection<Tensor> parameters) {
    parameters.forEach(p -> sums.put(p, Ops.zerosLike(p.detach())));
  }

  /**
   * Adds to a parameter's sum.
   *
   * @param gradient of the parameter's shape, in any precision
   * @throws IllegalArgumentException if the parameter is none of those
   */
  public void add(Tensor parameter, Tensor gradient) {
    Ops.increase(of(parameter), gradient);
  }

  /** A parameter's sum itself, not a copy. */
  public Tensor of(Tensor parameter) {
    Tensor sum = sums.get(parameter);
    if (sum == null) {
      throw new IllegalArgumentException("not a parameter of these gradients");
    }
    return sum;
  }
}
