package org.ebbflow.flow.image;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.jspecify.annotations.Nullable;

/**
 * Space to depth: each 2×2 square of pixels becomes four channels, (B, C, H, W) to (B, 4C, H/2,
 * W/2); {@code log|det| = 0}.
 *
 * <p>Source: Dinh et al., "Density estimation using Real NVP", 2017, arXiv:1605.08803, section 3.6.
 */
public final class Squeeze implements Bijection {
  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    long height = x.value().size(2);
    long width = x.value().size(3);
    if (height % 2 != 0 || width % 2 != 0) {
      throw new EbbException(
          "an image of " + height + " × " + width + " cannot be squeezed into squares of 2 × 2",
          "use fewer scales, or images with even sides");
    }
    return new Mapped(x.linear(Squeeze::toDepth), null);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    long c = z.size(1) / 4;
    long h = z.size(2);
    long w = z.size(3);
    return z.reshape(-1, c, 2, 2, h, w).permute(0, 1, 4, 2, 5, 3).reshape(-1, c, 2 * h, 2 * w);
  }

  @Override
  public String describe() {
    return "Squeeze(2×2)";
  }

  private static Tensor toDepth(Tensor x) {
    long c = x.size(1);
    long h = x.size(2) / 2;
    long w = x.size(3) / 2;
    return x.reshape(-1, c, h, 2, w, 2).permute(0, 1, 3, 5, 2, 4).reshape(-1, 4 * c, h, w);
  }
}
