package org.ebbflow.cli.command;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DensityModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
  @Spec private CommandSpec spec;

  @Mixin private ModelAndRows input;

  @Override
  public Integer call() {
    DensityModel model = input.model();
    Dataset rows = input.rows(model);
    LogLikelihood.Summary summary;
    try (ProgressLine progress = ProgressLine.share("eval")) {
      summary = model.evaluate(rows, progress::shareDone);
    }
    Results.print(spec, figures(summary));
    return 0;
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
