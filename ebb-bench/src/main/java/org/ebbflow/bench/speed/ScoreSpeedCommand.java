package org.ebbflow.bench.speed;

import java.util.List;
import java.util.concurrent.Callable;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ebb bench score}. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = "Times log-densities of rows, a call at a time, as 'ebb score' computes them.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb bench score --model-dir model --rows 100000",
      "  ebb bench score --architecture fc --dim 784 --threads 2",
      "  ebb bench score --architecture glow --dim 784 --layers 4 --rows 2000 --json"
    })
final class ScoreSpeedCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ServedModel served;

  @Mixin private Report report;

  @Override
  public Integer call() {
    DensityModel model = served.model();
    Dataset data = served.data(model);
    RowRate rate = RowRate.of(served.rows(), served.batch(), i -> model.logProb(data, done -> {}));
    report.print(spec, List.of(served.describe("score", model, rate)));
    return 0;
  }
}
