package org.ebbflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Softplus;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.Layout;
import org.ebbflow.flow.ode.NetworkField;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.flow.ode.RungeKutta;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.objective.OdeNumerics;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Rng;
import org.ebbflow.train.GrowthSettings.Cache;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Moved rows in memory or on disk: the same numbers, and nothing left behind. */
class GrowthCacheTest {
  private static final int STEPS = 8;
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  @TempDir Path folder;

  private static OdeBlock block(Engine engine, BlockSpan span) {
    try (Rng rng = engine.rng(1)) {
      Sequential network =
          new Sequential(
              Dense.uniform(engine, 3, 8, rng), new Softplus(20), Dense.uniform(engine, 8, 2, rng));
      return new OdeBlock(
          new NetworkField(network, new Layout.Rows(1), false, "dense"),
          span.from(),
          span.to(),
          Integration.adaptive(1e-4),
          new Divergence.Exact());
    }
  }

  /** Rows in two columns, given a third. */
  private static Dataset rows(int n, long seed) {
    return Dataset.of(Runs.normalRows(n, 2, seed))
        .withCondition(Dataset.of(Runs.normalRows(n, 1, seed + 100)));
  }

  private BlockwiseTrainer session(DType dtype, String file, Cache cache, TrainListener listener) {
    Engine engine = Engine.cpu(dtype);
    GrowthTask task =
        new GrowthTask(
            engine,
            2,
            span -> block(engine, span),
            new StandardNormal(),
            new OdeNumerics(
                RungeKutta.RK38,
                2,
                "hutchinson",
                0.02,
                false,
                true,
                Products.FULL,
                Quadrature.STAGES),
            Preprocessing.standardise(engine, new double[] {0.1, 0}, new double[] {1, 3}),
            rows(1300, 1),
            rows(1100, 2),
            3);
    return new BlockwiseTrainer(
        task,
        Runs.settings(50, STEPS, 1e-2),
        new GrowthSettings(0.5, 1.2, 2, 3, 0, true, 0, 0.5, 1.05, 0, cache),
        folder.resolve(file),
        "run",
        listener);
  }

