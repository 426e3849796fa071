package org.ebbflow.bench.speed;

import java.util.List;
import java.util.Map;
import org.ebbflow.EbbException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How many steps are timed, and on how many threads. */
final class Timing {
  @Option(names = "--steps", paramLabel = "N", description = "Steps that count (default 50).")
  private int steps = 50;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Steps before them that do not (default 30: about as many are slow at first).")
  private int warmUp = 30;

  @Mixin private Threads threads;

  int steps() {
    return steps;
  }

  int warmUp() {
    return warmUp;
  }

  /** Checks the ranges and sets the threads; how many there are. */
  int apply() {
    check();
    return threads.apply();
  }

  /** Checks the ranges. */
  void check() {
    requirePositive("--steps", steps);
    requirePositive("--warmup", warmUp);
    threads.check();
  }

  /** The option that hands the threads on to another process, or none. */
  List<String> threadWords() {
    return threads.words();
  }

  /** What a measurement says of its steps. */
  void describe(Map<String, Object> row, TimedTraining.Outcome outcome) {
    row.put("warmup", warmUp);
    row.put("steps", steps);
    row.put("loss", outcome.loss());
    row.put("ms_per_step", Report.round(outcome.milliseconds().median(), 3));
    row.put("peak_rss_mb", Report.round(outcome.peakMebibytes(), 0));
  }

  static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new EbbException(option + " is " + value, "give 1 or more");
    }
  }
}
