package org.ebbflow.bench.speed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.objective.Differentiation;
import org.ebbflow.tensor.Engine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb bench step}: training steps of an EBFlow. */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description = {
      "Times training steps of a fully connected EBFlow, or of the RealNVP for two columns: batch,"
          + " loss, gradients, RMSprop and moving average.",
      "The roofline ratio, of the fully connected one, is the step's time over that of the matrix"
          + " products it cannot do without, measured afterwards in the same process."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb bench step --dim 784 --objective ssm,dsm,fdssm,ml",
      "  ebb bench step --dim 3072 --objective ssm --steps 20 --threads 2 --json",
      "  ebb bench step --objective ssm --differentiation autograd",
      "  ebb bench step --model realnvp-2d --objective ml,dsm,ssm --threads 1"
    })
final class StepCommand implements Callable<Integer> {
  private static final int ROOFLINE_ROUNDS = 10;

  @Spec private CommandSpec spec;

  @Mixin private StepSize size;

  @Option(
      names = "--objective",
      paramLabel = "NAME",
      split = ",",
      description = "ml, ssm, dsm, fdssm (default ssm).")
  private List<String> objectives = new ArrayList<>(List.of("ssm"));

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "Of the products: f32 (default), or bf16 for ssm and dsm by hand.")
  private Precision precision = Precision.F32;

  @Option(
      names = "--differentiation",
      paramLabel = "HOW",
      description = "Of ssm and dsm: hand (default), taylor or autograd.")
  private Differentiation differentiation = FlowStep.CUSTOMARY;

  @Option(names = "--no-roofline", description = "Do not measure the products alone.")
  private boolean noRoofline;

  @Mixin private Timing timing;

  @Mixin private Report report;

  @Override
  public Integer call() {
    List<FlowStep> steps =
        objectives.stream().map(name -> size.step(name, precision, differentiation)).toList();
    int threads = timing.apply();
    List<Map<String, Object>> rows = new ArrayList<>();
    for (FlowStep step : steps) {
      rows.add(measure(step, threads));
    }
    if (!noRoofline) { // after all steps, whose peak memory is to be their own
      for (int i = 0; i < rows.size(); i++) {
        Map<String, Object> row = rows.get(i);
        size.products(steps.get(i).objective()).ifPresent(products -> addRoof(row, products));
      }
    }
    report.print(spec, rows);
    return 0;
  }

  private Map<String, Object> measure(FlowStep step, int threads) {
    TimedTraining.Outcome outcome;
    try (TimedTraining training = step.training()) {
      outcome = training.run(timing.warmUp(), timing.steps());
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("peer", "ebb");
    row.put("objective", step.objective());
    size.describe(row);
    row.put("threads", threads);
    row.put("precision", precision.label());
    row.put("differentiation", differentiation.name().toLowerCase(Locale.ROOT));
    timing.describe(row, outcome);
    return row;
  }

  private void addRoof(Map<String, Object> row, StepProducts products) {
    StepProducts.Roof roof = products.measure(Engine.cpu(), precision, ROOFLINE_ROUNDS);
    row.put("gemm_gflops", Report.round(roof.gigaflops(), 1));
    row.put("gemm_ms", Report.round(roof.milliseconds(), 3));
    if (row.get("ms_per_step") instanceof Double milliseconds) {
      row.put("roofline_ratio", Report.round(milliseconds / roof.milliseconds(), 3));
    }
  }
}
