package org.ebbflow.bench.speed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.objective.Differentiation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb bench gate}: whether the fast way is still faster than autograd's. */
@Command(
    name = "gate",
    mixinStandardHelpOptions = true,
    description = {
      "Times training steps the customary way and by autograd's double backward in one process,"
          + " taking turns, and fails with exit code 1 where autograd takes less than so many times"
          + " as long.",
      "A ratio within one process: it does not depend on how fast the machine is."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb bench gate --objective ssm --at-least 1.3",
      "  ebb bench gate --dim 3072 --rounds 3 --json"
    })
final class GateCommand implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int WARM_UP_ROUNDS = 3;

  @Spec private CommandSpec spec;

  @Option(names = "--at-least", paramLabel = "R", description = "Least ratio (default 1.3).")
  private double atLeast = 1.3;

  @Option(
      names = "--objective",
      paramLabel = "NAME",
      split = ",",
      description = "ssm, dsm (default both).")
  private List<String> objectives = new ArrayList<>(FlowStep.BY_HAND);

  @Mixin private StepSize size;

  @Option(names = "--rounds", paramLabel = "N", description = "Turns of each (default 20).")
  private int rounds = 20;

  @Option(names = "--steps", paramLabel = "N", description = "Steps a turn (default 4).")
  private int steps = 4;

  @Mixin private Threads threads;

  @Mixin private Report report;

  @Override
  public Integer call() {
    Timing.requirePositive("--rounds", rounds);
    Timing.requirePositive("--steps", steps);
    if (!(atLeast > 0 && Double.isFinite(atLeast))) {
      throw new EbbException("--at-least is " + atLeast, "give a positive number, 1.3 say");
    }
    for (String objective : objectives) {
      if (!FlowStep.hasFastWay(objective)) {
        throw new EbbException(
            "'" + objective + "' is differentiated one way only", "give --objective ssm or dsm");
      }
    }
    List<List<FlowStep>> pairs = objectives.stream().map(this::contenders).toList();
    int used = threads.apply();
    List<Map<String, Object>> rows = pairs.stream().map(pair -> byTurns(pair, used)).toList();
    report.print(spec, rows);
    List<Object> slow =
        rows.stream()
            .filter(row -> row.get("ratio") instanceof Double ratio && ratio < atLeast)
            .map(row -> row.get("objective"))
            .toList();
    slow.forEach(
        objective ->
            spec.commandLine()
                .getErr()
                .printf(
                    "ebb: for %s autograd takes less than %s times as long as the fast way%n",
                    objective, atLeast));
    return slow.isEmpty() ? 0 : FAILED;
  }

  private List<FlowStep> contenders(String objective) {
    return List.of(
        size.step(objective, Precision.F32, FlowStep.CUSTOMARY),
        size.step(objective, Precision.F32, Differentiation.AUTOGRAD));
  }

  private Map<String, Object> byTurns(List<FlowStep> contenders, int used) {
    List<Double> fast = new ArrayList<>();
    List<Double> reference = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    try (TimedTraining customary = contenders.get(0).training();
        TimedTraining autograd = contenders.get(1).training()) {
      for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
        double one = customary.run(1, steps).milliseconds().median();
        double other = autograd.run(1, steps).milliseconds().median();
        if (round >= 0) {
          fast.add(one);
          reference.add(other);
          ratios.add(other / one);
        }
      }
    }
    Spread ratio = Spread.of(ratios);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("objective", contenders.get(0).objective());
    size.describe(row);
    row.put("threads", used);
    row.put("fast_ms", Report.round(Spread.of(fast).median(), 3));
    row.put("autograd_ms", Report.round(Spread.of(reference).median(), 3));
    row.put("ratio", Report.round(ratio.median(), 3));
    row.put("least", Report.round(ratio.least(), 3));
    row.put("most", Report.round(ratio.most(), 3));
    row.put("at_least", atLeast);
    return row;
  }
}
