package org.ebbflow.bench.speed;

import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.tensor.Engine;
import picocli.CommandLine.Option;

/** On how many threads is measured. */
final class Threads {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the tensor engine (default: its own choice).")
  private int threads;

  /** Checks the range. */
  void check() {
    if (threads < 0) {
      throw new EbbException("--threads is " + threads, "give 0 or more");
    }
  }

  /** Checks the range and sets the tensor engine's threads unless 0; how many there are. */
  int apply() {
    check();
    Engine engine = Engine.cpu();
    if (threads > 0) {
      engine.setThreads(threads);
    }
    return engine.threads();
  }

  /** The option that hands the threads on to another process, or none. */
  List<String> words() {
    return threads == 0 ? List.of() : List.of("--threads", String.valueOf(threads));
  }
}
