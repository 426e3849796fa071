package org.ebbflow.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.ebbflow.EbbException;
import org.ebbflow.cli.input.CsvOutput;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.model.DensityModel;

/**
 * A file of a model's rows: a PNG sheet of images where its name ends in {@code .png}, CSV
 * otherwise.
 *
 * @param path of the file
 */
record RowFile(Path path) {

  /** Whether it is a picture. */
  boolean isSheet() {
    return path.toString().toLowerCase(Locale.ROOT).endsWith(".png");
  }

  /**
   * Refuses a picture of what are no images, and names of other files.
   *
   * @throws EbbException if it is one
   */
  void requireFit(DensityModel model, Path folder) {
    if (isSheet() && model.shape().image() == null) {
      throw new EbbException(
          "the model in " + folder + " makes " + model.shape() + ", not images",
          "give --out a name that ends in .csv");
    }
    if (!isSheet()) {
      OutputName.requireCsv(path, ", of images also .png");
    }
  }

  /**
   * Makes rows and writes them; that a CSV file can be written is found out first, and nothing is
   * left half-written.
   *
   * @param made makes them
   * @param rows what becomes CSV
   * @param sheet draws the picture
   * @return what was made
   */
  <T> T write(
      DensityModel model, Supplier<T> made, Function<T, Dataset> rows, Function<T, byte[]> sheet) {
    if (isSheet()) {
      T result = made.get();
      AtomicFile.write(path, sheet.apply(result));
      return result;
    }
    try (CsvOutput output = new CsvOutput(path, columns(model))) {
      T result = made.get();
      Dataset table = rows.apply(result);
      double[] row = new double[table.columns()];
      for (int i = 0; i < table.rows(); i++) {
        table.gather(new int[] {i}, row);
        output.row(row);
      }
      output.finish();
      return result;
    }
  }

  private static List<String> columns(DensityModel model) {
    if (!model.shape().columns().isEmpty()) {
      return model.shape().columns();
    }
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= model.shape().dimension(); i++) {
      names.add("x" + i);
    }
    return names;
  }
}
