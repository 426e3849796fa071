package org.ebbflow.bench.speed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a measurement is called in PyTorch and in Ebb, with the same steps and threads.
 *
 * @param python of an environment with torch
 */
record Sides(Path python, PeerScripts scripts, Timing timing) {

  /** A script with some options. */
  ChildProcess peer(String name, String script, String... options) {
    List<String> command =
        new ArrayList<>(List.of(python.toString(), scripts.file(script).toString()));
    command.addAll(List.of(options));
    command.addAll(timing.threadWords());
    return new ChildProcess(
        "torch " + name, command, "give --python an environment with torch and torchdiffeq");
  }

  /** A script that times steps. */
  ChildProcess timedPeer(String name, String script, String... options) {
    return peer(name, script, timed(options));
  }

  /** {@code ebb bench WORK} with some options. */
  ChildProcess ebb(String name, String work, String... options) {
    List<String> command = new ArrayList<>(List.of("bench", work));
    command.addAll(List.of(options));
    command.addAll(timing.threadWords());
    command.add("--json");
    return ChildProcess.ebb("ebb " + name, command);
  }

  /** {@code ebb bench WORK} that times steps. */
  ChildProcess timedEbb(String name, String work, String... options) {
    return ebb(name, work, timed(options));
  }

  private String[] timed(String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(
        List.of(
            "--steps",
            String.valueOf(timing.steps()),
            "--warmup",
            String.valueOf(timing.warmUp())));
    return all.toArray(String[]::new);
  }
}
