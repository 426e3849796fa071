package org.ebbflow.bench.speed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.ebbflow.cli.Main;

/** One call of {@code ebb bench} in this JVM, and what it said. */
record BenchCall(int code, String out, String err) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Each part may hold several words; what may hold blanks itself comes as a path. */
  static BenchCall bench(Object... parts) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all =
        Stream.concat(Stream.of("bench"), Stream.of(parts).flatMap(BenchCall::words))
            .toArray(String[]::new);
    int code =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(all);
    return new BenchCall(code, out.toString(), err.toString());
  }

  private static Stream<String> words(Object part) {
    return part instanceof String text
        ? Stream.of(text.split(" ")).filter(word -> !word.isEmpty())
        : Stream.of(part.toString());
  }

  /** Standard output, a JSON object on each line, of a call that went well. */
  List<JsonNode> json() throws IOException {
    assertThat(code).as(err).isZero();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : out.lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  /** Checks for code 2 and one line that names what is at fault. */
  void assertRefused(String... names) {
    assertThat(err.lines()).singleElement().asString().startsWith("ebb: ").contains(names);
    assertThat(code).isEqualTo(2);
    assertThat(out).isEmpty();
  }
}
