package org.ebbflow.model;

import java.util.List;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.jspecify.annotations.Nullable;

/**
 * What a model's rows look like.
 *
 * @param dimension numbers in a row
 * @param bytes whether they are unsigned bytes
 * @param image channels, height and width, or null for tables
 * @param columns names of the columns, empty where there are none; copied
 * @param condition names of the labels or covariates that rows are given with, empty where there
 *     are none; copied
 */
public record DataShape(
    int dimension,
    boolean bytes,
    Dataset.@Nullable ImageShape image,
    List<String> columns,
    List<String> condition) {

  /** Without a condition. */
  public DataShape(
      int dimension, boolean bytes, Dataset.@Nullable ImageShape image, List<String> columns) {
    this(dimension, bytes, image, columns, List.of());
  }

  /** Copies the list and checks that the parts agree. */
  public DataShape {
    columns = columns == null ? List.of() : List.copyOf(columns);
    condition = condition == null ? List.of() : List.copyOf(condition);
    if (dimension < 1) {
      throw new EbbException("dimension is " + dimension, "give 1 or more");
    }
    if (image != null && image.values() != dimension) {
      throw new EbbException(
          "an image of " + image.values() + " values in rows of " + dimension, "make them agree");
    }
    if (!columns.isEmpty() && columns.size() != dimension) {
      throw new EbbException(
          columns.size() + " column names for rows of " + dimension, "name every column");
    }
  }

  /** The shape of a data set. */
  public static DataShape of(Dataset data) {
    return new DataShape(
        data.columns(),
        data.isBytes(),
        data.imageShape().orElse(null),
        data.columnNames(),
        data.condition().map(DataShape::labels).orElse(List.of()));
  }

  /**
   * Rows of a file with the columns that are conditions here made theirs.
   *
   * @throws EbbException if there is no such column
   */
  public Dataset conditioned(Dataset rows) {
    List<String> absent =
        condition.stream().filter(name -> !rows.columnNames().contains(name)).toList();
    if (!absent.isEmpty() && !rows.columnNames().isEmpty()) {
      throw new EbbException(
          "the data lack " + String.join(", ", absent) + ", which the model's density depends on",
          "add what the model was fitted with under --condition");
    }
    return condition.isEmpty() ? rows : rows.conditionedOn(condition);
  }

  private static List<String> labels(Dataset condition) {
    return IntStream.range(0, condition.columns()).mapToObj(condition::columnLabel).toList();
  }

  /**
   * Checks that labels or covariates fit.
   *
   * @param what names them in the error
   * @throws EbbException if there are others than the model was trained with
   */
  public void requireCondition(Dataset given, String what) {
    if (!labels(given).equals(condition)) {
      throw new EbbException(
          what
              + " holds "
              + String.join(", ", labels(given))
              + ", but the model takes "
              + (condition.isEmpty() ? "none" : String.join(", ", condition)),
          "give the columns it was trained with, in that order");
    }
  }

  /**
   * Checks that data fit.
   *
   * @param what names the data in the error
   * @throws EbbException if size, kind, image shape or column names differ
   */
  public void requireSame(Dataset data, String what) {
    DataShape other = of(data);
    if (!other.condition.equals(condition)) {
      throw new EbbException(
          what
              + (other.condition.isEmpty()
                  ? " lacks the conditions " + String.join(", ", condition)
                  : " has conditions that the model does not take"),
          "give the conditions it was trained with");
    }
    boolean reshaped = image != null && other.image != null && !image.equals(other.image);
    if (other.dimension != dimension || other.bytes != bytes || reshaped) {
      throw new EbbException(
          what + " holds " + other + ", but the model takes " + this,
          "give data of the shape it was trained on");
    }
    if (!columns.isEmpty() && !other.columns.isEmpty() && !columns.equals(other.columns)) {
      for (int i = 0; i < dimension; i++) {
        if (!columns.get(i).equals(other.columns.get(i))) {
          throw new EbbException(
              String.format(
                  "%s has '%s' as column %d where the model has '%s'",
                  what, other.columns.get(i), i + 1, columns.get(i)),
              "put the columns in the order the model was trained on");
        }
      }
    }
  }

  /**
   * Channels, height and width.
   *
   * @throws EbbException if the rows are not images
   */
  Dataset.ImageShape requireImage(String model) {
    if (image == null) {
      throw new EbbException(
          "the model '" + model + "' takes images, not " + this, "use ebflow-fc for tables");
    }
    return image;
  }

  /**
   * Checks that an image's sides can be halved.
   *
   * @throws EbbException if they cannot
   */
  void requireHalving(int times, String model) {
    Dataset.ImageShape sides = requireImage(model);
    long factor = 1L << Math.min(times, 32);
    if (sides.height() % factor != 0 || sides.width() % factor != 0) {
      throw new EbbException(
          "%s cannot be halved %d times, as this '%s' needs".formatted(this, times, model),
          "use fewer scales or resolutions, or images whose sides are multiples of " + factor);
    }
  }

  /** For messages: "28 × 28 images", "rows of 6 columns". */
  @Override
  public String toString() {
    Dataset.ImageShape shape = image;
    if (shape != null) {
      String channels = shape.channels() == 1 ? "" : " × " + shape.channels() + " channels";
      return shape.height() + " × " + shape.width() + channels + " images";
    }
    return "rows of " + dimension + (bytes ? " bytes" : dimension == 1 ? " column" : " columns");
  }
}
