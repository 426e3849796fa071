package org.ebbflow.cli.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * Lays many small images out on one sheet: a grid, or samples beside their neighbours.
 *
 * <p>Values run from 0 (black) to 255; what lies beyond is clamped and fractions are rounded. A
 * value that is not a number is painted magenta, because a sample that is broken must not look like
 * one that is dark. Gaps are transparent, so a sheet sits on a light page as well as on a dark one.
 *
 * <pre>{@code
 * ImageSheet sheet = new ImageSheet(new ImageShape(1, 28, 28), 2, 2);
 * byte[] png = Png.encode(sheet.grid(samples, 10));
 * }</pre>
 *
 * @param shape the shape that all images share
 * @param gap pixels between neighbouring images, before enlarging; 0 or more
 * @param scale how many pixels wide and high each pixel becomes; 1 or more
 */
public record ImageSheet(ImageShape shape, int gap, int scale) {
  private static final int NOT_A_NUMBER = 0xFFFF00FF;
  private static final Color SEPARATOR = new Color(0xD5, 0x5E, 0x00);

  /** Checks gap and scale. */
  public ImageSheet {
    if (gap < 0) {
      throw new IllegalArgumentException("gap must be 0 or more, not " + gap);
    }
    if (scale < 1) {
      throw new IllegalArgumentException("scale must be 1 or more, not " + scale);
    }
  }

  /**
   * All images, row by row from the top left.
   *
   * @param images values 0 to 255, each row of length {@code shape.size()}; at least one
   * @param columns images side by side; with fewer images the sheet is only as wide as they are
   * @return the sheet, with an alpha channel
   */
  public BufferedImage grid(float[][] images, int columns) {
    if (images.length == 0) {
      throw new IllegalArgumentException("a sheet needs at least one image");
    }
    if (columns < 1) {
      throw new IllegalArgumentException("columns must be 1 or more, not " + columns);
    }
    int across = Math.min(columns, images.length);
    int down = (images.length + across - 1) / across;
    BufferedImage sheet =
        blank(side(across, shape.width()) * scale, side(down, shape.height()) * scale);
    for (int i = 0; i < images.length; i++) {
      paint(sheet, images[i], i % across * (shape.width() + gap), i / across, "image " + i);
    }
    return sheet;
  }

  /**
   * As {@link #grid(float[][], int)}, from bytes that are read as 0 to 255.
   *
   * @param images unsigned values
   * @param columns images side by side
   */
  public BufferedImage grid(byte[][] images, int columns) {
    float[][] values = new float[images.length][];
    for (int i = 0; i < images.length; i++) {
      values[i] = new float[images[i].length];
      for (int j = 0; j < values[i].length; j++) {
        values[i][j] = Byte.toUnsignedInt(images[i][j]);
      }
    }
    return grid(values, columns);
  }

  /**
   * One row for each sample: the sample, a separating line, then the images nearest to it.
   *
   * @param samples values 0 to 255; at least one
   * @param neighbours for each sample its neighbours, nearest first; all of one number
   * @return the sheet, with an alpha channel
   */
  public BufferedImage pairs(float[][] samples, float[][][] neighbours) {
    if (samples.length == 0 || samples.length != neighbours.length) {
      throw new IllegalArgumentException(
          samples.length + " samples and neighbours of " + neighbours.length + " do not pair up");
    }
    int k = neighbours[0].length;
    int offset = shape.width() + separatorWidth();
    BufferedImage sheet =
        blank(
            (offset + side(k, shape.width())) * scale,
            side(samples.length, shape.height()) * scale);
    for (int i = 0; i < samples.length; i++) {
      if (neighbours[i].length != k) {
        throw new IllegalArgumentException(
            "sample " + i + " has " + neighbours[i].length + " neighbours, the first has " + k);
      }
      paint(sheet, samples[i], 0, i, "sample " + i);
      for (int j = 0; j < k; j++) {
        int left = offset + j * (shape.width() + gap);
        paint(sheet, neighbours[i][j], left, i, "neighbour " + j + " of sample " + i);
      }
    }
    drawSeparator(sheet);
    return sheet;
  }

  /** Room for a line as wide as two pixels of an image, with as much air on either side. */
  private int separatorWidth() {
    return 2 + 2 * Math.max(gap, 2);
  }

  private void drawSeparator(BufferedImage sheet) {
    Graphics2D graphics = sheet.createGraphics();
    graphics.setColor(SEPARATOR);
    graphics.fillRect((shape.width() + Math.max(gap, 2)) * scale, 0, 2 * scale, sheet.getHeight());
    graphics.dispose();
  }

  private int side(int images, int length) {
    return images == 0 ? 0 : Math.addExact(Math.multiplyExact(images, length + gap), -gap);
  }

  private static BufferedImage blank(int width, int height) {
    return new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
  }

  private void paint(BufferedImage sheet, float[] values, int left, int row, String name) {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(
          name + " has " + values.length + " values where " + shape + " has " + shape.size());
    }
    int top = row * (shape.height() + gap);
    int[] enlarged = new int[scale * scale];
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        Arrays.fill(enlarged, colour(values, y * shape.width() + x));
        sheet.setRGB((left + x) * scale, (top + y) * scale, scale, scale, enlarged, 0, scale);
      }
    }
  }

  private int colour(float[] values, int pixel) {
    int plane = shape.height() * shape.width();
    float red = values[pixel];
    float green = shape.channels() == 1 ? red : values[pixel + plane];
    float blue = shape.channels() == 1 ? red : values[pixel + 2 * plane];
    if (Float.isNaN(red) || Float.isNaN(green) || Float.isNaN(blue)) {
      return NOT_A_NUMBER;
    }
    return 0xFF000000 | level(red) << 16 | level(green) << 8 | level(blue);
  }

  private static int level(float value) {
    return Math.round(Math.max(0f, Math.min(255f, value)));
  }
}
