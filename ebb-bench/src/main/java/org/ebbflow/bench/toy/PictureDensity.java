package org.ebbflow.bench.toy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;

/**
 * A picture as a density on [−4, 4]²: a pixel is drawn with a probability that grows with its
 * darkness, and normal noise of half a pixel's width and height is added to its centre. A mixture
 * of normals, so its density is known.
 *
 * <p>Immutable and thread-safe.
 *
 * <p>Source of the scheme: Xu, Cheng and Xie, 2023, arXiv:2212.14424, and its code.
 */
public final class PictureDensity {
  private static final double HALF_WIDTH = 4;
  private static final int REACH = 4; // pixels, eight standard deviations

  private final int width;
  private final int height;
  private final double[] weights;
  private final double[] cumulative;

  /**
   * @param image dark where the density is high; what is transparent counts as white
   */
  public PictureDensity(BufferedImage image) {
    width = image.getWidth();
    height = image.getHeight();
    weights = new double[width * height];
    double total = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 255 - grey(image, i % width, i / width);
      total += weights[i];
    }
    cumulative = new double[weights.length];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= total;
      sum += weights[i];
      cumulative[i] = sum;
    }
  }

  /**
   * Reads a picture.
   *
   * @throws EbbException if there is none
   */
  public static PictureDensity read(Path file) {
    try {
      BufferedImage image = ImageIO.read(file.toFile());
      if (image == null) {
        throw new EbbException(file + " is no picture", "give a PNG file");
      }
      return new PictureDensity(image);
    } catch (IOException e) {
      throw new EbbException("cannot read " + file, "give a PNG file", e);
    }
  }

  private static double grey(BufferedImage image, int x, int y) {
    int argb = image.getRGB(x, y);
    double alpha = (argb >>> 24) / 255.0;
    double luma = 0.299 * (argb >> 16 & 255) + 0.587 * (argb >> 8 & 255) + 0.114 * (argb & 255);
    return alpha * luma + (1 - alpha) * 255;
  }

  /** {@code n} draws, (n, 2); equal seeds give equal draws. */
  public Dataset sample(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] rows = new double[n][];
    Arrays.setAll(
        rows,
        i -> {
          int at = Arrays.binarySearch(cumulative, random.nextDouble());
          int pixel = Math.min(weights.length - 1, at < 0 ? -at - 1 : at + 1);
          return new double[] {
            centreX(pixel % width) + deviation(width) * random.nextGaussian(),
            centreY(pixel / width) + deviation(height) * random.nextGaussian()
          };
        });
    return Dataset.of(rows);
  }

  /** {@code log p(x)} in nats; −∞ where the nearest dark pixel is far. */
  public double logDensity(double[] x) {
    int column = (int) Math.floor((x[0] + HALF_WIDTH) * width / (2 * HALF_WIDTH));
    int line = (int) Math.floor((HALF_WIDTH - x[1]) * height / (2 * HALF_WIDTH));
    double sx = deviation(width);
    double sy = deviation(height);
    double sum = 0;
    for (int j = Math.max(0, line - REACH); j <= Math.min(height - 1, line + REACH); j++) {
      for (int i = Math.max(0, column - REACH); i <= Math.min(width - 1, column + REACH); i++) {
        double dx = (x[0] - centreX(i)) / sx;
        double dy = (x[1] - centreY(j)) / sy;
        sum += weights[j * width + i] * Math.exp(-0.5 * (dx * dx + dy * dy));
      }
    }
    return Math.log(sum / (2 * Math.PI * sx * sy));
  }

  private double centreX(int column) {
    return -HALF_WIDTH + (column + 0.5) * 2 * HALF_WIDTH / width;
  }

  private double centreY(int line) {
    return HALF_WIDTH - (line + 0.5) * 2 * HALF_WIDTH / height;
  }

  /** Half a pixel. */
  private static double deviation(int pixels) {
    return HALF_WIDTH / pixels;
  }
}
