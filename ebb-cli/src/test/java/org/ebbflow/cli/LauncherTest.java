package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the script {@code ebb} over a small tree in which Java and Maven are stand-ins. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final String MAVEN =
      """
      echo built >> builds
      echo chatter
      mkdir -p ebb-bench/target/lib
      : > ebb-bench/target/ebb-bench-1.jar
      """;

  @TempDir Path temp;

  private final Map<Process, Path> runs = new HashMap<>();
  private Path tree;
  private Path jdk;

  @BeforeEach
  void layOutTree() throws IOException {
    tree = temp.resolve("a folder");
    jdk = temp.resolve("a jdk");
    Files.createDirectories(tree.resolve(".mvn"));
    Files.createDirectories(tree.resolve("ebb-bench/src/main/java"));
    Files.writeString(tree.resolve("pom.xml"), "<project/>");
    Files.writeString(tree.resolve("ebb-bench/pom.xml"), "<project/>");
    Files.copy(Path.of("..", "ebb"), tree.resolve("ebb"));
    tree.resolve("ebb").toFile().setExecutable(true);
    script(tree.resolve("mvnw"), MAVEN);
    script(jdk.resolve("bin/java"), "pwd\nfor word; do echo \"<$word>\"; done\nexit 7\n");
    script(jdk.resolve("bin/javac"), "");
    release("17.0.15");
  }

  @Test
  void handsOverWordsFolderAndExitCode() throws Exception {
    Run run = finish(start(tree.resolve("ebb"), "two words", "", "*"));
    assertThat(run.out).startsWith(temp.toRealPath() + "\n").endsWith("<two words>\n<>\n<*>\n");
    assertThat(run.out)
        .contains("a folder/ebb-bench/target/ebb-bench-1.jar:")
        .doesNotContain("chatter");
    assertThat(run.out).doesNotContain("--enable-native-access");
    assertThat(run.code).isEqualTo(7);
  }

  @Test
  void buildsOnlyWhatIsMissingOrStale() throws Exception {
    assertThat(finish(start(tree.resolve("ebb"))).err).contains("ebb: building");
    assertThat(finish(start(tree.resolve("ebb"))).err).isEmpty();
    assertThat(builds()).isEqualTo(1);

    Path source = Files.writeString(tree.resolve("ebb-bench/src/main/java/A.java"), "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));
    finish(start(tree.resolve("ebb")));
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void secondWaitsForTheFirstToBuild() throws Exception {
    script(tree.resolve("mvnw"), "sleep 1\n" + MAVEN);
    Process first = start(tree.resolve("ebb"));
    Process second = start(tree.resolve("ebb"));
    Run one = finish(first);
    Run two = finish(second);
    assertThat(one.code + two.code).isEqualTo(14);
    assertThat(one.err + two.err).contains("waiting for process");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void clearsTheLockOfTheDead() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path target = Files.createDirectories(tree.resolve("ebb-bench/target"));
    Files.createSymbolicLink(target.resolve(".ebb-lock"), Path.of(Long.toString(dead.pid())));
    assertThat(finish(start(tree.resolve("ebb"))).code).isEqualTo(7);
    assertThat(Files.isSymbolicLink(target.resolve(".ebb-lock"))).isFalse();
  }

  @Test
  void failedBuildLeavesNoLock() throws Exception {
    script(tree.resolve("mvnw"), "exit 1\n");
    Run run = finish(start(tree.resolve("ebb")));
    assertThat(run.code).isEqualTo(2);
    assertThat(run.err).contains("could not be built");
    assertThat(Files.isSymbolicLink(tree.resolve("ebb-bench/target/.ebb-lock"))).isFalse();
  }

  @Test
  void worksThroughLinks() throws Exception {
    Path bin = Files.createDirectories(temp.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("one"), Path.of("../a folder/ebb"));
    Files.createSymbolicLink(temp.resolve("two"), bin.resolve("one"));
    assertThat(finish(start(temp.resolve("two"))).code).isEqualTo(7);
  }

  @Test
  void saysWhenJavaIsTooOldOrMissing() throws Exception {
    release("11.0.2");
    Run old = finish(start(tree.resolve("ebb")));
    assertThat(old.code).isEqualTo(2);
    assertThat(old.err.lines()).singleElement().asString().contains("version 11.0.2");

    Files.delete(jdk.resolve("bin/java"));
    Run missing = finish(start(tree.resolve("ebb")));
    assertThat(missing.code).isEqualTo(2);
    assertThat(missing.err.lines()).singleElement().asString().contains("no bin/java");
  }

  @Test
  void asksJavaWhereNoFileTellsTheVersion() throws Exception {
    Files.delete(jdk.resolve("release"));
    script(jdk.resolve("bin/java"), "echo 'java version \"1.8.0_292\"' >&2\n");
    assertThat(finish(start(tree.resolve("ebb"))).err).contains("version 1.8.0_292");
  }

  @Test
  void newerJavaMayLoadNatives() throws Exception {
    release("25-ea");
    assertThat(finish(start(tree.resolve("ebb"))).out)
        .contains("<--enable-native-access=ALL-UNNAMED>");
  }

  private record Run(int code, String out, String err) {}

  private Process start(Path command, String... words) throws IOException {
    List<String> line = new ArrayList<>(List.of(command.toString()));
    line.addAll(List.of(words));
    Path out = Files.createTempFile(temp, "run", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(temp.toFile())
            .redirectOutput(out.toFile())
            .redirectError(temp.resolve(out.getFileName() + ".err").toFile());
    builder.environment().keySet().removeAll(List.of("EBB_JAVA_OPTS", "MAVEN_OPTS"));
    builder.environment().putAll(Map.of("JAVA_HOME", jdk.toString()));
    Process process = builder.start();
    runs.put(process, out);
    return process;
  }

  private Run finish(Process process) throws Exception {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    Path out = runs.get(process);
    return new Run(
        process.exitValue(),
        Files.readString(out),
        Files.readString(temp.resolve(out.getFileName() + ".err")));
  }

  private long builds() throws IOException {
    return Files.readAllLines(tree.resolve("builds")).size();
  }

  private void release(String version) throws IOException {
    Files.writeString(jdk.resolve("release"), "A=\"b\"\nJAVA_VERSION=\"" + version + "\"\n");
  }

  private static void script(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + body);
    file.toFile().setExecutable(true);
  }
}
