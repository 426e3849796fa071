package org.ebbflow.flow.preprocess;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Engine;
import org.jspecify.annotations.Nullable;

/** {@code z = x} in the model's element type: the step from the data's precision to the flow's. */
public final class Cast implements Bijection {
  private final Engine engine;

  /** Casts to the element type and device of {@code engine}. */
  public Cast(Engine engine) {
    this.engine = engine;
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    return new Mapped(x.linear(engine::convert), null);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    return z;
  }

  @Override
  public String describe() {
    return "Cast(" + engine.dtype() + ")";
  }
}
