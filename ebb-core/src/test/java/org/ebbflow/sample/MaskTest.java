package org.ebbflow.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.Dataset.ImageShape;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;

/** What masks hide, and what the blur does. */
class MaskTest {
  private static final ImageShape COLOUR = new ImageShape(2, 2, 3);

  @Test
  void halves_hide_all_channels_alike() {
    assertThat(Mask.named("left-half", COLOUR, 1).row(0, 12))
        .containsExactly(
            true, false, false, true, false, false, true, false, false, true, false, false);
    assertThat(Mask.named("bottom-half", COLOUR, 1).row(5, 12))
        .containsExactly(
            false, false, false, true, true, true, false, false, false, true, true, true);
    for (String half : new String[] {"left", "top"}) {
      boolean[] one = Mask.named(half + "-half", COLOUR, 1).row(0, 12);
      boolean[] other =
          Mask.named(half.equals("left") ? "right-half" : "bottom-half", COLOUR, 1).row(0, 12);
      for (int i = 0; i < 12; i++) {
        assertThat(one[i]).isNotEqualTo(other[i]);
      }
    }
  }

  @Test
  void random_masks_hide_that_share_the_same_way_each_time() {
    Mask mask = Mask.named("random:0.3", null, 7);
    int hidden = 0;
    for (int row = 0; row < 100; row++) {
      boolean[] cells = mask.row(row, 200);
      assertThat(cells).isEqualTo(Mask.named("random:0.3", null, 7).row(row, 200));
      for (boolean cell : cells) {
        hidden += cell ? 1 : 0;
      }
    }
    assertThat(hidden / 20_000.0).isCloseTo(0.3, within(0.01));
    assertThat(mask.row(0, 200)).isNotEqualTo(mask.row(1, 200));
    boolean[] pixels = Mask.named("random:0.5", COLOUR, 7).row(0, 12);
    for (int i = 0; i < 6; i++) {
      assertThat(pixels[i]).isEqualTo(pixels[i + 6]);
    }
  }

  @Test
  void masks_of_seeds_are_no_shifts_of_each_other() {
    boolean[] first = Mask.named("random:0.5", null, 7).row(0, 400);
    boolean[] second = Mask.named("random:0.5", null, 8).row(0, 400);
    for (int shift = -2; shift <= 2; shift++) {
      int alike = 0;
      for (int j = 2; j < 398; j++) {
        alike += first[j] == second[j + shift] ? 1 : 0;
      }
      assertThat(alike).isBetween(150, 246);
    }
  }

  @Test
  void files_hide_where_they_hold_ones() {
    Dataset data = Dataset.of(new double[][] {{1, 2}, {3, 4}});
    Mask one = Mask.of(Dataset.of(new double[][] {{0, 1}}), data);
    assertThat(one.row(1, 2)).containsExactly(false, true);
    Mask each = Mask.of(Dataset.of(new double[][] {{0, 1}, {255, 0}}), data);
    assertThat(each.row(1, 2)).containsExactly(true, false);
    assertThatThrownBy(() -> Mask.of(Dataset.of(new double[][] {{0, 0.5}}), data))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("row 1 holds 0.5");
    assertThatThrownBy(() -> Mask.of(Dataset.of(new double[][] {{0}, {1}}), data))
        .hasMessageContaining("2 rows of 1 where the data have 2 rows of 2");
  }

  @Test
  void names_that_are_none_are_refused() {
    assertThatThrownBy(() -> Mask.named("middle-half", COLOUR, 1))
        .hasMessageContaining("no mask middle-half");
    assertThatThrownBy(() -> Mask.named("left-half", null, 1))
        .hasMessageContaining("one for images");
    for (String bad : new String[] {"random:", "random:x", "random:0", "random:1.5"}) {
      assertThatThrownBy(() -> Mask.named(bad, null, 1)).hasMessageContaining("no mask " + bad);
    }
  }

  @Test
  void blur_keeps_constants_and_channels_apart() {
    Engine engine = Engine.cpu(DType.FLOAT64);
    ImageShape shape = new ImageShape(2, 7, 8);
    GaussianBlur blur = new GaussianBlur(shape);
    double[] constant = new double[112];
    Arrays.fill(constant, 0, 56, 3);
    Arrays.fill(constant, 56, 112, -2);
    double[] impulse = new double[112];
    impulse[3 * 8 + 4] = 1;
    try (Scope scope = Scope.open()) {
      Tensor both = engine.tensor(concatenated(constant, impulse), 2, 112);
      double[] blurred = Engine.doubles(blur.apply(both));
      for (int i = 0; i < 112; i++) {
        assertThat(blurred[i]).isCloseTo(constant[i], within(1e-12));
      }
      double sum = 0;
      for (int i = 112; i < 168; i++) {
        sum += blurred[i];
      }
      for (int i = 168; i < 224; i++) {
        assertThat(blurred[i]).isZero();
      }
      // Away from the edge an impulse is spread, not lost; it falls off by e^(−1/2σ²) a pixel.
      double centre = blurred[112 + 3 * 8 + 4];
      assertThat(sum).isCloseTo(1, within(0.05));
      assertThat(blurred[112 + 3 * 8 + 3] / centre)
          .isCloseTo(Math.exp(-1 / (2 * 1.1 * 1.1)), within(1e-9));
      assertThat(blurred[112 + 3 * 8 + 1]).isZero();
    }
  }

  private static double[] concatenated(double[] a, double[] b) {
    double[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
