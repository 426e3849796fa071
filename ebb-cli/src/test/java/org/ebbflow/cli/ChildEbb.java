package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line in a process of its own, to be stopped from outside. */
record ChildEbb(Process process, Path out, Path err) {
  private static final long LONGEST_SECONDS = 120;

  /** Starts it; {@code folder} takes its two output files. */
  static ChildEbb start(Path folder, Object... words) throws IOException {
    return start(folder, command(words));
  }

  /** As {@link #start}, with its standard output elsewhere. */
  static ChildEbb startInto(Path folder, Path out, Object... words) throws IOException {
    return start(folder, out, command(words));
  }

  /** As {@link #start} under a limit on the size of files, in KiB. */
  static ChildEbb startLimited(Path folder, int kibibytes, Object... words) throws IOException {
    List<String> limited =
        new ArrayList<>(
            List.of("bash", "-c", "ulimit -f " + kibibytes + "; exec \"$@\"", "limited"));
    limited.addAll(command(words));
    return start(folder, limited);
  }

  private static ChildEbb start(Path folder, List<String> command) throws IOException {
    return start(folder, Files.createTempFile(folder, "child", ".out"), command);
  }

  private static ChildEbb start(Path folder, Path out, List<String> command) throws IOException {
    Path err = Files.createTempFile(folder, "child", ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new ChildEbb(process, out, err);
  }

  private static List<String> command(Object... words) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    Arrays.stream(words).map(String::valueOf).forEach(command::add);
    return command;
  }

  /** Waits until a file is there. */
  void await(Path file) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
    while (!Files.exists(file)) {
      assertThat(process.isAlive()).as("%s %s", errors(), file).isTrue();
      assertThat(System.nanoTime()).as("waiting for %s", file).isLessThan(end);
      Thread.sleep(5);
    }
  }

  /** Waits for the end; the exit code. */
  int finish() throws Exception {
    assertThat(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)).as(errors()).isTrue();
    return process.exitValue();
  }

  String errors() throws IOException {
    return Files.readString(err);
  }

  /** Its messages, without the lines of progress. */
  List<String> messages() throws IOException {
    return Files.readAllLines(err).stream().filter(line -> line.startsWith("ebb:")).toList();
  }
}
