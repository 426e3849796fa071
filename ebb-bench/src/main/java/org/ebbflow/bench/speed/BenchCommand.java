package org.ebbflow.bench.speed;

import org.ebbflow.cli.Subcommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ebb bench}: measures speed and memory. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures steps, scoring and sampling, also against PyTorch.",
    subcommands = {
      StepCommand.class,
      JkoStepCommand.class,
      ScoreSpeedCommand.class,
      SampleSpeedCommand.class,
      GateCommand.class,
      PeersCommand.class
    },
    synopsisSubcommandLabel = "step|jko-step|score|sample|gate|peers",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb bench step --dim 784 --objective ssm,dsm",
      "  ebb bench jko-step --dim 2 --hidden 128,128,128 --batch 2000",
      "  ebb bench peers --python venv/bin/python --rounds 5"
    })
public final class BenchCommand implements Subcommand {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return 0;
  }
}
