package org.ebbflow.cli.report;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * Points of the plane in a square around the origin: the darker a pixel, the more points are in it.
 *
 * @param halfWidth half the square's side
 * @param pixels of the picture's side
 */
public record Scatter(double halfWidth, int pixels) {
  private static final int PAPER = 255;

  /** How much of the paper's white one point leaves. */
  private static final double LEFT = 0.55;

  /** A square that holds all but the outermost hundredth of some points. */
  public static Scatter around(double[][] points, int pixels) {
    double[] reach =
        Arrays.stream(points)
            .mapToDouble(p -> Math.max(Math.abs(p[0]), Math.abs(p[1])))
            .sorted()
            .toArray();
    return new Scatter(1.1 * reach[(int) (0.99 * (reach.length - 1))], pixels);
  }

  /** Draws points (n, 2). */
  public BufferedImage image(double[][] points) {
    int[] counts = new int[pixels * pixels];
    for (double[] point : points) {
      int x = (int) Math.floor((point[0] / halfWidth + 1) * pixels / 2);
      int y = (int) Math.floor((1 - point[1] / halfWidth) * pixels / 2);
      if (x >= 0 && x < pixels && y >= 0 && y < pixels) {
        counts[y * pixels + x]++;
      }
    }
    BufferedImage image = new BufferedImage(pixels, pixels, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < counts.length; i++) {
      int level = (int) Math.round(PAPER * Math.pow(LEFT, counts[i]));
      image.getRaster().setSample(i % pixels, i / pixels, 0, level);
    }
    return image;
  }
}
