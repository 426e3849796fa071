package org.ebbflow.bench.toy;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.ebbflow.data.Dataset;

/**
 * A function on a square around the origin as a picture: dark is low, bright is high.
 *
 * @param halfWidth half the square's side
 * @param pixels of the picture's side
 */
public record HeatMap(double halfWidth, int pixels) {
  // From black over violet and orange to pale yellow, each brighter than the one before.
  private static final int[][] STOPS = {
    {0, 0, 8},
    {50, 14, 98},
    {120, 28, 110},
    {190, 55, 82},
    {240, 110, 36},
    {250, 185, 40},
    {252, 250, 190}
  };

  /** The centres of the pixels, row by row from the upper left, (pixels², 2). */
  public Dataset grid() {
    double[][] points = new double[pixels * pixels][];
    double step = 2 * halfWidth / pixels;
    Arrays.setAll(
        points,
        i ->
            new double[] {
              -halfWidth + (i % pixels + 0.5) * step, halfWidth - (i / pixels + 0.5) * step
            });
    return Dataset.of(points);
  }

  /** The integral of a function over the square, from its values on the {@link #grid}. */
  public double integral(double[] values) {
    double step = 2 * halfWidth / pixels;
    return Arrays.stream(values).sum() * step * step;
  }

  /**
   * Draws values on the {@link #grid}.
   *
   * @param top the value that is brightest; what is above it is as bright
   */
  public BufferedImage image(double[] values, double top) {
    BufferedImage image = new BufferedImage(pixels, pixels, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < values.length; i++) {
      image.setRGB(i % pixels, i / pixels, colour(values[i] / top));
    }
    return image;
  }

  private static int colour(double level) {
    double at = Math.min(1, Math.max(0, level)) * (STOPS.length - 1);
    int below = Math.min(STOPS.length - 2, (int) at);
    int rgb = 0;
    for (int channel = 0; channel < 3; channel++) {
      int low = STOPS[below][channel];
      int high = STOPS[below + 1][channel];
      rgb = rgb << 8 | (int) Math.round(low + (at - below) * (high - low));
    }
    return rgb;
  }
}
