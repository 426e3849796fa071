package org.ebbflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.pytorch.Tensor;
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
import org.ebbflow.io.ModelFileException;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.objective.OdeNumerics;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.GrowthSettings.Cache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockwiseTrainerTest {
  private static final int STEPS = 12;

  private final Engine engine = Engine.cpu(DType.FLOAT64);

  @TempDir Path folder;

  private OdeBlock block(int dimension, int width, boolean time, BlockSpan span) {
    try (Rng rng = engine.rng(1)) {
      Sequential network =
          new Sequential(
              Dense.uniform(engine, dimension + (time ? 1 : 0), width, rng),
              new Softplus(20),
              Dense.zero(engine, width, dimension));
      return new OdeBlock(
          new NetworkField(network, new Layout.Rows(0), time, "dense"),
          span.from(),
          span.to(),
          Integration.adaptive(1e-7),
          new Divergence.Exact());
    }
  }

  private GrowthTask task(int dimension, int width, Dataset train, Dataset validation) {
    return task(dimension, width, false, train, validation);
  }

  /**
   * @param time whether the blocks' fields see it
   */
  private GrowthTask task(
      int dimension, int width, boolean time, Dataset train, Dataset validation) {
    return new GrowthTask(
        engine,
        dimension,
        span -> block(dimension, width, time, span),
        new StandardNormal(),
        new OdeNumerics(
            RungeKutta.RK38, 2, "hutchinson", 0.02, false, true, Products.FULL, Quadrature.STAGES),
        Preprocessing.standardise(engine, new double[dimension], ones(dimension)),
        train,
        validation,
        3);
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static GrowthSettings growth(int blocks, int rounds, int refinements, boolean free) {
    return new GrowthSettings(
        0.5, 1.2, 2, blocks, 0, free, rounds, 0.5, 1.05, refinements, Cache.AUTO);
  }

  /** For a normal distribution the minimiser of a JKO step is known in closed form. */
  @Test
  void one_step_on_a_normal_distribution_is_the_known_minimiser() {
    double mean = 2;
    double deviation = 3;
    double h = 0.7;
    Dataset train = shifted(4000, mean, deviation, 1);
    BlockwiseTrainer trainer =
        new BlockwiseTrainer(
            task(1, 16, train, shifted(500, mean, deviation, 2)),
            Runs.settings(400, 600, 1e-2),
            new GrowthSettings(h, 1, 5, 1, 0, false, 0, 0.5, 2, 0, Cache.AUTO),
            null,
            "normal",
            new TrainListener() {});
    assertThat(trainer.run()).isEqualTo(Outcome.FINISHED);
    double[][] moved = rows(trainer, train);
    double movedMean = Arrays.stream(moved).mapToDouble(r -> r[0]).average().orElseThrow();
    double variance =
        Arrays.stream(moved)
            .mapToDouble(r -> Math.pow(r[0] - movedMean, 2))
            .average()
            .orElseThrow();
    // −1/s + s + (s − σ)/h = 0 for the new deviation s, and m/(1 + h) for the new mean.
    double s =
        (deviation / h + Math.sqrt(deviation * deviation / (h * h) + 4 * (1 + 1 / h)))
            / (2 * (1 + 1 / h));
    assertThat(movedMean).isCloseTo(mean / (1 + h), within(0.03));
    assertThat(Math.sqrt(variance)).isCloseTo(s, within(0.03));
    BlockRecord record = trainer.state().blocks().get(0);
    double w2 = Math.hypot(mean - mean / (1 + h), deviation - s);
    assertThat(record.movement()).isCloseTo(w2, within(0.04));
    assertThat(record.inversionError()).isLessThan(1e-10);
  }

  private double[][] rows(BlockwiseTrainer trainer, Dataset data) {
    double[][] rows = new double[data.rows()][data.columns()];
    try (PushedRows at = new PushedRows(engine, Preprocessing.none(engine), data, 1, false, null)) {
      for (var layer : trainer.flow().chain()) {
        at.push((OdeBlock) layer);
      }
      for (int i = 0; i < rows.length; i++) {
        at.rows().gather(new int[] {i}, rows[i]);
      }
    }
    return rows;
  }

  private static Dataset shifted(int n, double mean, double deviation, long seed) {
    double[][] rows = Runs.normalRows(n, 1, seed);
    for (double[] row : rows) {
      row[0] = mean + deviation * row[0];
    }
    return Dataset.of(rows);
  }

  private static Dataset bananas(int n, long seed) {
    double[][] rows = Runs.normalRows(n, 2, seed);
    for (double[] row : rows) {
      row[1] = 0.5 * row[1] + row[0] * row[0] - 1;
    }
    return Dataset.of(rows);
  }

  /** A process that starts from nothing but settings, data and files, and is stopped at a step. */
  private BlockwiseTrainer session(String file, GrowthSettings growth, long stopAt) {
    return session(file, false, growth, stopAt);
  }

  private BlockwiseTrainer session(String file, boolean time, GrowthSettings growth, long stopAt) {
    AtomicReference<BlockwiseTrainer> self = new AtomicReference<>();
    TrainListener stopper =
        new TrainListener() {
          @Override
          public void stepped(TrainState state, long totalSteps) {
            if (state.step() == stopAt) {
              self.get().stop();
            }
          }
        };
    BlockwiseTrainer trainer =
        new BlockwiseTrainer(
            task(2, 8, time, bananas(300, 1), bananas(60, 2)),
            Runs.settings(50, STEPS, 1e-2),
            growth,
            folder.resolve(file),
            "run",
            stopper);
    self.set(trainer);
    return trainer;
  }

  private static Map<String, double[]> numbers(BlockwiseTrainer trainer) {
    Map<String, double[]> all = new LinkedHashMap<>();
    trainer.flow().parameters().forEach((name, t) -> all.put(name, Engine.doubles(t)));
    return all;
  }

  private static List<String> records(BlockwiseTrainer trainer) {
    List<String> all = new ArrayList<>();
    for (BlockRecord r : trainer.state().blocks()) {
      BlockRecord timeless =
          new BlockRecord(
              r.phase(),
              r.block(),
              r.h(),
              r.steps(),
              0,
              r.movement(),
              r.ratio(),
              r.potential(),
              r.divergence(),
              r.penalty(),
              r.nll(),
              r.inversionError());
      all.add(timeless.toString());
    }
    return all;
  }

  @Test
  void resumed_within_and_between_blocks_it_ends_with_the_same_bits() throws IOException {
    GrowthSettings growth = growth(2, 1, 1, true);
    BlockwiseTrainer whole = session("whole", growth, -1);
    assertThat(whole.totalSteps()).isEqualTo((2 + 2 + 4 + 1) * STEPS);
    assertThat(whole.run()).isEqualTo(Outcome.FINISHED);
    assertThat(whole.state().blocks()).hasSize(9);
    assertThat(whole.spans()).hasSize(5);
    assertThat(whole.flow().chain()).hasSize(5);
    assertThat(whole.totalSteps()).isEqualTo(whole.state().step());

    long[] stops = {5, STEPS, 2 * STEPS, 3 * STEPS + 1, 5 * STEPS + 7, 8 * STEPS + 3};
    for (long stop : stops) {
      assertThat(session("parts", growth, stop).run())
          .as("at %d", stop)
          .isIn(Outcome.INTERRUPTED, Outcome.FINISHED);
    }
    BlockwiseTrainer parts = session("parts", growth, -1);
    assertThat(parts.run()).isEqualTo(Outcome.FINISHED);
    Map<String, double[]> expected = numbers(whole);
    Map<String, double[]> found = numbers(parts);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(found.get(name)).as(name).isEqualTo(values));
    assertThat(records(parts)).isEqualTo(records(whole));
    assertThat(Files.exists(folder.resolve("block-parts"))).isFalse();
  }

  @Test
  void steps_of_the_block_in_training_count_before_and_after_a_stop() {
    GrowthSettings growth = growth(2, 0, 0, false);
    BlockwiseTrainer first = session("within", growth, STEPS + 5);
    assertThat(first.run()).isEqualTo(Outcome.INTERRUPTED);
    assertThat(first.state().step()).isEqualTo(STEPS + 5);
    assertThat(first.state().blocks()).hasSize(1);
    BlockwiseTrainer second = session("within", growth, -1);
    second.restore();
    assertThat(second.state().step()).isEqualTo(STEPS + 5);
    assertThat(second.run()).isEqualTo(Outcome.FINISHED);
    assertThat(second.state().step()).isEqualTo(2 * STEPS);
  }

  private static double moving(TrainState state) {
    return state.seconds() - state.blocks().stream().mapToDouble(BlockRecord::seconds).sum();
  }

  @Test
  void time_counts_moving_the_rows_also_of_sessions_before() throws IOException {
    GrowthSettings growth = growth(2, 0, 0, false);
    BlockwiseTrainer first = session("timed", growth, STEPS + 5);
    first.run();
    double finished = first.state().validations().get(0).seconds();
    assertThat(finished).isGreaterThan(first.state().blocks().get(0).seconds());
    JsonNode kept =
        new ObjectMapper()
            .readTree(SafeTensors.read(folder.resolve("timed")).metadata().get("state"))
            .get("train");
    assertThat(kept.get("seconds").asDouble()).isGreaterThanOrEqualTo(finished);
    double before = kept.get("seconds").asDouble() - first.state().blocks().get(0).seconds();
    BlockwiseTrainer second = session("timed", growth, -1);
    second.run();
    assertThat(moving(second.state())).isGreaterThan(before);
  }

  @Test
  void a_budget_of_time_is_spent_on_moving_the_rows_too() {
    TrainState spent = new TrainState();
    assertThat(BlockwiseTrainer.seconds(100, spent, 4)).isEqualTo(25);
    spent.blocks.add(new BlockRecord(0, 0, 1, 10, 20, 1, 1, 1, 1, 1, 1, 0));
    spent.seconds = 20 + 5;
    // 75 seconds are left for three blocks, each of which is moved through for another five.
    assertThat(BlockwiseTrainer.seconds(100, spent, 3)).isEqualTo(20);
    // Another fifteen went into moving the rows again: spent, but no measure of the next block's.
    spent.seconds += 15;
    spent.secondsAgain = 15;
    assertThat(BlockwiseTrainer.seconds(100, spent, 3)).isEqualTo(15);
    spent.seconds = 120;
    assertThat(BlockwiseTrainer.seconds(100, spent, 3)).isPositive().isLessThan(0.1);
  }

  @Test
  void the_likelihood_of_the_records_is_that_of_the_flow() {
    BlockwiseTrainer trainer = session("likelihood", growth(2, 0, 0, false), -1);
    trainer.run();
    LogLikelihood.Summary summary =
        LogLikelihood.of(
            trainer.flow(),
            Preprocessing.standardise(engine, new double[2], ones(2)),
            bananas(60, 2),
            3);
    assertThat(trainer.state().blocks().get(1).nll()).isCloseTo(summary.nll(), within(1e-6));
    assertThat(trainer.state().bestNll()).isPresent();
  }

  /** Fields that see time tell the halves of a block apart. */
  @Test
  void refinement_begins_with_the_same_map_in_twice_as_many_blocks() {
    BlockwiseTrainer coarse = session("coarse", true, growth(2, 0, 0, false), -1);
    coarse.run();
    BlockwiseTrainer begun = session("begun", true, growth(2, 0, 1, false), 2 * STEPS);
    assertThat(begun.run()).isEqualTo(Outcome.INTERRUPTED);
    assertThat(coarse.flow().chain()).hasSize(2);
    assertThat(begun.flow().chain()).hasSize(4);
    try (Scope scope = Scope.open()) {
      Tensor x = engine.tensor(new double[] {0.3, -1, 2, 0.5, -1.5, 1, 0, 0}, 4, 2);
      double[] before = Engine.doubles(coarse.flow().forward(x));
      double[] after = Engine.doubles(begun.flow().forward(x));
      assertThat(before).isNotEqualTo(Engine.doubles(x));
      assertThat(after).containsExactly(before, within(1e-5));
      assertThat(Engine.doubles(begun.flow().logProb(x)))
          .containsExactly(Engine.doubles(coarse.flow().logProb(x)), within(1e-5));
    }
  }

  @Test
  void refinement_retrains_both_halves_of_every_block() {
    BlockwiseTrainer coarse = session("coarse", growth(2, 0, 0, false), -1);
    coarse.run();
    double before = coarse.state().blocks().get(1).nll();
    BlockwiseTrainer fine = session("fine", growth(2, 0, 1, false), -1);
    fine.run();
    assertThat(fine.spans().stream().map(BlockSpan::h).toList())
        .containsExactly(0.25, 0.25, 0.3, 0.3);
    assertThat(fine.spans().get(1)).isEqualTo(new BlockSpan(0.5, 1, 0.25));
    assertThat(fine.state().blocks().get(5).nll()).isLessThan(before + 0.05);
  }

  @Test
  void a_checkpoint_of_another_run_is_refused() {
    session("other", growth(1, 0, 0, false), -1).run();
    BlockwiseTrainer stranger =
        new BlockwiseTrainer(
            task(2, 8, bananas(300, 1), bananas(60, 2)),
            Runs.settings(50, STEPS, 1e-2),
            growth(1, 0, 0, false),
            folder.resolve("other"),
            "another run",
            new TrainListener() {});
    assertThatThrownBy(stranger::restore)
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("belongs to a run with other data or settings");
  }

  @Test
  void time_points_move_half_way_to_blocks_of_equal_movement() {
    GrowthSettings growth = growth(3, 1, 0, false);
    assertThat(growth.evened(List.of(1.0, 1.0, 1.0), new double[] {2, 2, 2}))
        .containsExactly(1.0, 1.0, 1.0);
    // Lengths 0, 4, 5, 6: a third of the way, 2, lies at t = 0.5, two thirds, 4, at t = 1.
    List<Double> evened = growth.evened(List.of(1.0, 1.0, 1.0), new double[] {4, 1, 1});
    assertThat(evened.get(0)).isCloseTo(0.75, within(1e-12));
    assertThat(evened.get(1)).isCloseTo(0.75, within(1e-12));
    assertThat(evened.get(2)).isCloseTo(1.5, within(1e-12));
    assertThat(
            new GrowthSettings(1, 1, 1.2, 3, 0, false, 1, 0.5, 1, 0, Cache.AUTO)
                .evened(List.of(1.0, 1.0, 1.0), new double[] {4, 1, 1}))
        .last()
        .isEqualTo(1.2);
  }

  @Test
  void growth_ends_when_a_block_moves_little() {
    GrowthSettings settings = new GrowthSettings(0.5, 1, 2, 6, 10, false, 0, 0.5, 2, 0, Cache.AUTO);
    BlockwiseTrainer trainer = session("short", settings, -1);
    assertThat(trainer.run()).isEqualTo(Outcome.FINISHED);
    assertThat(trainer.state().blocks()).hasSize(1);
    assertThat(trainer.totalSteps()).isEqualTo(STEPS);
  }
}
