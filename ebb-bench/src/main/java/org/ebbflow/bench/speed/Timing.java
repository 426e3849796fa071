package org.ebbflow.bench.speed;

import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.tensor.Engine;
import picocli.CommandLine.Option;

/** How many steps are timed, and on how many threads. */
final class Timing {
  @Option(names = "--steps", paramLabel = "N", description = "Steps that count (default 50).")
  private int steps = 50;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Steps before them that do not (default 5).")
  private int warmUp = 5;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the tensor engine (default: its own choice).")
  private int threads;

  int steps() {
    return steps;
  }

  int warmUp() {
    return warmUp;
  }

  /** Checks the ranges and sets the threads; how many there are. */
  int apply() {
    check();
    return apply(threads);
  }

  /** Checks the ranges. */
  void check() {
    requirePositive("--steps", steps);
    requirePositive("--warmup", warmUp);
    requireThreads(threads);
  }

  /** The option that hands the threads on to another process, or none. */
  List<String> threadWords() {
    return threads == 0 ? List.of() : List.of("--threads", String.valueOf(threads));
  }

  /** Sets the tensor engine's threads unless 0; how many there are. */
  static int apply(int threads) {
    requireThreads(threads);
    Engine engine = Engine.cpu();
    if (threads > 0) {
      engine.setThreads(threads);
    }
    return engine.threads();
  }

  private static void requireThreads(int threads) {
    if (threads < 0) {
      throw new EbbException("--threads is " + threads, "give 0 or more");
    }
  }

  static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new EbbException(option + " is " + value, "give 1 or more");
    }
  }
}
