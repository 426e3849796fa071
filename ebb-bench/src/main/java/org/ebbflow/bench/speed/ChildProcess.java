package org.ebbflow.bench.speed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ebbflow.EbbException;
import org.ebbflow.cli.Main;
import org.jspecify.annotations.Nullable;

/**
 * A measurement by a process of its own, which prints a line of JSON.
 *
 * @param name for messages
 * @param command with its arguments
 * @param remedy what to do if it fails
 */
record ChildProcess(String name, List<String> command, String remedy) {
  private static final Set<String> OF_EBB =
      Set.of(
          "OMP_WAIT_POLICY",
          "GOMP_SPINCOUNT",
          "MALLOC_TRIM_THRESHOLD_",
          "MALLOC_MMAP_THRESHOLD_",
          "MALLOC_TOP_PAD_");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Ebb's own command line, in a JVM like this one. */
  static ChildProcess ebb(String name, List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-agent") && !option.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(words);
    return new ChildProcess(name, command, "run 'ebb " + String.join(" ", words) + "' to see why");
  }

  /**
   * Runs it to its end.
   *
   * @return what it printed last
   * @throws EbbException if it cannot be started, fails or prints something else
   */
  JsonNode run() {
    Path errors = null;
    try {
      errors = Files.createTempFile("ebb-bench", ".err");
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
      if (!isEbb()) {
        // What the command ebb sets for itself is not what others are used with.
        builder.environment().keySet().removeAll(OF_EBB);
      }
      Process process = builder.start();
      try {
        String printed =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (code != 0) {
          throw new EbbException(
              "%s ended with code %d: %s".formatted(name, code, lastLine(errors)), remedy);
        }
        return parse(printed);
      } finally {
        process.destroy();
      }
    } catch (IOException e) {
      throw new EbbException("cannot run " + command.get(0) + ": " + e.getMessage(), remedy, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EbbException(name + " was interrupted", "run it again", e);
    } finally {
      delete(errors);
    }
  }

  private boolean isEbb() {
    return command.contains(Main.class.getName());
  }

  private JsonNode parse(String printed) {
    String last = printed.lines().reduce("", (before, line) -> line);
    try {
      JsonNode node = JSON.readTree(last);
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      throw new EbbException(name + " printed no JSON but '" + last + "'", remedy, e);
    }
    throw new EbbException(name + " printed no JSON but '" + last + "'", remedy);
  }

  private static String lastLine(Path file) throws IOException {
    String last = "";
    for (String line : Files.readAllLines(file)) {
      last = line.isBlank() ? last : line.strip();
    }
    return last.isEmpty() ? "it said nothing" : last;
  }

  private static void delete(@Nullable Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }
}
