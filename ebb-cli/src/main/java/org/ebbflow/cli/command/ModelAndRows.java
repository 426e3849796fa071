package org.ebbflow.cli.command;

import java.nio.file.Path;
import org.ebbflow.EbbException;
import org.ebbflow.cli.command.table.TableInput;
import org.ebbflow.cli.input.DataFile;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import org.ebbflow.tabular.TabularFolder;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * A model's folder and a file of rows for it: what {@code eval}, {@code score} and {@code inpaint}
 * are given.
 */
final class ModelAndRows {
  @Parameters(paramLabel = "DIR", description = "The model's folder.")
  private Path folder;

  @Mixin private TableInput input;

  Path folder() {
    return folder;
  }

  TableInput input() {
    return input;
  }

  /**
   * The model of rows of numbers.
   *
   * @param instead what does the same for a table's model
   * @throws EbbException if it is a table's, whose flow knows normal scores and not the table
   */
  DensityModel model(String instead) {
    if (TabularFolder.holdsModel(folder)) {
      throw new EbbException(folder + " holds the model of a table", instead);
    }
    return DensityModel.load(folder);
  }

  /**
   * The rows.
   *
   * @throws org.ebbflow.EbbException naming the file if they do not fit the model
   */
  Dataset rows(DensityModel model) {
    Path data = input.file();
    Dataset rows = model.shape().conditioned(DataFile.read(data));
    model.shape().requireSame(rows, data.toString());
    return rows;
  }
}
