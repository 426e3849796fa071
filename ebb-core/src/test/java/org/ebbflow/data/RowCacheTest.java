package org.ebbflow.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowCacheTest {
  private static final int COLUMNS = 3;

  @TempDir Path folder;

  private static double[] numbers(int rows, boolean single) {
    Random random = new Random(5);
    double[] all = new double[rows * COLUMNS];
    Arrays.setAll(all, i -> single ? (float) random.nextGaussian() : random.nextGaussian());
    return all;
  }

  private static void append(RowCache cache, double[] numbers, int batchRows) {
    int step = batchRows * COLUMNS;
    for (int at = 0; at < numbers.length; at += step) {
      cache.append(Arrays.copyOfRange(numbers, at, Math.min(at + step, numbers.length)));
    }
  }

  private static double[] read(Dataset data) {
    double[] all = new double[data.rows() * data.columns()];
    data.gather(IntStream.range(0, data.rows()).toArray(), all);
    return all;
  }

  /** Buffers that end with the rows, one number later, and one row each; and the usual ones. */
  @ParameterizedTest
  @CsvSource({
    "1, true",
    "8, false",
    "12, true",
    "24, false",
    "96, true",
    "96, false",
    "100, true",
    "192, false",
    "16777216, true",
    "16777216, false"
  })
  void numbersComeBackFromMemoryAndFromDisk(int chunkBytes, boolean single) {
    int rows = 64;
    double[] numbers = numbers(rows, single);
    int chunk = Math.max(chunkBytes, single ? Float.BYTES : Double.BYTES);
    try (RowCache memory = new RowCache(null, rows, COLUMNS, single, chunk);
        RowCache disk = new RowCache(folder, rows, COLUMNS, single, chunk)) {
      append(memory, numbers, 7);
      append(disk, numbers, 11);
      assertThat(read(memory.dataset())).isEqualTo(numbers);
      assertThat(read(disk.dataset())).isEqualTo(numbers);
      assertThat(disk.dataset().value(17, 2)).isEqualTo(numbers[17 * COLUMNS + 2]);
      double[] chosen = new double[2 * COLUMNS];
      disk.dataset().subset(new int[] {63, 1}).gather(new int[] {0, 1}, chosen);
      assertThat(Arrays.copyOf(chosen, COLUMNS))
          .isEqualTo(Arrays.copyOfRange(numbers, 63 * COLUMNS, 64 * COLUMNS));
      assertThat(disk.dataset().fingerprint()).isEqualTo(memory.dataset().fingerprint());
      if (!single) {
        double[][] table = new double[rows][];
        Arrays.setAll(table, i -> Arrays.copyOfRange(numbers, i * COLUMNS, (i + 1) * COLUMNS));
        assertThat(disk.dataset().fingerprint()).isEqualTo(Dataset.of(table).fingerprint());
      }
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void manyThreadsReadAtOnce() {
    int rows = 500;
    double[] numbers = numbers(rows, true);
    try (RowCache disk = new RowCache(folder, rows, COLUMNS, true, 64)) {
      append(disk, numbers, 50);
      Dataset data = disk.dataset();
      assertThat(IntStream.range(0, 64).parallel().mapToObj(i -> read(data)))
          .allSatisfy(all -> assertThat(all).isEqualTo(numbers));
    }
  }

  @Test
  void releasedRowsAreNotRead() {
    for (Path where : new Path[] {null, folder}) {
      RowCache cache = new RowCache(where, 2, COLUMNS, false);
      cache.append(new double[6]);
      Dataset data = cache.dataset();
      cache.close();
      cache.close();
      assertThatThrownBy(() -> data.value(0, 0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("released");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatIsNotAsAnnouncedIsRefused() {
    try (RowCache cache = new RowCache(folder, 2, COLUMNS, false)) {
      assertThatThrownBy(() -> cache.append(new double[4]))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("4 values behind 0, for 2 rows of 3");
      cache.append(new double[3]);
      assertThatThrownBy(cache::dataset).hasMessageContaining("1 of 2 rows");
      assertThatThrownBy(() -> cache.append(new double[] {0, Double.NaN, 0}))
          .hasMessageContaining("row index 1, column index 1 is NaN");
      assertThatThrownBy(() -> cache.append(new double[6])).hasMessageContaining("announced");
    }
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> new RowCache(none, 2, COLUMNS, false))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining(none.toString())
        .hasMessageContaining("growth.cache=memory");
    assertThatThrownBy(() -> new RowCache(null, 0, COLUMNS, false))
        .hasMessageContaining("without rows");
  }

  /** Files as a killed run leaves them where an open file keeps its name. */
  @Test
  void leftoversOfProcessesThatAreNoMoreAreDeleted() throws IOException {
    long none = 4_194_305; // above the largest number of a process on Linux
    assumeTrue(ProcessHandle.of(none).isEmpty(), "a process has that number");
    Path left = Files.createFile(folder.resolve(name(none)));
    Path live = Files.createFile(folder.resolve(name(ProcessHandle.current().pid())));
    Path other = Files.createFile(folder.resolve(".ebb-rows-12.tmp"));
    RowCache.removeLeftovers(folder);
    RowCache.removeLeftovers(folder.resolve("none"));
    assertThat(left).doesNotExist();
    assertThat(live).exists();
    assertThat(other).exists();
  }

  private static String name(long process) {
    return ".ebb-rows-" + process + "-0123456789abcdef.tmp";
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "an open file keeps its name there")
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aKilledWriterLeavesNothing() throws Exception {
    Process writer = new ProcessBuilder(java("wait")).start();
    try (var output = writer.inputReader()) {
      assertThat(output.readLine()).isEqualTo("written");
    } finally {
      writer.destroyForcibly();
      assertThat(writer.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aFullDiskIsOneClearLine() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash to limit the size of files");
    // The limit is in kilobytes; the rows take about 2,300.
    List<String> command =
        new ArrayList<>(List.of("/bin/bash", "-c", "ulimit -f 512 && exec \"$@\"", "limited"));
    command.addAll(java("end"));
    Process writer = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(writer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(writer.waitFor()).as(output).isEqualTo(2);
    assertThat(output)
        .startsWith("cannot write the temporary file " + folder.resolve(".ebb-rows-"))
        .contains(": File too large; see that the folder is writable and has room for 3 MiB")
        .hasLineCount(1);
    assertThat(folder).isEmptyDirectory();
  }

  private List<String> java(String then) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx64m",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-cp",
        System.getProperty("java.class.path"),
        Writer.class.getName(),
        folder.toString(),
        then);
  }

  /** Writes 100,000 rows; exits with 2 when that fails as it should. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) throws InterruptedException {
      int rows = 100_000;
      try (RowCache cache = new RowCache(Path.of(arguments[0]), rows, COLUMNS, false)) {
        append(cache, numbers(rows, false), 1000);
        cache.dataset();
        System.out.println("written");
        if (arguments[1].equals("wait")) {
          Thread.sleep(60_000);
        }
      } catch (EbbException e) {
        System.out.println(e.getMessage());
        System.exit(2);
      }
    }
  }
}
