package org.ebbflow.sample;

import java.util.Locale;
import java.util.SplittableRandom;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.Dataset.ImageShape;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of rows are to be filled in; for images all channels of a pixel alike.
 *
 * <p>Immutable and thread-safe.
 */
public final class Mask {
  private static final int GREY_LEVELS = 255;

  private final Source source;

  /** Whether an entry is to be filled in. */
  private interface Source {
    boolean[] row(int row, int columns);
  }

  private Mask(Source source) {
    this.source = source;
  }

  /** The entries to be filled in of one row, (D). */
  public boolean[] row(int row, int columns) {
    return source.row(row, columns);
  }

  /** Whether a text is one of the names {@link #named} knows. */
  public static boolean isName(String text) {
    return text.endsWith("-half") || text.startsWith("random:");
  }

  /**
   * A mask by name: {@code left-half}, {@code right-half}, {@code top-half}, {@code bottom-half} of
   * images, or {@code random:0.5}, that share of each row's entries or pixels, drawn anew for each.
   *
   * @param image how rows are images, or null
   * @param seed of a random mask
   * @throws EbbException if there is no such mask, or the rows are no images and it asks for them
   */
  public static Mask named(String text, @Nullable ImageShape image, long seed) {
    if (!isName(text)) {
      throw unknown(text);
    }
    if (text.startsWith("random:")) {
      return random(share(text), image, seed);
    }
    if (image == null) {
      throw new EbbException(
          "the mask " + text + " is one for images", "use random:0.5 or a file of zeros and ones");
    }
    int height = image.height();
    int width = image.width();
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "left-half" -> pixels(image, (y, x) -> x < width / 2);
      case "right-half" -> pixels(image, (y, x) -> x >= width / 2);
      case "top-half" -> pixels(image, (y, x) -> y < height / 2);
      case "bottom-half" -> pixels(image, (y, x) -> y >= height / 2);
      default -> throw unknown(text);
    };
  }

  /**
   * A mask from a file's rows of zeros and ones (or 255), 1 where an entry is to be filled in.
   *
   * @param rows one for all, or one for each row of the data
   * @param data what is to be filled in
   * @throws EbbException if the shapes differ or a number is neither
   */
  public static Mask of(Dataset rows, Dataset data) {
    if (rows.columns() != data.columns() || (rows.rows() != 1 && rows.rows() != data.rows())) {
      throw new EbbException(
          "the mask has %d rows of %d where the data have %d rows of %d"
              .formatted(rows.rows(), rows.columns(), data.rows(), data.columns()),
          "give one row for all, or one for each");
    }
    if (!rows.columnNames().isEmpty()
        && !data.columnNames().isEmpty()
        && !rows.columnNames().equals(data.columnNames())) {
      throw new EbbException(
          "the mask's columns are %s, the data's %s"
              .formatted(
                  String.join(", ", rows.columnNames()), String.join(", ", data.columnNames())),
          "give them the same names in the same order");
    }
    for (int i = 0; i < rows.rows(); i++) {
      for (int j = 0; j < rows.columns(); j++) {
        double value = rows.value(i, j);
        if (value != 0 && value != 1 && value != GREY_LEVELS) {
          throw new EbbException(
              "the mask's row %d holds %s".formatted(i + 1, value), "give zeros and ones");
        }
      }
    }
    return new Mask(
        (row, columns) -> {
          boolean[] hidden = new boolean[columns];
          for (int j = 0; j < columns; j++) {
            hidden[j] = rows.value(rows.rows() == 1 ? 0 : row, j) != 0;
          }
          return hidden;
        });
  }

  private static Mask random(double share, @Nullable ImageShape image, long seed) {
    return new Mask(
        (row, columns) -> {
          SplittableRandom random = new SplittableRandom(Rng.mix(seed, row));
          int pixels = image == null ? columns : image.height() * image.width();
          boolean[] hidden = new boolean[columns];
          for (int pixel = 0; pixel < pixels; pixel++) {
            boolean hide = random.nextDouble() < share;
            for (int j = pixel; j < columns; j += pixels) {
              hidden[j] = hide;
            }
          }
          return hidden;
        });
  }

  private interface Pixels {
    boolean hidden(int y, int x);
  }

  private static Mask pixels(ImageShape image, Pixels rule) {
    return new Mask(
        (row, columns) -> {
          boolean[] hidden = new boolean[columns];
          for (int j = 0; j < columns; j++) {
            int pixel = j % (image.height() * image.width());
            hidden[j] = rule.hidden(pixel / image.width(), pixel % image.width());
          }
          return hidden;
        });
  }

  private static double share(String text) {
    try {
      double share = Double.parseDouble(text.substring("random:".length()));
      if (share > 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      throw unknown(text);
    }
    throw unknown(text);
  }

  private static EbbException unknown(String text) {
    return new EbbException(
        "there is no mask " + text,
        "use left-half, right-half, top-half, bottom-half, random:0.5 (a share above 0, up to 1)"
            + " or a file");
  }
}
