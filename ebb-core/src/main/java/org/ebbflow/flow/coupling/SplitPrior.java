package org.ebbflow.flow.coupling;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Ops;
import org.jspecify.annotations.Nullable;

/**
 * Hands half of an image's channels to the base density after a coupling, and goes on with the
 * other half: {@code z = (rest(y₁), y₂)} for {@code y = coupling(x)}, from images (B, C, H, W) to
 * rows (B, C·H·W).
 *
 * <p>Kept as one bijection of all dimensions, so that nothing is drawn anew when it is inverted and
 * the base density sees every number once.
 *
 * <p>Source: Dinh et al., "Density estimation using Real NVP", 2017, arXiv:1605.08803, section 3.6;
 * Kingma and Dhariwal, "Glow", 2018, arXiv:1807.03039.
 */
public final class SplitPrior implements Bijection {
  private final long half;
  private final long height;
  private final long width;
  private final Bijection coupling;
  private final Bijection rest;

  /**
   * @param channels C, even
   * @param coupling what makes one half's distribution depend on the other
   * @param rest from (B, C/2, H, W) to rows (B, C/2·H·W)
   */
  public SplitPrior(int channels, int height, int width, Bijection coupling, Bijection rest) {
    if (channels < 2 || channels % 2 != 0) {
      throw new IllegalArgumentException("a split of " + channels + " channels");
    }
    this.half = channels / 2;
    this.height = height;
    this.width = width;
    this.coupling = coupling;
    this.rest = rest;
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    Mapped coupled = coupling.forward(x, condition);
    Jet y = coupled.value();
    Mapped deeper = rest.forward(y.slice(1, 0, half), condition);
    Jet finished = y.slice(1, half, 2 * half).linear(t -> t.flatten(1, -1));
    Jet a = coupled.logDet();
    Jet b = deeper.logDet();
    Jet logDet = a == null ? b : b == null ? a : a.add(b);
    return new Mapped(deeper.value().join(finished, 1), logDet);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    long size = half * height * width;
    Tensor y1 = rest.inverse(Ops.slice(z, 1, 0, size), condition);
    Tensor y2 = Ops.slice(z, 1, size, 2 * size).reshape(-1, half, height, width);
    return coupling.inverse(Ops.join(y1, y2, 1), condition);
  }

  @Override
  public Optional<Tensor> constantLogDet() {
    Optional<Tensor> a = coupling.constantLogDet();
    Optional<Tensor> b = rest.constantLogDet();
    return a.isPresent() && b.isPresent() ? Optional.of(a.get().add(b.get())) : a.or(() -> b);
  }

  @Override
  public Map<String, Tensor> parameters() {
    return named(Bijection::parameters);
  }

  @Override
  public Map<String, Tensor> buffers() {
    return named(Bijection::buffers);
  }

  @Override
  public void initialise(Tensor x, @Nullable Tensor condition) {
    coupling.initialise(x, condition);
    Tensor y = coupling.forward(Jet.of(x), condition).value().value();
    rest.initialise(Ops.slice(y, 1, 0, half), condition);
  }

  @Override
  public String describe() {
    return "SplitPrior(" + coupling.describe() + "; then " + rest.describe() + ")";
  }

  private Map<String, Tensor> named(Function<Bijection, Map<String, Tensor>> tensors) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    tensors.apply(coupling).forEach((name, tensor) -> all.put("coupling." + name, tensor));
    tensors.apply(rest).forEach((name, tensor) -> all.put("rest." + name, tensor));
    return all;
  }
}
