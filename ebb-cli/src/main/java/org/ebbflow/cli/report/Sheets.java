package org.ebbflow.cli.report;

import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.sample.Mask;

/** Data sets of images as PNG sheets. */
public final class Sheets {
  private static final int GAP = 2;
  private static final int TARGET_WIDTH = 800;
  private static final int MAX_SCALE = 3;
  private static final int TRIPLES = 4;
  private static final float GREY = 110;

  private Sheets() {}

  /** All images in a grid about as wide as high. */
  public static byte[] grid(Dataset images) {
    int columns = (int) Math.ceil(Math.sqrt(images.rows()));
    return Png.encode(sheet(images, columns).grid(pixels(images), columns));
  }

  /**
   * Each image, what is left of it (grey where it was hidden), and what it was filled in to; four
   * such triples a line.
   *
   * @param filled as many images of the same shape
   */
  public static byte[] inpainted(Dataset images, Mask hidden, Dataset filled) {
    float[][] before = pixels(images);
    float[][] after = pixels(filled);
    float[][] all = new float[3 * before.length][];
    for (int i = 0; i < before.length; i++) {
      boolean[] mask = hidden.row(i, images.columns());
      float[] left = before[i].clone();
      for (int j = 0; j < left.length; j++) {
        left[j] = mask[j] ? GREY : left[j];
      }
      all[3 * i] = before[i];
      all[3 * i + 1] = left;
      all[3 * i + 2] = after[i];
    }
    int columns = 3 * Math.min(TRIPLES, before.length);
    return Png.encode(sheet(images, columns).grid(all, columns));
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
