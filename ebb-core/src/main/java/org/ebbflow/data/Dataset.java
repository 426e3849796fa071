package org.ebbflow.data;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table of finite numbers, rows × columns, that never changes.
 *
 * <p>Images are kept as unsigned bytes (0 to 255), one row per image; everything else as doubles,
 * or as floats where a {@link RowCache} was told so. Subsets share the numbers of the dataset they
 * come from. Row and column indices count from 0. Safe for use by several threads.
 */
public final class Dataset {
  private final Storage storage;
  // Which rows of the storage are seen, in which order; null: all as they lie.
  private final int @Nullable [] selection;
  private final ColumnNames columnNames;
  private final @Nullable ImageShape imageShape;
  private final @Nullable Dataset condition;
  private volatile @Nullable String fingerprint;

  /**
   * How a row is an image: its values run over channels, then lines, then pixels in a line.
   *
   * @param channels 1 for grey, 3 for colour
   * @param height lines
   * @param width pixels per line
   */
  public record ImageShape(int channels, int height, int width) {
    /**
     * @throws DataException if a dimension is below 1 or an image has more values than an int
     *     counts
     */
    public ImageShape {
      if (channels < 1 || height < 1 || width < 1) {
        throw new DataException(
            "image shape %d×%d×%d".formatted(channels, height, width),
            "make channels, height and width at least 1");
      }
      if ((long) height * width > Integer.MAX_VALUE / channels) {
        throw new DataException(
            "image shape %d×%d×%d has too many values".formatted(channels, height, width),
            "keep an image below %d values".formatted(Integer.MAX_VALUE));
      }
    }

    /** Values per image, {@code channels * height * width}. */
    public int values() {
      return channels * height * width;
    }
  }

  /**
   * Two datasets that together are the one that was split.
   *
   * @param train the rows to fit to
   * @param validation the rows held out; may have none
   */
  public record Split(Dataset train, Dataset validation) {}

  private Dataset(
      Storage storage,
      int @Nullable [] selection,
      ColumnNames columnNames,
      @Nullable ImageShape imageShape,
      @Nullable Dataset condition) {
    this.storage = storage;
    this.selection = selection;
    this.columnNames = columnNames;
    this.imageShape = imageShape;
    this.condition = condition;
  }

  /** Takes over a storage that nobody appends to any more. */
  static Dataset of(Storage storage) {
    storage.checkWholeRows();
    return new Dataset(storage, null, ColumnNames.none(), null, null);
  }

  /**
   * A table of doubles.
   *
   * @param values the rows, all of one length, copied
   * @throws DataException if there is no row or column, a row has another length than the first, or
   *     a value is not finite
   */
  public static Dataset of(double[][] values) {
    DoubleStorage storage = new DoubleStorage(firstLength(values));
    for (int r = 0; r < values.length; r++) {
      checkLength(r, values[r].length, storage.columns);
      storage.append(values[r], 0, storage.columns);
    }
    return of(storage);
  }

  /**
   * A table of floats, kept as doubles of the same value.
   *
   * @param values the rows, all of one length, copied
   * @throws DataException if there is no row or column, a row has another length than the first, or
   *     a value is not finite
   */
  public static Dataset of(float[][] values) {
    DoubleStorage storage = new DoubleStorage(firstLength(values));
    double[] row = new double[storage.columns];
    for (int r = 0; r < values.length; r++) {
      checkLength(r, values[r].length, storage.columns);
      for (int c = 0; c < row.length; c++) {
        row[c] = values[r][c];
      }
      storage.append(row, 0, row.length);
    }
    return of(storage);
  }

  /**
   * A table of unsigned bytes.
   *
   * @param values {@code rows * columns} bytes in row-major order, each read as 0 to 255, copied
   * @param rows at least 1
   * @param columns at least 1
   * @throws DataException if the length of {@code values} is not {@code rows * columns}
   */
  public static Dataset ofBytes(byte[] values, int rows, int columns) {
    ByteStorage storage = new ByteStorage(columns);
    if (rows < 0 || (long) rows * columns != values.length) {
      throw new DataException(
          "%d bytes for %d rows of %d columns".formatted(values.length, rows, columns),
          "give rows × columns bytes");
    }
    storage.append(values, 0, values.length);
    return of(storage);
  }

