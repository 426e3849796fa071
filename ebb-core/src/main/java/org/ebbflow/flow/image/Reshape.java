package org.ebbflow.flow.image;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.jspecify.annotations.Nullable;

/** The same numbers under another shape, row-major; {@code log|det| = 0}. */
public final class Reshape implements Bijection {
  private final long[] from;
  private final long[] to;

  private Reshape(long[] from, long[] to) {
    this.from = from;
    this.to = to;
  }

  /** Rows (B, C·H·W) to images (B, C, H, W). */
  public static Reshape toImage(int channels, int height, int width) {
    long[] image = {-1, channels, height, width};
    return new Reshape(new long[] {-1, (long) channels * height * width}, image);
  }

  /** Images (B, C, H, W) to rows (B, C·H·W). */
  public static Reshape toRows(int channels, int height, int width) {
    Reshape inverse = toImage(channels, height, width);
    return new Reshape(inverse.to, inverse.from);
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    return new Mapped(x.linear(t -> t.reshape(to)), null);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    return z.reshape(from);
  }

  @Override
  public String describe() {
    return "Reshape(" + event(from) + " to " + event(to) + ")";
  }

  private static String event(long[] shape) {
    return String.join(
        "×", Arrays.stream(shape).skip(1).mapToObj(Long::toString).toArray(String[]::new));
  }
}
