package org.ebbflow.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * First starts on a machine: JVMs with an empty native cache, no flags and no MKL, as where Ebb is
 * only a dependency. Each unpacks about 750 MB.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class ColdCacheTest {
  private static final int D = 600;
  private static final long SMALL_STACK = 256 << 10;

  @TempDir Path folder;

  private final List<Process> children = new ArrayList<>();

  @BeforeEach
  void room() throws IOException {
    assumeTrue(Files.getFileStore(folder).getUsableSpace() > 3L << 30, "less than 3 GB of room");
  }

  /** No child may still be writing when the folder is deleted. */
  @AfterEach
  void endChildren() throws InterruptedException {
    for (Process child : children) {
      child.destroyForcibly();
      child.waitFor();
    }
  }

  @Test
  void a_cold_start_factorises_a_large_matrix_on_a_small_stack() throws Exception {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    check(start(cache, "alone"), "alone");
    assertThat(cache).isNotEmptyDirectory(); // the start was cold, and filled this cache
  }

  @Test
  void two_cold_starts_share_a_cache() throws Exception {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    Process first = start(cache, "first");
    Process second = start(cache, "second");
    check(first, "first");
    check(second, "second");
  }

  private void check(Process process, String name) throws Exception {
    int exit = process.waitFor();
    String output = Files.readString(output(name), StandardCharsets.UTF_8);
    assertThat(exit).as(output).isZero();
    String[] lines = output.strip().split("\n");
    String[] words = lines[lines.length - 1].split(" ");
    assertThat(words).as(output).hasSize(3);
    assertThat(Double.parseDouble(words[0])).isCloseTo(expectedLogDet(), within(1e-9));
    assertThat(Double.parseDouble(words[1])).as("residual of the solve").isBetween(0.0, 1e-10);
    assertThat(Double.parseDouble(words[2])).isCloseTo(2.0 * D, within(1e-3 * D));
  }

  private Process start(Path cache, String name) throws IOException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                "-cp",
                System.getProperty("java.class.path"),
                ColdStart.class.getName())
            .directory(folder.toFile()) // where a crash would leave its log
            .redirectErrorStream(true)
            .redirectOutput(output(name).toFile())
            .start();
    children.add(child);
    return child;
  }

  private Path output(String name) {
    return folder.resolve(name + ".txt");
  }

  /** {@code log det(I + u·uᵀ) = log(1 + ‖u‖²)} for the u of {@link ColdStart}. */
  private static double expectedLogDet() {
    double squares = 0;
    for (int i = 0; i < D; i++) {
      squares += Math.pow(Math.sin(i), 2);
    }
    return Math.log(1 + squares);
  }

  /** Factorises, solves and multiplies, all on a thread with a small stack. */
  static final class ColdStart {
    private ColdStart() {}

    public static void main(String[] arguments) throws InterruptedException {
      Thread small = new Thread(null, ColdStart::compute, "small", SMALL_STACK);
      small.setUncaughtExceptionHandler(
          (thread, e) -> {
            e.printStackTrace();
            System.exit(3);
          });
      small.start();
      small.join();
    }

    private static void compute() {
      Engine engine = Engine.cpu(DType.FLOAT64);
      try (Scope scope = Scope.open()) {
        double[] entries = new double[D * D];
        for (int i = 0; i < D; i++) {
          for (int j = 0; j < D; j++) {
            entries[i * D + j] = Math.sin(i) * Math.sin(j) + (i == j ? 1 : 0);
          }
        }
        Tensor matrix = engine.tensor(entries, D, D);
        LinearAlgebra.Factorisation factors = engine.linearAlgebra().factorise(matrix, true);
        Tensor inverse = factors.inverse();
        Tensor residual = matrix.matmul(inverse).sub(engine.identity(D)).abs().max();
        // The largest matrix that gets no stack of its own.
        engine.linearAlgebra().factorise(engine.identity(64), true).inverse();
        Tensor x = engine.full(2, D, D);
        Tensor trace = Ops.linear(engine.identity(D), x).diagonal().sum();
        System.out.println(factors.logAbsDet() + " " + Ops.item(residual) + " " + Ops.item(trace));
      }
    }
  }
}