  private static int firstLength(Object[] rows) {
    if (rows.length == 0) {
      throw new DataException("a dataset without rows", "give it at least one row");
    }
    return Array.getLength(rows[0]);
  }

  private static void checkLength(int row, int length, int columns) {
    if (length != columns) {
      throw new DataException(
          "row index %d has %d values, row index 0 has %d".formatted(row, length, columns),
          "give every row the same length");
    }
  }

  /**
   * The same numbers with names for the columns.
   *
   * @param names one per column, neither blank nor repeated; an empty list takes the names away
   * @throws DataException if a name is blank or repeated or their number is not {@link #columns()}
   */
  public Dataset withColumnNames(List<String> names) {
    ColumnNames checked = new ColumnNames(names).requireOneEach(columns());
    return new Dataset(storage, selection, checked, imageShape, condition);
  }

  /**
   * The same numbers, each row read as an image.
   *
   * @throws DataException if an image of that shape does not have {@link #columns()} values
   */
  public Dataset withImageShape(ImageShape shape) {
    if (shape.values() != columns()) {
      throw new DataException(
          "a %d×%d×%d image has %d values, a row has %d"
              .formatted(
                  shape.channels(), shape.height(), shape.width(), shape.values(), columns()),
          "give a shape of as many values as there are columns");
    }
    return new Dataset(storage, selection, columnNames, shape, condition);
  }

  /**
   * The same numbers, each row with a row of labels or covariates that its density is conditional
   * on; subsets keep the pairs together.
   *
   * @param given one row for each
   * @throws DataException if there are more or fewer
   */
  public Dataset withCondition(Dataset given) {
    if (given.rows() != rows()) {
      throw new DataException(
          given.rows() + " rows of conditions for " + rows() + " rows", "give one for each");
    }
    return new Dataset(storage, selection, columnNames, imageShape, given);
  }

  /** Labels or covariates, row by row, if the rows have them. */
  public Optional<Dataset> condition() {
    return Optional.ofNullable(condition);
  }

  /**
   * Some columns made the condition of the others.
   *
   * @param names of the columns, at least one, in the order the condition is to have
   * @throws DataException if there is no such column, or none would be left
   */
  public Dataset conditionedOn(List<String> names) {
    int[] given = columnNames.indices(names);
    List<String> others = columnNames.except(names);
    if (others.isEmpty()) {
      throw new DataException("every column is a condition", "leave one that is not");
    }
    return columns(columnNames.indices(others))
        .withColumnNames(others)
        .withCondition(columns(given).withColumnNames(names));
  }

  /** Some columns, copied. */
  private Dataset columns(int[] chosen) {
    DatasetBuilder builder = new DatasetBuilder(chosen.length);
    for (int row = 0; row < rows(); row++) {
      double[] values = new double[chosen.length];
      for (int i = 0; i < chosen.length; i++) {
        values[i] = value(row, chosen[i]);
      }
      builder.add(values);
    }
    return builder.build();
  }

  /** The number of rows; 0 only for an empty {@link #subset}. */
  public int rows() {
    return selection == null ? storage.rows() : selection.length;
  }

  /** The number of columns, at least 1. */
  public int columns() {
    return storage.columns;
  }

  /** Whether the numbers are unsigned bytes, so that {@link #gather(int[], byte[])} works. */
  public boolean isBytes() {
    return storage instanceof ByteStorage;
  }

  /** The column names, or an empty list if the columns have none; unmodifiable. */
  public List<String> columnNames() {
    return columnNames.names();
  }

  /**
   * What to call a column in a message: its name, or "column 1" for the first of a nameless table.
   */
  public String columnLabel(int column) {
    return columnNames.label(column);
  }

  /** How rows are images, if they are. */
  public Optional<ImageShape> imageShape() {
    return Optional.ofNullable(imageShape);
  }

