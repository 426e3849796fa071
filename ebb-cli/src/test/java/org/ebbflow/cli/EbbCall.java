package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** One call of the command line in this JVM, and what it said. */
record EbbCall(int code, String out, String err) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  static EbbCall ebb(Object... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(Arrays.stream(words).map(String::valueOf).toArray(String[]::new));
    return new EbbCall(code, out.toString(), err.toString());
  }

  /** Standard output, which must be one JSON value and nothing else, of a call that went well. */
  JsonNode json() throws IOException {
    assertThat(err).isEmpty();
    assertThat(code).isZero();
    assertThat(out.lines()).hasSize(1);
    return JSON.readTree(out);
  }

  /** Checks for code 2 and one line that names what is at fault. */
  void assertRefused(String... names) {
    assertThat(err.lines()).singleElement().asString().startsWith("ebb: ").contains(names);
    assertThat(err).contains(";").doesNotContain("Exception", "null");
    assertThat(code).isEqualTo(2);
    assertThat(out).isEmpty();
  }
}
