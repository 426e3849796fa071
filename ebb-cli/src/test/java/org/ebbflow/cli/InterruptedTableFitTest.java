package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ebbflow.cli.EbbCall.ebb;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Races of models that are killed or stopped, and what they come to when resumed. */
@DisabledOnOs(OS.WINDOWS)
class InterruptedTableFitTest {
  @TempDir static Path temp;

  private static Path data;

  private ChildEbb child;

  @BeforeAll
  static void writeData() throws IOException {
    data = MixedTables.write(temp.resolve("data.csv"), 200, 1);
  }

  @AfterEach
  void endChild() {
    if (child != null) {
      child.process().destroyForcibly();
    }
  }

  @Test
  void racesGoOnAfterAKill() throws Exception {
    Path run = temp.resolve("killed");
    child = ChildEbb.start(temp, fit(run, 6));
    child.await(run.resolve("race/gaussian/config.json"));
    child.process().destroyForcibly();
    child.finish();
    assertThat(run.resolve("calibration.json")).doesNotExist();
    Object[] again = fit(run, 6);
    ebb(again).assertRefused(run.toString(), "--resume", "--force");
    ebb("fit", "--resume", "--out", run, "--steps", 9).assertRefused("--resume");
    ebb("score", run, "--data", data, "--out", temp.resolve("never.csv"))
        .assertRefused(run.toString());

    JsonNode result = ebb("fit", "--resume", "--out", run).json();
    assertThat(result.get("candidates").fieldNames())
        .toIterable()
        .containsExactly("gaussian", "spline", "ebflow-fc", "realnvp-2d", "jko");
    assertThat(run.resolve("report.html")).isNotEmptyFile();
    ebb("score", run, "--data", data, "--out", temp.resolve("scores.csv")).json();
    // A finished race is resumed to the same end, without training anything again.
    long written = Files.getLastModifiedTime(run.resolve("race/race.json")).toMillis();
    assertThat(ebb("fit", "--resume", "--out", run).json()).isEqualTo(result);
    assertThat(Files.getLastModifiedTime(run.resolve("race/race.json")).toMillis())
        .isEqualTo(written);

    Path moved = Files.copy(data, temp.resolve("moved.csv"));
    assertThat(ebb("fit", "--resume", "--data", moved, "--out", run).json()).isEqualTo(result);
    Path other = MixedTables.write(temp.resolve("other.csv"), 200, 2);
    ebb("fit", "--resume", "--data", other, "--out", run).assertRefused("other rows");
    ebb("fit", "--data", other, "--candidates", "gaussian", "--out", run, "--force").json();
    assertThat(run.resolve("race").toFile().list())
        .containsExactlyInAnyOrder("gaussian", "race.json");
  }

  @Test
  void interruptSaysTheWayOn() throws Exception {
    Path run = temp.resolve("stopped");
    child = ChildEbb.start(temp, fit(run, 5_000));
    child.await(run.resolve("race/spline/config.json"));
    new ProcessBuilder("kill", "-INT", Long.toString(child.process().pid())).start().waitFor();
    assertThat(child.finish()).isEqualTo(130);
    assertThat(child.errors()).contains("stopped; go on with: ebb fit --resume --out " + run);
    assertThat(Files.size(child.out())).isZero();
    assertThat(Files.readString(run.resolve("race/race.json"))).contains("\"gaussian\"");
  }

  private static Object[] fit(Path run, int steps) {
    return new Object[] {"fit", "--data", data, "--steps", steps, "--out", run};
  }
}
