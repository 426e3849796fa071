package org.ebbflow.bench.speed;

import java.util.List;
import java.util.concurrent.Callable;
import org.ebbflow.model.DensityModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ebb bench sample}. */
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    description = "Times exact draws, a call at a time, as 'ebb sample' makes them.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb bench sample --model-dir model --rows 100000",
      "  ebb bench sample --architecture fc --dim 784 --threads 2",
      "  ebb bench sample --architecture glow --dim 784 --layers 4 --rows 2000 --json"
    })
final class SampleSpeedCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ServedModel served;

  @Mixin private Report report;

  @Override
  public Integer call() {
    DensityModel model = served.model();
    RowRate rate =
        RowRate.of(
            served.rows(), served.batch(), seed -> model.sample(served.batch(), seed, done -> {}));
    report.print(spec, List.of(served.describe("sample", model, rate)));
    return 0;
  }
}
