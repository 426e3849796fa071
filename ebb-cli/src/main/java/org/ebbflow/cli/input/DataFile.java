package org.ebbflow.cli.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.Dataset.ImageShape;
import org.ebbflow.data.IdxFile;
import org.ebbflow.data.InputFile;

/** A file of data of any format Ebb reads, told apart by content. */
public final class DataFile {
  /** What Ebb reads. */
  public enum Format {
    /** A table as text, see {@link CsvFile}. */
    CSV,
    /** The format of MNIST, see {@link IdxFile}. */
    IDX
  }

  /**
   * What is in a file.
   *
   * @param path the file
   * @param format its format
   * @param compressed whether it is gzip
   * @param bytes its size on disk
   * @param rows rows or images
   * @param columns numbers per row
   * @param imageShape how rows are images, if they are
   * @param summaries one per column; for images one for all pixels together
   * @param constantColumns labels of the columns with the same number in every row
   * @param fingerprint of the content, see {@link Dataset#fingerprint()}
   */
  public record Description(
      Path path,
      Format format,
      boolean compressed,
      long bytes,
      int rows,
      int columns,
      Optional<ImageShape> imageShape,
      List<Summary> summaries,
      List<String> constantColumns,
      String fingerprint) {}

  /**
   * The spread of some numbers.
   *
   * @param label a column's name, "column 1" for the first of a nameless table, "pixels" for images
   * @param min the smallest
   * @param mean their mean
   * @param max the largest
   * @param sd their standard deviation, dividing by the count
   */
  public record Summary(String label, double min, double mean, double max, double sd) {}

  private DataFile() {}

  /**
   * Reads a file.
   *
   * @throws DataException as {@link IdxFile#read(Path)} and {@link CsvFile#read}
   */
  public static Dataset read(Path path) {
    return read(path, format(InputFile.of(path)));
  }

  /**
   * Whether a file begins as IDX files do.
   *
   * @throws DataException if it cannot be read
   */
  public static boolean isIdx(Path path) {
    return format(InputFile.of(path)) == Format.IDX;
  }

  private static Dataset read(Path path, Format format) {
    return switch (format) {
      case IDX -> IdxFile.read(path);
      case CSV -> CsvFile.read(path);
    };
  }

  // Text has no zero bytes, and IDX begins with two.
  private static Format format(InputFile file) {
    String name = file.path().toString().toLowerCase(Locale.ROOT);
    if (name.matches(".*\\.(json|jsonl|ndjson|parquet)(\\.gz)?")) {
      throw new DataException(
          file.path() + " is no CSV and no IDX file, which are what models of numbers read",
          "write its rows as CSV, or fit a table without --model");
    }
    try (InputStream in = file.open()) {
      byte[] magic = in.readNBytes(2);
      return magic.length == 2 && magic[0] == 0 && magic[1] == 0 ? Format.IDX : Format.CSV;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a file and says what is in it.
   *
   * @throws DataException as {@link #read(Path)}
   */
  public static Description describe(Path path) {
    InputFile file = InputFile.of(path);
    Format format = format(file);
    Dataset data = read(path, format);
    Moments[] moments = moments(data);
    List<Summary> summaries = new ArrayList<>();
    List<String> constant = new ArrayList<>();
    Moments overall = new Moments();
    for (int c = 0; c < moments.length; c++) {
      if (moments[c].isConstant()) {
        constant.add(data.columnLabel(c));
      }
      summaries.add(moments[c].summary(data.columnLabel(c)));
      overall.add(moments[c]);
    }
    return new Description(
        path,
        format,
        file.compressed(),
        file.bytes(),
        data.rows(),
        data.columns(),
        data.imageShape(),
        data.imageShape().isPresent() ? List.of(overall.summary("pixels")) : List.copyOf(summaries),
        List.copyOf(constant),
        data.fingerprint());
  }

  private static Moments[] moments(Dataset data) {
    Moments[] moments = new Moments[data.columns()];
    for (int c = 0; c < moments.length; c++) {
      moments[c] = new Moments();
    }
    double[] row = new double[data.columns()];
    int[] index = new int[1];
    for (index[0] = 0; index[0] < data.rows(); index[0]++) {
      data.gather(index, row);
      for (int c = 0; c < row.length; c++) {
        moments[c].add(row[c]);
      }
    }
    return moments;
  }
}
