package org.ebbflow.cli.report;

import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;

/** Data sets of images as PNG sheets. */
public final class Sheets {
  private static final int GAP = 2;
  private static final int TARGET_WIDTH = 800;
  private static final int MAX_SCALE = 3;

  private Sheets() {}

  /** All images in a grid about as wide as high. */
  public static byte[] grid(Dataset images) {
    int columns = (int) Math.ceil(Math.sqrt(images.rows()));
    return Png.encode(sheet(images, columns).grid(pixels(images), columns));
  }

  /** A sheet whose images are enlarged as far as {@code columns} of them fit a page. */
  static ImageSheet sheet(Dataset images, int columns) {
    ImageShape shape = shape(images);
    int scale = Math.min(MAX_SCALE, TARGET_WIDTH / (columns * (shape.width() + GAP)));
    return new ImageSheet(shape, GAP, Math.max(1, scale));
  }

  /** One array per image, values 0 to 255. */
  static float[][] pixels(Dataset images) {
    float[][] all = new float[images.rows()][images.columns()];
    double[] row = new double[images.columns()];
    for (int i = 0; i < all.length; i++) {
      images.gather(new int[] {i}, row);
      for (int j = 0; j < row.length; j++) {
        all[i][j] = (float) row[j];
      }
    }
    return all;
  }

  private static ImageShape shape(Dataset images) {
    Dataset.ImageShape shape =
        images
            .imageShape()
            .orElseThrow(() -> new EbbException("these are not images", "give image data"));
    return new ImageShape(shape.channels(), shape.height(), shape.width());
  }
}
