package org.ebbflow.bench.speed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.ebbflow.bench.reproduce.ResultTable;
import org.ebbflow.tensor.Engine;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Measurements on standard output: a table for readers, or a line of JSON for each row. */
final class Report {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "A line of JSON for each measurement.")
  private boolean json;

  void print(CommandSpec spec, List<Map<String, Object>> rows) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      rows.forEach(row -> out.println(line(row)));
    } else {
      out.print(new ResultTable(rows).markdown());
      out.printf("%n%s%n", environment());
    }
    out.flush();
  }

  private static String line(Map<String, Object> row) {
    try {
      return JSON.writeValueAsString(row);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a measurement that is no JSON", e);
    }
  }

  /** Processor, Java and tensor engine, on one line. */
  static String environment() {
    return "%s, %d processors; Java %s; %s"
        .formatted(
            processor(),
            Runtime.getRuntime().availableProcessors(),
            Runtime.version(),
            Engine.version());
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  /** Rounded to a number of digits after the point; what is not told becomes null. */
  static @Nullable Double round(double value, int digits) {
    return Double.isFinite(value)
        ? BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue()
        : null;
  }
}
