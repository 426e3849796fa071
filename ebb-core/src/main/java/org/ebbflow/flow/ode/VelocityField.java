package org.ebbflow.flow.ode;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.jspecify.annotations.Nullable;

/**
 * The right-hand side of {@code x′ = f(x, t; condition)} on rows (B, D).
 *
 * <p>Immutable but for its parameters; thread-safe as long as no thread changes them.
 */
public interface VelocityField {

  /**
   * {@code f(x, t)}, (B, D), with derivatives to the order of {@code x}; recorded by autograd.
   *
   * @param time t of each row, (B, 1), of the order of {@code x}; null unless {@link #usesTime}
   * @param condition labels or covariates (B, C), or null
   */
  Jet at(Jet x, @Nullable Jet time, @Nullable Tensor condition);

  /** Whether f depends on t. */
  boolean usesTime();

  /** What is trained, by name, in a fixed order; the tensors themselves, not copies. */
  Map<String, Tensor> parameters();

  /** One line for a reader. */
  String describe();
}
