package org.ebbflow.cli.command;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Refinement;
import org.ebbflow.tabular.TabularFolder;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb eval}: mean negative log-likelihood of data. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description = "Prints a model's mean negative log-likelihood on data.",
    footerHeading = "%nExample:%n",
    footer = {
      "  ebb eval model --data test.csv",
      "  {\"nll\":8.31,\"bitsPerDim\":2.0,\"rows\":1000,\"standardError\":0.05}",
      "",
      "nll and standardError are in nats, for densities in the data's own units."
    })
public final class EvalCommand implements Callable<Integer> {
  private static final int TABLE_PIECE = 20_000;

  @Spec private CommandSpec spec;

  @Mixin private ModelAndRows input;

  @Option(
      names = "--exact",
      description =
          "For flows of neural-ODE blocks: compare with the exact divergence on the first rows.")
  private boolean exact;

  @Override
  public Integer call() {
    if (TabularFolder.holdsModel(input.folder())) {
      if (exact) {
        throw new EbbException(
            "--exact goes with flows of neural-ODE blocks, and the model in "
                + input.folder()
                + " is a table's",
            "leave it out");
      }
      Results.print(spec, ofTable(TabularModel.load(input.folder())));
      return 0;
    }
    DensityModel model = input.model("");
    Dataset rows = input.rows(model);
    LogLikelihood.Summary summary;
    try (ProgressLine progress = ProgressLine.share("eval")) {
      summary = model.evaluate(rows, progress::shareDone);
    }
    Map<String, Object> result = figures(summary);
    result.putAll(integration(model, rows, exact));
    Results.print(spec, result);
    return 0;
  }

  private Map<String, Object> ofTable(TabularModel model) {
    long rows = 0;
    double sum = 0;
    double squares = 0;
    try (TableSource source = input.input().open(model.schema());
        ProgressLine progress =
            ProgressLine.steps("eval", 0, source.rowCount().orElse(Long.MAX_VALUE));
        TableSource.Chunks chunks = source.chunks(TABLE_PIECE)) {
      while (chunks.hasNext()) {
        Table piece = chunks.next();
        for (double value : model.score(piece, rows, share -> {}).logDensities()) {
          sum -= value;
          squares += value * value;
        }
        rows += piece.rows();
        progress.stepTo(rows);
      }
    }
    double nll = sum / rows;
    double variance = Math.max(0, squares / rows - nll * nll) * rows / Math.max(1, rows - 1);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("nll", Results.round(nll, 6));
    result.put("rows", rows);
    result.put("standardError", rows == 1 ? null : Results.round(Math.sqrt(variance / rows), 6));
    return result;
  }

  /**
   * For flows of neural-ODE blocks: which divergence was used, and how far the likelihood changes
   * with finer steps; warns if that is far.
   */
  static Map<String, Object> integration(DensityModel model, Dataset rows, boolean exact) {
    Map<String, Object> result = new LinkedHashMap<>();
    Refinement.of(model, rows, exact)
        .ifPresent(
            refinement -> {
              result.put("divergence", refinement.divergence());
              result.put(
                  "changeWithTwiceTheSteps",
                  Results.round(refinement.finer() - refinement.nll(), 6));
              if (!Double.isNaN(refinement.exact())) {
                result.put(
                    "changeWithExactDivergence",
                    Results.round(refinement.exact() - refinement.nll(), 6));
                result.put("itsStandardError", Results.round(refinement.estimateError(), 6));
              }
              if (!refinement.fine()) {
                System.err.printf(
                    Locale.ROOT,
                    "ebb: warning: twice the steps change the likelihood of the first %d rows by"
                        + " %.3f nats; fit with a smaller model.evaluation.tolerance%n",
                    refinement.rows(),
                    refinement.finer() - refinement.nll());
              }
            });
    return result;
  }

  static Map<String, Object> figures(LogLikelihood.Summary summary) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("nll", Results.round(summary.nll(), 6));
    result.put("bitsPerDim", Results.round(summary.bitsPerDimension(), 6));
    result.put("rows", summary.rows());
    // One row has no spread.
    result.put(
        "standardError", summary.rows() == 1 ? null : Results.round(summary.standardError(), 6));
    return result;
  }
}
