package org.ebbflow.flow.linear;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Functional;
import org.ebbflow.flow.Trace;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Derivatives through {@code z = (x − t)·e^{−s}} on rows: each is multiplied by {@code e^{−s}};
 * with respect to s, all of z, z′, z″ shrink by what it grows.
 */
final class ActNormTrace implements Trace {
  private final Tensor shift;
  private final Tensor logScale;
  private final Tensor factor;
  private final Tensor value;
  private @Nullable Tensor ofValue;

  ActNormTrace(Tensor shift, Tensor logScale, Tensor x) {
    this.shift = shift;
    this.logScale = logScale;
    this.factor = logScale.neg().exp();
    this.value = x.sub(shift).mul(factor);
  }

  @Override
  public Tensor value() {
    return value;
  }

  @Override
  public Tensor score(Tensor score) {
    ofValue = score;
    return score.mul(factor);
  }

  @Override
  public Pushed push(Tensor moved) {
    return new Moved(moved.mul(factor));
  }

  private final class Moved implements Pushed {
    private final Tensor tangents;

    Moved(Tensor tangents) {
      this.tangents = tangents;
    }

    @Override
    public Tensor tangents() {
      return tangents;
    }

    @Override
    public Tensor back(Tensor adjoints, Functional functional) {
      Tensor result = adjoints.mul(factor);
      functional.add(shift, Ops.rows(result, 0, value.size(0)).sum(0).neg());
      // What went back beside what came: p, q, a and z, z′, z″.
      Tensor went = Ops.concatenate(adjoints, Objects.requireNonNull(ofValue));
      functional.add(logScale, went.mul(Ops.concatenate(value, tangents)).sum(0).neg());
      return result;
    }
  }
}