  /**
   * One number.
   *
   * @throws DataException if there is no such row or column
   */
  public double value(int row, int column) {
    if (column < 0 || column >= columns()) {
      throw new DataException("there is no column index " + column, "use 0 to " + (columns() - 1));
    }
    return storage.value(stored(row), column);
  }

  /**
   * Copies whole rows of bytes, in the order asked for.
   *
   * @param rows row indices, repeats allowed
   * @param out receives {@code rows.length * columns()} bytes from index 0 in row-major order
   * @throws DataException if the numbers are not bytes, a row does not exist or {@code out} is too
   *     short
   */
  public void gather(int[] rows, byte[] out) {
    if (!(storage instanceof ByteStorage bytes)) {
      throw new DataException("the dataset holds doubles, not bytes", "gather into a double[]");
    }
    checkRoom(rows.length, out.length);
    for (int i = 0; i < rows.length; i++) {
      bytes.copyRow(stored(rows[i]), out, i * columns());
    }
  }

  /**
   * Copies whole rows, in the order asked for; bytes become 0.0 to 255.0.
   *
   * @param rows row indices, repeats allowed
   * @param out receives {@code rows.length * columns()} numbers from index 0 in row-major order
   * @throws DataException if a row does not exist or {@code out} is too short
   */
  public void gather(int[] rows, double[] out) {
    checkRoom(rows.length, out.length);
    for (int i = 0; i < rows.length; i++) {
      storage.copyRow(stored(rows[i]), out, i * columns());
    }
  }

  private void checkRoom(int rows, int length) {
    long needed = (long) rows * columns();
    if (length < needed) {
      throw new DataException(
          "an array of %d for %d rows of %d columns".formatted(length, rows, columns()),
          "give room for %d values or gather fewer rows at once".formatted(needed));
    }
  }

  private int stored(int row) {
    if (row < 0 || row >= rows()) {
      throw new DataException(
          "there is no row index " + row,
          rows() == 0 ? "use a dataset with rows" : "use 0 to " + (rows() - 1));
    }
    return selection == null ? row : selection[row];
  }

  /**
   * Some of the rows, in the order asked for, without copying the numbers.
   *
   * @param rows row indices, repeats allowed, copied
   * @throws DataException if a row does not exist
   */
  public Dataset subset(int[] rows) {
    int[] chosen = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      chosen[i] = stored(rows[i]);
    }
    Dataset given = condition;
    return new Dataset(
        storage, chosen, columnNames, imageShape, given == null ? null : given.subset(rows));
  }

  /**
   * Holds out rows drawn at random without replacement; both parts keep the order of this dataset.
   *
   * <p>The same seed holds out the same rows on every machine and Java version.
   *
   * @param validationRows how many to hold out, from 0 to {@code rows() - 1}
   * @param seed any number
   * @throws DataException if nothing would be left to train on
   */
  public Split split(int validationRows, long seed) {
    Holdout rows = Holdout.drawn(rows(), validationRows, seed);
    return new Split(subset(rows.kept()), subset(rows.heldOut()));
  }

  /**
   * SHA-256 in hex of the number of rows and columns and all numbers in row order.
   *
   * <p>Names and image shape do not count; a table of doubles differs from the same numbers as
   * bytes or floats. Computed at the first call.
   */
  public String fingerprint() {
    String known = fingerprint;
    if (known == null) {
      known = computeFingerprint();
      fingerprint = known;
    }
    return known;
  }

  private String computeFingerprint() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    digest.update(storage.kind().getBytes(StandardCharsets.US_ASCII));
    digest.update(ByteBuffer.allocate(8).putInt(rows()).putInt(columns()).flip());
    for (int r = 0; r < rows(); r++) {
      storage.digestRow(stored(r), digest);
    }
    Dataset given = condition;
    if (given != null) {
      digest.update(given.fingerprint().getBytes(StandardCharsets.US_ASCII));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The size and the kind of numbers, for people. */
  @Override
  public String toString() {
    return "Dataset[%d × %d %s]".formatted(rows(), columns(), isBytes() ? "bytes" : "doubles");
  }
}
