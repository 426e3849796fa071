package org.ebbflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.NativeCount;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training for ever in the same memory. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class FlatMemoryTest {
  private static final int D = 8;
  private static final int FROM = 6_000;
  private static final int TO = 24_000;
  private static final Path STATUS = Path.of("/proc/self/status");

  @TempDir Path folder;

  @Test
  void twenty_four_thousand_steps_take_no_more_memory_than_six_thousand() throws Exception {
    long[] growth = growth("train");
    assertThat(growth[0]).as("resident memory in kilobytes").isLessThan(15_000);
    assertThat(growth[1]).as("heap in kilobytes").isLessThan(4_000);
  }

  /** What keeps this test honest: a kilobyte or two forgotten in every step would be seen. */
  @Test
  void a_small_tensor_kept_at_every_step_is_seen() throws Exception {
    assertThat(growth("leak")[0]).isGreaterThan(35_000);
  }

  private long[] growth(String what) throws Exception {
    assumeTrue(Files.isReadable(STATUS), "resident memory is read from " + STATUS);
    Path output = folder.resolve(what + ".txt");
    // A heap that is resident from the start, so that only native memory can grow.
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms128m",
                "-Xmx128m",
                "-XX:+AlwaysPreTouch",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                LongRun.class.getName(),
                what)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    // A C library that keeps what is freed grows by its own measure; here every page is to count.
    builder.environment().keySet().removeIf(name -> name.startsWith("MALLOC_"));
    Process child = builder.start();
    try {
      int exit = child.waitFor();
      String text = Files.readString(output, StandardCharsets.UTF_8);
      assertThat(exit).as(text).isZero();
      String[] words = text.strip().split("\\s+");
      return new long[] {
        Long.parseLong(words[words.length - 2]), Long.parseLong(words[words.length - 1])
      };
    } finally {
      child.destroyForcibly();
      child.waitFor();
    }
  }

  /** To the object: after a step there are as many native objects as before it. */
  @ParameterizedTest
  @ValueSource(strings = {"ml", "sml", "ssm", "dsm", "fdssm"})
  void a_step_leaves_no_native_object_behind(String objective) {
    for (String optimizer : List.of("rmsprop", "adam", "adamw")) {
      long[] counts = new long[60];
      TrainListener counter =
          new TrainListener() {
            @Override
            public void stepped(TrainState state, long totalSteps) {
              counts[(int) state.step - 1] = NativeCount.now();
            }
          };
      trainer(objective, optimizer, counts.length, counter).run();
      int grown = 0;
      for (int i = 20; i < counts.length; i++) {
        // It may fall: the collector frees what earlier tests dropped.
        grown += counts[i] > counts[i - 1] ? 1 : 0;
      }
      assertThat(grown).as("steps that grew with %s", optimizer).isZero();
    }
  }

  private static Trainer trainer(
      String objective, String optimizer, long steps, TrainListener listener) {
    Engine engine = Engine.cpu();
    Dataset data = Dataset.of(Runs.normalRows(160, D, 1));
    TrainSettings s =
        Runs.settings(
            16, steps, OptimizerSettings.of(optimizer, 1e-4), ScheduleSettings.constant());
    TrainSettings settings =
        new TrainSettings(
            s.batch(),
            0,
            steps,
            0,
            s.optimizer(),
            s.schedule(),
            0.1,
            0.99,
            true,
            Integer.MAX_VALUE,
            0,
            3600);
    return new Trainer(
        Runs.task(
            engine,
            D,
            () ->
                List.of(
                    Runs.dense(engine, D), new SmoothLeakyRelu(0.3, false), Runs.dense(engine, D)),
            Preprocessing.none(engine),
            ObjectiveSettings.of(objective).build(),
            data,
            data,
            1),
        settings,
        null,
        "",
        listener);
  }

  /** Prints by how many kilobytes resident memory and heap grew. */
  static final class LongRun {
    private static final List<Tensor> KEPT = new ArrayList<>();

    private LongRun() {}

    public static void main(String[] arguments) {
      long[] before = new long[2];
      if (arguments[0].equals("train")) {
        TrainListener measure =
            new TrainListener() {
              @Override
              public void stepped(TrainState state, long totalSteps) {
                if (state.step == FROM) {
                  System.arraycopy(measure(), 0, before, 0, 2);
                }
              }
            };
        Engine.cpu().setThreads(1); // the tensors are tiny
        trainer("ssm", "adam", TO, measure).run();
      } else {
        Engine engine = Engine.cpu();
        for (int step = 1; step <= TO; step++) {
          try (Scope scope = Scope.open()) {
            KEPT.add(Scope.own(engine.zeros(64, D)));
          }
          if (step == FROM) {
            System.arraycopy(measure(), 0, before, 0, 2);
          }
        }
      }
      long[] after = measure();
      System.out.println((after[0] - before[0]) + " " + (after[1] - before[1]));
      System.exit(0);
    }

    private static long[] measure() {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      long heap = (runtime.totalMemory() - runtime.freeMemory()) / 1024;
      try {
        for (String line : Files.readAllLines(STATUS)) {
          if (line.startsWith("VmRSS:")) {
            return new long[] {Long.parseLong(line.replaceAll("\\D", "")), heap};
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      throw new IllegalStateException("no VmRSS in " + STATUS);
    }
  }
}
