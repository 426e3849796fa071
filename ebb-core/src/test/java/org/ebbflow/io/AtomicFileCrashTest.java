package org.ebbflow.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.ebbflow.EbbException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes in another JVM, which is killed or runs out of room. */
class AtomicFileCrashTest {
  private static final int ELEMENTS = 200_000;

  @TempDir Path folder;

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aKilledWriterLeavesAWholeFile() throws Exception {
    Path file = folder.resolve("model.safetensors");
    for (int delay : new int[] {0, 7, 23, 61}) {
      Process writer = new ProcessBuilder(java(EndlessWriter.class, file)).start();
      try (BufferedReader output = writer.inputReader()) {
        assertThat(output.readLine()).isEqualTo("first write done");
        Thread.sleep(delay);
      } finally {
        writer.destroyForcibly();
        assertThat(writer.waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
      StoredTensor tensor = SafeTensors.read(file).tensors().get("w");
      float[] whole = new float[ELEMENTS];
      Arrays.fill(whole, tensor.floats()[0]);
      assertThat(Arrays.equals(tensor.floats(), whole)).isTrue();
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aFullDiskLeavesTheOldFileAndNoLitter() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash to limit the size of files");
    Path file = folder.resolve("model.safetensors");
    AtomicFile.writeString(file, "old");
    // The limit is in kilobytes; what the write needs is about 800.
    List<String> command = new ArrayList<>(List.of("/bin/bash", "-c"));
    command.add("ulimit -f 256 && exec \"$@\"");
    command.add("limited");
    command.addAll(java(SingleWriter.class, file));
    Process writer = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(writer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(writer.waitFor()).as(output).isEqualTo(2);
    assertThat(output)
        .contains("cannot write file " + file + ": File too large; check that the disk is not full")
        .contains("or file size limit is reached");
    assertThat(file).hasContent("old");
    assertThat(folder.toFile().list()).containsExactly("model.safetensors");
  }

  private static List<String> java(Class<?> main, Path file) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx64m",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-cp",
        System.getProperty("java.class.path"),
        main.getName(),
        file.toString());
  }

  private static void write(Path file, int value) {
    float[] values = new float[ELEMENTS];
    Arrays.fill(values, value);
    SafeTensors.write(file, Map.of("w", StoredTensor.of(values, ELEMENTS)), Map.of());
  }

  /** Writes the same file again and again, with different content. */
  static final class EndlessWriter {
    private EndlessWriter() {}

    public static void main(String[] arguments) throws IOException {
      Path file = Path.of(arguments[0]);
      Path source = file.resolveSibling("source");
      for (int value = 1; ; value++) {
        write(source, value);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(source));
        AtomicFile.write(file, channel -> writeSlowly(channel, bytes));
        if (value == 1) {
          System.out.println("first write done");
        }
      }
    }

    // At full speed nearly all the time goes into forcing the disk, when the bytes are already
    // there: the killer would hardly ever meet a half-written file.
    private static void writeSlowly(FileChannel channel, ByteBuffer bytes) throws IOException {
      int pieces = 20;
      int length = bytes.limit();
      for (int piece = 1; piece <= pieces; piece++) {
        AtomicFile.writeFully(channel, bytes.limit((int) ((long) length * piece / pieces)));
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  /** Writes once and exits with 2 when that fails as it should. */
  static final class SingleWriter {
    private SingleWriter() {}

    public static void main(String[] arguments) {
      try {
        write(Path.of(arguments[0]), 1);
      } catch (EbbException e) {
        System.out.println(e.getMessage());
        System.exit(2);
      }
    }
  }
}
