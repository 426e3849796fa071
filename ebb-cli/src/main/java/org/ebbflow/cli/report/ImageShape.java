package org.ebbflow.cli.report;

/**
 * How a flat row of values is laid out as an image: channel by channel, each from top to bottom and
 * left to right.
 *
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param height rows of pixels, at least 1
 * @param width pixels in a row, at least 1
 */
public record ImageShape(int channels, int height, int width) {
  /** Checks the three sides. */
  public ImageShape {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("channels must be 1 or 3, not " + channels);
    }
    if (height < 1) {
      throw new IllegalArgumentException("height must be at least 1, not " + height);
    }
    if (width < 1) {
      throw new IllegalArgumentException("width must be at least 1, not " + width);
    }
  }

  /** How many values one image has. */
  public int size() {
    return Math.multiplyExact(channels, Math.multiplyExact(height, width));
  }
}
