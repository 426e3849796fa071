package org.ebbflow.bench.speed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.flow.ode.RungeKutta;
import org.ebbflow.model.RunConfig;
import org.ebbflow.objective.JkoStep;
import org.ebbflow.objective.OdeNumerics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb bench jko-step}: training steps of one block of a JKO flow. */
@Command(
    name = "jko-step",
    mixinStandardHelpOptions = true,
    description =
        "Times training steps of one neural-ODE block of a JKO flow by the 3/8 rule: batch, loss,"
            + " gradients clipped to 1, Adam.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb bench jko-step --dim 2 --hidden 128,128,128 --batch 2000 --substeps 3",
      "  ebb bench jko-step --dim 63 --hidden 256,256 --batch 1000 --json",
      "  ebb bench jko-step --dim 63 --divergence hutchinson --precision bf16"
    })
final class JkoStepCommand implements Callable<Integer> {
  private static final double SCALE = 1.5;
  private static final double DIFFERENCE = 0.02;

  @Spec private CommandSpec spec;

  @Option(names = "--dim", paramLabel = "D", description = "Numbers in a row (default 2).")
  private int dimension = 2;

  @Option(
      names = "--hidden",
      paramLabel = "W",
      split = ",",
      description = "Widths of the hidden layers (default 128,128,128).")
  private List<Integer> hidden = new ArrayList<>(List.of(128, 128, 128));

  @Option(names = "--batch", paramLabel = "B", description = "Rows a step (default 2000).")
  private int batch = 2_000;

  @Option(
      names = "--substeps",
      paramLabel = "N",
      description = "Runge-Kutta steps over the block (default 3).")
  private int substeps = 3;

  @Option(
      names = "--divergence",
      paramLabel = "HOW",
      description = "finite-difference (default), hutchinson or exact.")
  private String divergence = "finite-difference";

  @Option(
      names = "--quadrature",
      paramLabel = "WHERE",
      description = "Where the divergence is evaluated: stages (default) or steps.")
  private Quadrature quadrature = Quadrature.STAGES;

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "Of the products: f32 (default), or bf16 with --divergence hutchinson.")
  private Precision precision = Precision.F32;

  @Option(
      names = "--differentiation",
      paramLabel = "HOW",
      description = "by-hand (default) or autograd.")
  private String differentiation = "by-hand";

  @Mixin private Timing timing;

  @Mixin private Report report;

  @Override
  public Integer call() {
    Timing.requirePositive("--dim", dimension);
    Timing.requirePositive("--batch", batch);
    Timing.requirePositive("--substeps", substeps);
    if (!differentiation.equals("by-hand") && !differentiation.equals("autograd")) {
      throw new EbbException(
          "--differentiation is '" + differentiation + "'", "use by-hand or autograd");
    }
    boolean byHand = differentiation.equals("by-hand");
    if (precision == Precision.BF16 && !(byHand && divergence.equals("hutchinson"))) {
      throw new EbbException(
          "bfloat16 products want a forward-mode divergence, differentiated by hand",
          "add --divergence hutchinson, or leave out --precision and --differentiation");
    }
    OdeNumerics numerics =
        new OdeNumerics(
            RungeKutta.RK38,
            substeps,
            divergence,
            DIFFERENCE,
            false,
            byHand,
            precision.products(),
            quadrature);
    RunConfig config =
        Training.with(
            SpeedModels.jko(dimension, hidden, 1, substeps),
            "optimizer.name=adam",
            "learningRate=1e-4",
            "clip=1",
            "batch=" + batch,
            "schedule.name=constant",
            "training.epochs=0",
            "training.steps=" + Integer.MAX_VALUE);
    int threads = timing.apply();
    TimedTraining.Outcome outcome;
    try (TimedTraining training =
        new TimedTraining(config, new JkoStep(1, numerics), dimension, SCALE)) {
      outcome = training.run(timing.warmUp(), timing.steps());
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("peer", "ebb");
    row.put("dim", dimension);
    row.put("hidden", hidden);
    row.put("batch", batch);
    row.put("substeps", substeps);
    row.put("divergence", divergence);
    row.put("quadrature", quadrature.name().toLowerCase(Locale.ROOT));
    row.put("threads", threads);
    row.put("precision", precision.label());
    row.put("differentiation", differentiation);
    timing.describe(row, outcome);
    report.print(spec, List.of(row));
    return 0;
  }
}
