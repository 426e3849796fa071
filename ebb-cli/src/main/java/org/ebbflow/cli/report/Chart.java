package org.ebbflow.cli.report;

/**
 * A picture of numbers that can be drawn for a light and for a dark page, wide or narrow: text
 * keeps its size, so that a narrow chart can be read on a phone.
 */
public interface Chart {
  /**
   * Draws the chart, with two pixels for each point so that it stays sharp.
   *
   * @param theme the colours
   * @param width in points
   * @param height in points
   * @return the bytes of a PNG file, of twice that width and height in pixels
   */
  byte[] png(Theme theme, int width, int height);

  /** Draws the chart on white, 720 points wide and 400 high. */
  default byte[] png() {
    return png(Theme.LIGHT, 720, 400);
  }
}
