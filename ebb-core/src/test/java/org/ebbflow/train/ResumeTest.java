package org.ebbflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.linear.ActNorm;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResumeTest {
  private static final int D = 4;
  private static final int STEPS = 230;

  @TempDir Path folder;

  /** A session: a process that starts from nothing but the settings, the data and the file. */
  private final class Session {
    final TrainTask task;
    final Trainer trainer;

    Session(TrainSettings settings, DType dtype, boolean bytes, String file, String run, long end) {
      Engine engine = Engine.cpu(dtype);
      Dataset data = bytes ? images() : Dataset.of(Runs.normalRows(90, D, 1));
      Dataset.Split split = data.split(20, 1);
      task =
          Runs.task(
              engine,
              D,
              () ->
                  List.of(
                      new ActNorm(engine, D, 1),
                      Runs.dense(engine, D),
                      new SmoothLeakyRelu(0.3, false),
                      Runs.dense(engine, D)),
              bytes ? Preprocessing.image(engine, D, 0.5) : Preprocessing.none(engine),
              ObjectiveSettings.of(bytes ? "dsm" : "ssm").build(),
              split.train(),
              split.validation(),
              7);
      AtomicReference<Trainer> self = new AtomicReference<>();
      TrainListener stopper =
          new TrainListener() {
            @Override
            public void stepped(TrainState state, long totalSteps) {
              if (state.step == end) {
                self.get().stop();
              }
            }
          };
      trainer = new Trainer(task, settings, folder.resolve(file), run, stopper);
      self.set(trainer);
    }
  }

  private static Dataset images() {
    byte[] pixels = new byte[90 * D];
    new Random(1).nextBytes(pixels);
    return Dataset.ofBytes(pixels, 90, D);
  }

  private static TrainSettings settings(String optimizer, String schedule) {
    return new TrainSettings(
        10,
        0,
        STEPS,
        0,
        OptimizerSettings.of(optimizer, 1e-3),
        new ScheduleSettings(schedule, 20, 0.9, 50, List.of(10, 20)),
        1,
        0.99,
        true,
        25,
        0,
        3600);
  }

  @ParameterizedTest
  @CsvSource({
    "rmsprop, exponential, FLOAT32, true",
    "adam, cosine, FLOAT64, false",
    "adamw, multistep, FLOAT32, false",
    "adam, cosine, FLOAT32, true"
  })
  void interrupted_runs_end_with_the_same_bits(
      String optimizer, String schedule, DType dtype, boolean bytes) throws Exception {
    TrainSettings settings = settings(optimizer, schedule);
    Session straight = new Session(settings, dtype, bytes, "straight", "run", -1);
    assertThat(straight.trainer.run()).isEqualTo(Outcome.FINISHED);

    Random random = new Random(optimizer.hashCode());
    int first = 1 + random.nextInt(100);
    int second = first + 1 + random.nextInt(100);
    for (int end : new int[] {first, second}) {
      Session session = new Session(settings, dtype, bytes, "resumed", "run", end);
      assertThat(session.trainer.run()).isEqualTo(Outcome.INTERRUPTED);
      assertThat(session.trainer.state().step).isEqualTo(end);
    }
    Session last = new Session(settings, dtype, bytes, "resumed", "run", -1);
    assertThat(last.trainer.run()).isEqualTo(Outcome.FINISHED);

    String stops = "stopped after " + first + " and " + second;
    assertThat(bits(last.task.flow().parameters()))
        .as(stops)
        .isEqualTo(bits(straight.task.flow().parameters()));
    assertThat(bits(last.task.averaged().parameters()))
        .as(stops)
        .isEqualTo(bits(straight.task.averaged().parameters()));
    assertThat(tensors("resumed")).as(stops).isEqualTo(tensors("straight"));
    TrainState a = last.trainer.state();
    TrainState b = straight.trainer.state();
    assertThat(a.losses).as(stops).hasSize(2).isEqualTo(b.losses);
    assertThat(a.validations)
        .usingRecursiveComparison()
        .ignoringFields("seconds")
        .isEqualTo(b.validations);
    assertThat(a.validations).hasSize(10); // every 25 steps and at the end
    assertThat(a)
        .usingRecursiveComparison()
        .ignoringFields("seconds", "losses", "validations")
        .isEqualTo(b);
    assertThat(b.bestNll).isNotNull();
    // Of some use only if training moved the parameters and the noise mattered.
    assertThat(bits(straight.task.averaged().parameters()))
        .isNotEqualTo(bits(straight.task.flow().parameters()));
  }

  @Test
  void a_run_stopped_before_its_first_step_still_initialises() {
    TrainSettings settings = settings("adam", "constant");
    Session unstarted = new Session(settings, DType.FLOAT32, false, "a", "run", -1);
    unstarted.trainer.stop();
    assertThat(unstarted.trainer.run()).isEqualTo(Outcome.INTERRUPTED);
    Session resumed = new Session(settings, DType.FLOAT32, false, "a", "run", -1);
    Session straight = new Session(settings, DType.FLOAT32, false, "b", "run", -1);
    resumed.trainer.run();
    straight.trainer.run();
    assertThat(bits(resumed.task.flow().parameters()))
        .isEqualTo(bits(straight.task.flow().parameters()));
  }

  @Test
  void a_finished_run_stays_finished() {
    TrainSettings settings = settings("adam", "constant");
    Session first = new Session(settings, DType.FLOAT32, false, "a", "run", -1);
    first.trainer.run();
    Session again = new Session(settings, DType.FLOAT32, false, "a", "run", -1);
    assertThat(again.trainer.run()).isEqualTo(Outcome.FINISHED);
    assertThat(again.trainer.state().step).isEqualTo(STEPS);
    assertThat(again.trainer.state().validations).hasSameSizeAs(first.trainer.state().validations);
    assertThat(bits(again.task.flow().parameters()))
        .isEqualTo(bits(first.task.flow().parameters()));
  }

  @Test
  void double_precision_is_kept_in_full() {
    Session session =
        new Session(settings("adam", "constant"), DType.FLOAT64, false, "a", "run", -1);
    session.trainer.run();
    double[] weight = Engine.doubles(session.task.flow().parameters().get("1.weight"));
    assertThat(SafeTensors.read(folder.resolve("a")).tensors().get("parameter.1.weight").doubles())
        .isEqualTo(weight);
    assertThat(Arrays.stream(weight).anyMatch(w -> w != (float) w)).isTrue();
  }

  @Test
  void the_checkpoint_of_another_run_is_refused() {
    TrainSettings settings = settings("adam", "constant");
    new Session(settings, DType.FLOAT32, false, "a", "run", 3).trainer.run();
    Session other = new Session(settings, DType.FLOAT32, false, "a", "other run", -1);
    double[] before = Engine.doubles(other.task.flow().parameters().get("1.weight"));
    assertThatThrownBy(other.trainer::run)
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(folder.resolve("a").toString())
        .hasMessageContaining("belongs to a run with other data or settings");
    assertThat(Engine.doubles(other.task.flow().parameters().get("1.weight"))).isEqualTo(before);
  }

  @Test
  void a_truncated_checkpoint_is_refused_by_name() throws IOException {
    TrainSettings settings = settings("adam", "constant");
    new Session(settings, DType.FLOAT32, false, "a", "run", 3).trainer.run();
    Path file = folder.resolve("a");
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 4, 100, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      Session resumed = new Session(settings, DType.FLOAT32, false, "a", "run", -1);
      assertThatThrownBy(resumed.trainer::run)
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining(file.toString());
      assertThat(file).hasSize(length); // and left as it is
    }
  }

  @Test
  void the_checkpoint_of_another_architecture_or_optimiser_is_refused() {
    new Session(settings("adam", "constant"), DType.FLOAT32, false, "a", "run", 3).trainer.run();
    Session rmsprop =
        new Session(settings("rmsprop", "constant"), DType.FLOAT32, false, "a", "run", -1);
    assertThatThrownBy(rmsprop.trainer::run)
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("optimizer.");
    Session precise =
        new Session(settings("adam", "constant"), DType.FLOAT64, false, "a", "run", -1);
    assertThatThrownBy(precise.trainer::run)
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("as F32 where F64 is called for");
  }

  private Map<String, List<Double>> tensors(String file) {
    Map<String, List<Double>> all = new HashMap<>();
    SafeTensors.read(folder.resolve(file))
        .tensors()
        .forEach((name, t) -> all.put(name, Arrays.stream(t.doubles()).boxed().toList()));
    return all;
  }

  private static Map<String, List<Long>> bits(Map<String, Tensor> tensors) {
    Map<String, List<Long>> bits = new LinkedHashMap<>();
    tensors.forEach(
        (name, t) -> {
          assertThat(Ops.allFinite(t)).isTrue();
          bits.put(
              name,
              Arrays.stream(Engine.doubles(t)).mapToObj(Double::doubleToRawLongBits).toList());
        });
    return bits;
  }
}
