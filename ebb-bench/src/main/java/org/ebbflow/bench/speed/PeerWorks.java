package org.ebbflow.bench.speed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ebbflow.EbbException;
import picocli.CommandLine.Option;

/** What is compared with PyTorch, and the commands that measure it on both sides. */
final class PeerWorks {
  private static final List<String> NAMES =
      List.of("step", "jko-step", "jko-wide", "score", "sample");

  @Option(
      names = "--work",
      paramLabel = "NAME",
      split = ",",
      description = "step, jko-step, jko-wide, score, sample (default step,jko-step).")
  private List<String> works = new ArrayList<>(List.of("step", "jko-step"));

  @Option(
      names = "--dim",
      paramLabel = "D",
      split = ",",
      description = "Numbers in a row of step (default 784,3072).")
  private List<Integer> dimensions = new ArrayList<>(List.of(784, 3072));

  @Option(
      names = "--objective",
      paramLabel = "NAME",
      split = ",",
      description = "Objectives of step (default ssm,dsm).")
  private List<String> objectives = new ArrayList<>(List.of("ssm", "dsm"));

  @Option(
      names = "--batch",
      paramLabel = "B",
      description = "Rows a step or call (default: the published 100, 2000, 1000; 500 a call).")
  private int batch;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Rows of score and sample (default 40000).")
  private int rows = 40_000;

  @Option(names = "--bf16", description = "Also products of bfloat16, where there are some.")
  private boolean bf16;

  @Option(names = "--compile", description = "Also torch.compile, in step.")
  private boolean compile;

  @Option(names = "--adjoint", description = "Also torchdiffeq's adjoint method, in JKO steps.")
  private boolean adjoint;

  /**
   * The comparisons, none of them run yet.
   *
   * @throws EbbException if an option is wrong
   */
  List<Comparison> comparisons(Path python, PeerScripts scripts, Timing timing) {
    Timing.requirePositive("--rows", rows);
    if (batch < 0) {
      throw new EbbException("--batch is " + batch, "give 1 or more, or leave it out");
    }
    List<Comparison> all = new ArrayList<>();
    for (String work : works) {
      Sides sides = new Sides(python, scripts, timing);
      switch (work) {
        case "step" -> all.addAll(steps(sides));
        case "jko-step" -> all.add(jkoStep(sides, "jko-step", 2, "128,128,128", batch(2_000)));
        case "jko-wide" -> all.add(jkoStep(sides, "jko-wide", 63, "256,256", batch(1_000)));
        case "score", "sample" -> all.addAll(flows(sides, work));
        default ->
            throw new EbbException(
                "--work names '" + work + "'", "use " + String.join(", ", NAMES));
      }
    }
    return all;
  }

  private int batch(int customary) {
    return batch == 0 ? customary : batch;
  }

  private List<Comparison> steps(Sides sides) {
    List<Comparison> all = new ArrayList<>();
    for (int dimension : dimensions) {
      for (String objective : objectives) {
        // Checks the values before anything runs.
        new FlowStep(
            FlowStep.FULLY_CONNECTED,
            dimension,
            2,
            batch(100),
            objective,
            Precision.F32,
            FlowStep.CUSTOMARY);
        String[] work = words("--dim", dimension, "--batch", batch(100), "--objective", objective);
        List<ChildProcess> peers = new ArrayList<>();
        List<ChildProcess> own = new ArrayList<>();
        peers.add(sides.timedPeer("eager", "ebflow_step.py", work));
        own.add(sides.timedEbb("f32", "step", with(work, "--no-roofline")));
        if (bf16) {
          peers.add(sides.timedPeer("eager bf16", "ebflow_step.py", with(work, "--bf16")));
        }
        if (bf16 && FlowStep.hasFastWay(objective)) {
          own.add(
              sides.timedEbb("bf16", "step", with(work, "--no-roofline", "--precision", "bf16")));
        }
        if (compile) {
          peers.add(sides.timedPeer("compiled", "ebflow_step.py", with(work, "--compile")));
        }
        String name = "step %s D=%d".formatted(objective, dimension);
        all.add(new Comparison(name, Comparison.Measure.MS_PER_STEP, peers, own));
      }
    }
    return all;
  }

  private Comparison jkoStep(Sides sides, String name, int dimension, String hidden, int rows) {
    String[] work = words("--dim", dimension, "--hidden", hidden, "--batch", rows);
    List<ChildProcess> peers = new ArrayList<>();
    List<ChildProcess> own = new ArrayList<>();
    peers.add(sides.timedPeer("eager", "jko_step.py", work));
    own.add(sides.timedEbb("f32", "jko-step", work));
    own.add(sides.timedEbb("f32 at steps", "jko-step", with(work, "--quadrature", "steps")));
    if (adjoint) {
      peers.add(sides.timedPeer("adjoint", "jko_step.py", with(work, "--adjoint")));
    }
    if (bf16) {
      String[] rounded = with(work, "--precision", "bf16", "--divergence", "hutchinson");
      own.add(sides.timedEbb("bf16", "jko-step", rounded));
      own.add(sides.timedEbb("bf16 at steps", "jko-step", with(rounded, "--quadrature", "steps")));
    }
    return new Comparison(name + " D=" + dimension, Comparison.Measure.MS_PER_STEP, peers, own);
  }

  private List<Comparison> flows(Sides sides, String work) {
    List<Comparison> all = new ArrayList<>();
    for (String[] flow :
        List.of(
            words("--architecture", "fc", "--dim", 784, "--layers", 2),
            words("--architecture", "glow", "--dim", 784, "--layers", 4),
            words("--architecture", "jko", "--dim", 2, "--layers", 4))) {
      // A Glow's row takes a hundred times as long as the others'.
      int wanted = flow[1].equals("glow") ? Math.max(1, rows / 10) : rows;
      String[] options = with(flow, "--rows", wanted, "--batch", Math.min(batch(500), wanted));
      all.add(
          new Comparison(
              work + " " + flow[1] + " D=" + flow[3],
              Comparison.Measure.ROWS_PER_SECOND,
              List.of(sides.peer("eager", "flow_rows.py", with(words(work), (Object[]) options))),
              List.of(sides.ebb("f32", work, options))));
    }
    return all;
  }

  private static String[] words(Object... words) {
    return Arrays.stream(words).map(String::valueOf).toArray(String[]::new);
  }

  private static String[] with(String[] words, Object... more) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(words(more)));
    return all.toArray(String[]::new);
  }
}
