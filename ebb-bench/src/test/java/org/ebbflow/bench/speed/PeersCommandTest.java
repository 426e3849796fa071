package org.ebbflow.bench.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.ebbflow.bench.speed.BenchCall.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ebb bench peers} with a shell script that pretends to be Python. */
@DisabledOnOs(OS.WINDOWS)
class PeersCommandTest {
  private static final String STEPS = "--steps 1 --warmup 1 --threads 1 --json";

  @TempDir Path folder;

  private Path python(String body) throws IOException {
    Path file = folder.resolve("python");
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  @Test
  void contendersTakeTurnsAndRatiosAreOfRounds() throws IOException {
    Path calls = folder.resolve("calls");
    Path python =
        python(
            "[ -s \"$1\" ] && echo \"$@\" >>'"
                + calls
                + "'\necho a warning; echo '{\"peer\":\"torch 9\",\"ms_per_step\":1000000}'");
    List<JsonNode> rows =
        bench(
                "peers --rounds 2 --python",
                python,
                "--work step --dim 4 --batch 2 --objective ssm --compile",
                STEPS)
            .json();
    assertThat(rows).hasSize(2);
    assertThat(rows)
        .extracting(row -> row.get("peer").asText())
        .containsExactly("torch eager", "torch compiled");
    for (JsonNode row : rows) {
      assertThat(row.get("work").asText()).isEqualTo("step ssm D=4");
      assertThat(row.get("version").asText()).isEqualTo("torch 9");
      assertThat(row.get("peer_median").asDouble()).isEqualTo(1e6);
      // Of two rounds, however different: both medians are means.
      double least = row.get("least").asDouble();
      double most = row.get("most").asDouble();
      assertThat(row.get("ratio").asDouble()).isCloseTo((least + most) / 2, withinPercentage(1));
      assertThat(row.get("ebb_median").asDouble())
          .isCloseTo((1e6 / least + 1e6 / most) / 2, withinPercentage(1));
    }
    assertThat(Files.readAllLines(calls))
        .hasSize(4)
        .allMatch(line -> line.contains("ebflow_step.py --dim 4 --batch 2 --objective ssm"))
        .filteredOn(line -> line.contains("--compile"))
        .hasSize(2);
  }

  @Test
  void servingComparesRowsASecond() throws IOException {
    Path python = python("echo '{\"peer\":\"torch 9\",\"rows_per_second\":0.001}'");
    List<JsonNode> rows =
        bench("peers --rounds 1 --python", python, "--work sample --rows 20 --batch 10", STEPS)
            .json();
    assertThat(rows).hasSize(3);
    assertThat(rows).allSatisfy(row -> assertThat(row.get("ratio").asDouble()).isGreaterThan(1));
  }

  @Test
  void mistakesAreNamed() throws IOException {
    bench("peers").assertRefused("--python");
    Path python = python("echo 'No module named torch' >&2; exit 1");
    String one = "--work step --dim 4 --objective ssm";
    bench("peers --python", python, one).assertRefused("code 1", "No module named torch");
    bench("peers --python", python("echo hello"), one).assertRefused("no JSON", "hello");
    bench("peers --rounds 1 --python", python("echo '{}'"), "--work jko-step --batch 4", STEPS)
        .assertRefused("no ms_per_step");
    bench("peers --python", folder.resolve("absent"), one).assertRefused("absent", "torch");
    bench("peers --python", python, "--work nonsense").assertRefused("'nonsense'", "jko-wide");
    bench("peers --python", python, "--rounds 0").assertRefused("--rounds is 0");
    bench("peers --python", python, "--objective jko").assertRefused("'jko'");
    bench("peers --python", python, "--dim 0").assertRefused("--dim is 0");
  }
}
