package org.ebbflow.flow.network;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;

/**
 * A differentiable map {@code y = h(x)} on batches (B, …), with derivatives along a direction.
 *
 * <p>Immutable but for its parameters; thread-safe as long as no thread changes them.
 */
public interface Network {

  /** {@code h(x)} with derivatives to the order of {@code x}; recorded by autograd. */
  Jet apply(Jet x);

  /** What is trained, by name, in a fixed order; the tensors themselves, not copies. */
  default Map<String, Tensor> parameters() {
    return Map.of();
  }
}