  /** All that training gives but for times. */
  private static List<Object> numbers(BlockwiseTrainer trainer) {
    List<Object> all = new ArrayList<>();
    trainer
        .flow()
        .parameters()
        .values()
        .forEach(t -> all.add(Arrays.stream(Engine.doubles(t)).boxed().toList()));
    for (BlockRecord r : trainer.state().blocks()) {
      all.add(
          List.of(
              r.movement(),
              r.ratio(),
              r.potential(),
              r.divergence(),
              r.penalty(),
              r.nll(),
              r.inversionError()));
    }
    return all;
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static long openFiles() {
    try (Stream<Path> files = Files.list(OPEN_FILES)) {
      return files.filter(GrowthCacheTest::isOfRows).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOfRows(Path link) {
    try {
      return Files.readSymbolicLink(link).toString().contains(".ebb-rows-");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  @ParameterizedTest
  @EnumSource
  void disk_and_memory_give_the_same_bits(DType dtype) throws IOException {
    BlockwiseTrainer memory = session(dtype, "memory", Cache.MEMORY, new TrainListener() {});
    assertThat(memory.run()).isEqualTo(Outcome.FINISHED);
    List<Long> open = new ArrayList<>();
    TrainListener counter =
        new TrainListener() {
          @Override
          public void stepped(TrainState state, long totalSteps) {
            if (Files.isDirectory(OPEN_FILES)) {
              open.add(openFiles());
            }
          }
        };
    BlockwiseTrainer disk = session(dtype, "disk", Cache.DISK, counter);
    assertThat(disk.run()).isEqualTo(Outcome.FINISHED);
    assertThat(numbers(disk)).isEqualTo(numbers(memory)).hasSize(4 * 4 + 4);
    // Training rows and validation rows, whatever the number of blocks.
    assertThat(open).allMatch(count -> count == 2);
    assertThat(files(folder)).containsExactlyInAnyOrder("memory", "disk");
    if (Files.isDirectory(OPEN_FILES)) {
      assertThat(open).hasSize(4 * STEPS);
      assertThat(openFiles()).isZero();
    }
  }

  @Test
  void resumed_within_a_block_it_ends_with_the_same_bits_wherever_the_rows_are()
      throws IOException {
    BlockwiseTrainer whole = session(DType.FLOAT32, "whole", Cache.AUTO, new TrainListener() {});
    whole.run();
    Cache[] places = {Cache.DISK, Cache.MEMORY, Cache.DISK};
    int[] stops = {3, STEPS + 2, 2 * STEPS + 5};
    for (int i = 0; i < stops.length; i++) {
      int stop = stops[i];
      AtomicReference<BlockwiseTrainer> self = new AtomicReference<>();
      TrainListener stopper =
          new TrainListener() {
            @Override
            public void stepped(TrainState state, long totalSteps) {
              if (state.step() == stop) {
                self.get().stop();
              }
            }
          };
      self.set(session(DType.FLOAT32, "parts", places[i], stopper));
      assertThat(self.get().run()).isEqualTo(Outcome.INTERRUPTED);
    }
    BlockwiseTrainer parts = session(DType.FLOAT32, "parts", Cache.DISK, new TrainListener() {});
    assertThat(parts.run()).isEqualTo(Outcome.FINISHED);
    assertThat(numbers(parts)).isEqualTo(numbers(whole));
    assertThat(files(folder)).containsExactlyInAnyOrder("whole", "parts");
  }

  @Test
  void a_run_deletes_what_a_killed_one_left() throws IOException {
    long none = 4_194_305; // above the largest number of a process on Linux
    Assumptions.assumeTrue(ProcessHandle.of(none).isEmpty(), "a process has that number");
    Files.createFile(folder.resolve(".ebb-rows-" + none + "-0123456789abcdef.tmp"));
    session(DType.FLOAT32, "run", Cache.MEMORY, new TrainListener() {}).run();
    assertThat(files(folder)).containsExactly("run");
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "DISK"})
  void rows_from_before_a_push_are_released(Cache cache) throws IOException {
    Engine engine = Engine.cpu();
    Preprocessing none = Preprocessing.none(engine);
    Path place = cache == Cache.DISK ? folder : null;
    try (PushedRows rows = new PushedRows(engine, none, rows(20, 4), 1, true, place)) {
      Dataset before = rows.rows();
      assertThat(before.value(3, 1)).isEqualTo((float) rows(20, 4).value(3, 1));
      rows.push(block(engine, BlockSpan.whole(1)));
      assertThat(rows.rows().condition()).isPresent();
      assertThatThrownBy(() -> before.value(3, 1)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(files(folder)).isEmpty();
  }

  @Test
  void rows_out_of_all_bounds_are_reported_and_their_file_deleted() throws IOException {
    Engine engine = Engine.cpu();
    Preprocessing none = Preprocessing.none(engine);
    Dataset far = Dataset.of(new double[][] {{1, 2}, {3, 1e200}});
    assertThatThrownBy(() -> new PushedRows(engine, none, far, 1, false, folder))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("rows with index 0 to 1 are beyond the range of FLOAT32");
    assertThat(files(folder)).isEmpty();
    OdeBlock exploding = block(engine, BlockSpan.whole(1));
    exploding.parameters().values().forEach(t -> InPlace.assign(t, engine.full(3e38, t.shape())));
    try (PushedRows near = new PushedRows(engine, none, rows(5, 1), 1, false, folder)) {
      assertThatThrownBy(() -> near.push(exploding))
          .isInstanceOf(EbbException.class)
          .hasMessageNotContaining("the disk");
      assertThat(near.rows().value(0, 0)).isFinite();
    }
    assertThat(files(folder)).isEmpty();
  }

  @Test
  void rows_that_do_not_fit_in_memory_go_to_disk() {
    long gibibyte = 1L << 30;
    assertThat(Cache.AUTO.onDisk(1000)).isFalse();
    assertThat(Cache.AUTO.onDisk(gibibyte << 20)).isTrue();
    assertThat(Cache.MEMORY.onDisk(gibibyte << 20)).isFalse();
    assertThat(Cache.DISK.onDisk(1)).isTrue();
  }
}
