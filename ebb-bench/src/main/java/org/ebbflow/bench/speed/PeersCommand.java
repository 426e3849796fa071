package org.ebbflow.bench.speed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.cli.task.ProgressLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb bench peers}: Ebb against PyTorch on the same machine. */
@Command(
    name = "peers",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the same work in PyTorch and in Ebb, in processes of their own that take turns, and"
          + " prints how many times as fast Ebb is: the median over the rounds, least and most.",
      "Works: step (fully connected EBFlow), jko-step (2 columns), jko-wide (63 columns), score and"
          + " sample (fc, glow and jko)."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb bench peers --python venv/bin/python",
      "  ebb bench peers --python venv/bin/python --work step --dim 784 --bf16 --compile",
      "  ebb bench peers --python venv/bin/python --work jko-step,jko-wide --adjoint --rounds 3",
      "",
      "The Python needs torch, and torchdiffeq for --adjoint."
    })
final class PeersCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--python",
      required = true,
      paramLabel = "PATH",
      description = "The Python of an environment with torch.")
  private Path python;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds (default 5).")
  private int rounds = 5;

  @Mixin private PeerWorks works;

  @Mixin private Timing timing;

  @Mixin private Report report;

  @Override
  public Integer call() {
    Timing.requirePositive("--rounds", rounds);
    timing.check();
    List<Map<String, Object>> rows = new ArrayList<>();
    try (PeerScripts scripts = new PeerScripts()) {
      List<Comparison> comparisons = works.comparisons(python, scripts, timing);
      run(comparisons);
      comparisons.forEach(each -> rows.addAll(each.rows()));
    }
    report.print(spec, rows);
    return 0;
  }

  private void run(List<Comparison> comparisons) {
    long total = (long) rounds * comparisons.stream().mapToInt(Comparison::contenders).sum();
    long[] done = {0};
    try (ProgressLine progress = ProgressLine.steps("peers", 0, total)) {
      for (int round = 0; round < rounds; round++) {
        comparisons.forEach(each -> each.round(() -> progress.stepTo(++done[0])));
      }
    }
  }
}
