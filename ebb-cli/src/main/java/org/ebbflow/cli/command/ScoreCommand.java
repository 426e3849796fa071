package org.ebbflow.cli.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.cli.command.table.TableScoring;
import org.ebbflow.cli.input.CsvOutput;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Refinement;
import org.ebbflow.tabular.TabularFolder;
import org.ebbflow.tabular.TabularModel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb score}: one log-density per row. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = {
      "Writes one log-density per row, in nats and in the data's order.",
      "Of tables also p-values, the rows' keys and, on request, the columns that made rows unlikely."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  ebb score model --data new.csv --out scores.csv",
      "  ebb score model --data 'new-*.parquet' --flag 0.001 --explain 3 --out scores.parquet",
      "",
      "The rows with the lowest log-density are the least like the training data."
    })
public final class ScoreCommand implements Callable<Integer> {
  private static final double FLAG = 0.01;

  @Spec private CommandSpec spec;

  @Mixin private ModelAndRows input;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "G",
      description =
          "CSV file to write, .gz compresses it, of tables also .parquet. It has the column"
              + " logDensity; of tables the keys, log_density and p_value.")
  private Path out;

  @Option(
      names = "--flag",
      paramLabel = "P",
      description = "Of tables: p-value up to which rows count as flagged (default 0.01).")
  private @Nullable Double flag;

  @Option(
      names = "--explain",
      paramLabel = "K",
      description = "Of tables: name K columns for every flagged row (default 0).")
  private int explain;

  @Override
  public Integer call() {
    OutputName.requireOther("--out", out, input.input().files());
    if (TabularFolder.holdsModel(input.folder())) {
      TabularModel model = TabularModel.load(input.folder());
      Results.print(
          spec,
          new TableScoring(model, input.input(), out, flag == null ? FLAG : flag, explain).run());
      return 0;
    }
    if (explain != 0 || flag != null) {
      throw new EbbException(
          (explain != 0 ? "--explain" : "--flag") + " goes with models of tables only",
          "leave it out for " + input.folder());
    }
    OutputName.requireCsv(out, "");
    DensityModel model = input.model("score it without --explain");
    Dataset rows = input.rows(model);
    double[] logDensities;
    try (CsvOutput output = new CsvOutput(out, List.of("logDensity"))) {
      try (ProgressLine progress = ProgressLine.share("score")) {
        logDensities = model.logProb(rows, progress::shareDone);
      }
      for (double logDensity : logDensities) {
        output.row(logDensity);
      }
      output.finish();
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rows", rows.rows());
    result.put("out", out.toString());
    Refinement.divergence(model).ifPresent(used -> result.put("divergence", used));
    Results.print(spec, result);
    return 0;
  }
}
