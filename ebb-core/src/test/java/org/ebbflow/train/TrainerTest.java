package org.ebbflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.NumericalException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.objective.MaximumLikelihood;
import org.ebbflow.objective.Objective;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The training loop: what it drops, skips, clips, averages, validates and when it stops. */
class TrainerTest {
  private static final int D = 3;

  private final Engine engine = Engine.cpu();

  private TrainTask task(String objective, double[][] train, double[][] validation) {
    return Runs.task(
        engine,
        D,
        () ->
            List.of(Runs.dense(engine, D), new SmoothLeakyRelu(0.3, false), Runs.dense(engine, D)),
        Preprocessing.none(engine),
        ObjectiveSettings.of(objective).build(),
        Dataset.of(train),
        Dataset.of(validation),
        9);
  }

  private static double[][] withHugeRows(int rows, int huge) {
    double[][] table = Runs.normalRows(rows, D, 2);
    for (int i = 0; i < huge; i++) {
      table[i * (rows / huge)][i % D] = 1e300; // infinite in single precision
    }
    return table;
  }

  @ParameterizedTest
  @ValueSource(strings = {"ml", "sml", "ssm", "dsm", "fdssm"})
  void samples_without_a_finite_loss_are_dropped_and_counted(String objective) {
    double[][] rows = withHugeRows(40, 4);
    TrainTask task = task(objective, rows, Runs.normalRows(20, D, 3));
    // Ten passes over all rows, so that each bad row is met ten times.
    Trainer trainer =
        new Trainer(task, Runs.settings(20, 20, 1e-3), null, "", new TrainListener() {});
    assertThat(trainer.run()).isEqualTo(Outcome.FINISHED);
    assertThat(trainer.state().droppedSamples).isEqualTo(4 * 10);
    assertThat(trainer.state().skippedSteps).isZero();
    assertThat(trainer.state().lossCount).isEqualTo(20);
    assertThat(trainer.state().lossSum).isFinite();
    for (Tensor parameter : task.flow().parameters().values()) {
      assertThat(Ops.allFinite(parameter)).isTrue();
    }
  }

  @Test
  void what_is_left_of_a_batch_counts_as_if_the_rest_had_never_been_there() {
    Flow flow = task("ml", Runs.normalRows(4, D, 1), Runs.normalRows(4, D, 1)).flow();
    double[] good = {1, 2, 3, -1, 0.5, 2};
    double[] mixed = {1, 2, 3, Double.POSITIVE_INFINITY, 0, 0, -1, 0.5, 2, 0, Double.NaN, 0};
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(1)) {
      FiniteBatch kept =
          FiniteBatch.of(new MaximumLikelihood(), flow, engine.tensor(mixed, 4, D), null, rng);
      FiniteBatch alone =
          FiniteBatch.of(new MaximumLikelihood(), flow, engine.tensor(good, 2, D), null, rng);
      assertThat(kept.dropped()).isEqualTo(2);
      assertThat(alone.dropped()).isZero();
      assertThat(kept.mean()).isEqualTo(alone.mean());
      List<Tensor> a = kept.evaluation().gradients(flow.parameters().values());
      List<Tensor> b = alone.evaluation().gradients(flow.parameters().values());
      for (int i = 0; i < a.size(); i++) {
        assertThat(Engine.doubles(a.get(i))).isEqualTo(Engine.doubles(b.get(i)));
      }
    }
  }

  @Test
  void a_run_without_a_finite_sample_ends_with_an_error_that_says_where() {
    double[][] rows = Runs.normalRows(40, D, 2);
    for (double[] row : rows) {
      row[0] = 1e300;
    }
    TrainTask task = task("dsm", rows, Runs.normalRows(20, D, 3));
    double[] before = Engine.doubles(task.flow().parameters().get("0.weight"));
    Trainer trainer =
        new Trainer(task, Runs.settings(10, 1000, 0.0125), null, "", new TrainListener() {});
    assertThatThrownBy(trainer::run)
        .isInstanceOf(EbbException.class)
        .hasMessage(
            "training diverged: no finite loss or gradient in 20 steps in a row, up to epoch 5,"
                + " step 20, learning rate 0.0125; lower learningRate or set clip");
    assertThat(trainer.state().skippedSteps).isEqualTo(20);
    assertThat(trainer.state().droppedSamples).isEqualTo(200);
    assertThat(Engine.doubles(task.flow().parameters().get("0.weight"))).isEqualTo(before);
  }

  @Test
  void now_and_then_a_skipped_step_is_no_reason_to_stop() {
    double[][] rows = Runs.normalRows(20, D, 2);
    for (int i = 0; i < 10; i++) {
      rows[i][0] = 1e300;
    }
    Trainer trainer =
        new Trainer(
            task("ml", rows, Runs.normalRows(20, D, 3)),
            Runs.settings(1, 200, 1e-3),
            null,
            "",
            new TrainListener() {});
    assertThat(trainer.run()).isEqualTo(Outcome.FINISHED);
    assertThat(trainer.state().skippedSteps).isEqualTo(100);
    assertThat(trainer.state().losses).hasSize(2);
    assertThat(trainer.state().losses).allSatisfy(point -> assertThat(point.loss()).isFinite());
  }

  /** Maximum likelihood, but for the third call. */
  private static Objective failingOnce(RuntimeException failure) {
    MaximumLikelihood likelihood = new MaximumLikelihood();
    AtomicInteger calls = new AtomicInteger();
    return new Objective() {
      @Override
      public String name() {
        return "failing";
      }

      @Override
      public Tensor losses(Flow flow, Tensor x, Tensor condition, Rng rng) {
        if (calls.incrementAndGet() == 3) {
          throw failure;
        }
        return likelihood.losses(flow, x, condition, rng);
      }
    };
  }

  private Trainer failingOnceTrainer(RuntimeException failure) {
    double[][] rows = Runs.normalRows(20, D, 2);
    TrainTask task = task("ml", rows, rows);
    TrainTask failing =
        new TrainTask(
            task.flow(),
            task.averaged(),
            task.preprocessing(),
            failingOnce(failure),
            task.train(),
            task.validation(),
            1);
    return new Trainer(failing, Runs.settings(10, 6, 1e-3), null, "", new TrainListener() {});
  }

  @Test
  void a_step_without_a_numerical_result_is_skipped() {
    Trainer trainer =
        failingOnceTrainer(new NumericalException("the matrix is singular", "train on"));
    assertThat(trainer.run()).isEqualTo(Outcome.FINISHED);
    assertThat(trainer.state().skippedSteps).isEqualTo(1);
  }

  @Test
  void an_objective_that_does_not_suit_ends_the_run_at_once() {
    EbbException mistake = new EbbException("the objective takes no such flow", "use another");
    Trainer trainer = failingOnceTrainer(mistake);
    assertThatThrownBy(trainer::run).isSameAs(mistake);
    assertThat(trainer.state().step).isEqualTo(2);
    assertThat(trainer.state().skippedSteps).isZero();
  }

  @Test
  void gradients_are_clipped_to_the_norm_of_all_together() {
    Engine exact = Engine.cpu(DType.FLOAT64);
    try (Scope scope = Scope.open()) {
      Tensor a = Autograd.variable(exact.full(0, 2));
      Tensor b = Autograd.variable(exact.full(0, 1));
      Map<String, Tensor> parameters = new LinkedHashMap<>();
      parameters.put("a", a);
      parameters.put("b", b);
      // Gradients (3, 3) and (√7) have the norm √(9 + 9 + 7) = 5.
      double root = Math.sqrt(7);
      for (double clip : new double[] {0, 5.0001, 2.5}) {
        Tensor loss = Ops.mul(a.sum(), 3).add(Ops.mul(b.sum(), root));
        List<Tensor> gradients = Clipping.of(loss, parameters, clip);
        double scale = clip == 2.5 ? 0.5 : 1;
        assertThat(Engine.doubles(gradients.get(0)))
            .containsExactly(new double[] {3 * scale, 3 * scale}, within(1e-12));
        assertThat(Ops.item(gradients.get(1))).isCloseTo(root * scale, within(1e-12));
      }
      // One gradient for two parameters: autograd hands out the same tensor twice.
      Tensor c = Autograd.variable(exact.full(0, 1));
      List<Tensor> shared =
          Clipping.of(b.add(c).mul(b.add(c).add(exact.full(4, 1))), Map.of("b", b, "c", c), 1);
      for (Tensor gradient : shared) {
        assertThat(Ops.item(gradient)).isCloseTo(Math.sqrt(0.5), within(1e-12));
      }
      Tensor infinite = a.sum().add(Ops.mul(b.sum(), Double.POSITIVE_INFINITY));
      assertThat(Clipping.of(infinite, parameters, 1)).isNull();
    }
  }

  /** Where the validation rows lie elsewhere, every step away from them is a step too many. */
  private TrainTask overfitting() {
    double[][] train = Runs.normalRows(200, D, 2);
    for (double[] row : train) {
      row[0] += 30;
    }
    return task("ml", train, Runs.normalRows(50, D, 3));
  }

  static TrainSettings patient(int patience, long steps, double minutes) {
    return new TrainSettings(
        50,
        0,
        steps,
        minutes,
        OptimizerSettings.of("adam", 1e-2),
        ScheduleSettings.constant(),
        0,
        0,
        true,
        10,
        patience,
        3600);
  }

  @Test
  void training_stops_after_as_many_validations_without_a_best_as_it_has_patience(
      @TempDir Path folder) {
    Path file = folder.resolve("checkpoint");
    List<Long> best = new ArrayList<>();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void improved(TrainState state) {
            best.add(state.step);
          }
        };
    Trainer trainer = new Trainer(overfitting(), patient(4, 10_000, 0), file, "run", listener);
    assertThat(trainer.run()).isEqualTo(Outcome.STOPPED_EARLY);
    TrainState state = trainer.state();
    long last = best.get(best.size() - 1);
    assertThat(state.bestStep).isEqualTo(last);
    assertThat(state.step).isEqualTo(last + 4 * 10);
    assertThat(state.validationsSinceBest).isEqualTo(4);
    double lowest =
        state.validations.stream().mapToDouble(ValidationPoint::nll).min().orElseThrow();
    assertThat(state.bestNll).isEqualTo(lowest);

    Trainer again = new Trainer(overfitting(), patient(4, 10_000, 0), file, "run", listener);
    assertThat(again.run()).as("resumed").isEqualTo(Outcome.STOPPED_EARLY);
    assertThat(again.state().step).as("a stopped run stays stopped").isEqualTo(state.step);
  }

  @Test
  void without_patience_training_goes_on() {
    Trainer trainer =
        new Trainer(overfitting(), patient(0, 200, 0), null, "", new TrainListener() {});
    assertThat(trainer.run()).isEqualTo(Outcome.FINISHED);
    assertThat(trainer.state().step).isEqualTo(200);
  }

  @Test
  void time_limits_training_and_the_result_is_validated() {
    Trainer trainer =
        new Trainer(overfitting(), patient(0, 0, 0.005), null, "", new TrainListener() {});
    assertThat(trainer.totalSteps()).isEqualTo(Long.MAX_VALUE);
    assertThat(trainer.run()).isEqualTo(Outcome.FINISHED);
    TrainState state = trainer.state();
    assertThat(state.step).isPositive();
    assertThat(state.seconds).isGreaterThanOrEqualTo(0.3);
    assertThat(state.validations.get(state.validations.size() - 1).step()).isEqualTo(state.step);
  }

  @Test
  void epochs_count_whole_batches() {
    TrainSettings s = patient(0, 7, 0);
    assertThat(s.totalSteps(4)).isEqualTo(7);
    TrainSettings epochs =
        new TrainSettings(50, 1.5, 0, 0, s.optimizer(), s.schedule(), 0, 0, true, 0, 0, 3600);
    assertThat(epochs.totalSteps(5)).isEqualTo(8);
  }

  @Test
  void the_moving_average_warms_up() {
    Engine exact = Engine.cpu(DType.FLOAT64);
    try (Scope scope = Scope.open()) {
      Tensor source = exact.full(1, 1);
      Tensor average = exact.full(99, 1);
      MovingAverage ema = new MovingAverage(0.25, Map.of("p", source), Map.of("p", average));
      ema.reset();
      assertThat(Ops.item(average)).isEqualTo(1);
      double expected = 1;
      // (1 + t)/(10 + t) is 0.1, 0.1818…, 0.25, 0.3077…: from the third on the decay rules.
      double[] decays = {0.1, 2 / 11.0, 0.25, 0.25, 0.25};
      for (int t = 0; t < decays.length; t++) {
        InPlace.assign(source, exact.full(3 + t * t, 1));
        ema.update(t);
        expected = decays[t] * expected + (1 - decays[t]) * (3 + t * t);
        assertThat(Ops.item(average)).isCloseTo(expected, within(1e-14));
      }
    }
  }

  @Test
  void without_a_decay_the_average_is_the_parameters() {
    TrainTask task = overfitting();
    new Trainer(task, patient(0, 20, 0), null, "", new TrainListener() {}).run();
    task.flow()
        .parameters()
        .forEach(
            (name, p) ->
                assertThat(Engine.doubles(task.averaged().parameters().get(name)))
                    .isEqualTo(Engine.doubles(p)));
  }

  @Test
  void likelihood_has_the_same_gradients_on_either_side_of_a_linear_preprocessing() {
    Engine exact = Engine.cpu(DType.FLOAT64);
    Preprocessing preprocessing =
        Preprocessing.standardise(exact, new double[] {1, -2, 0}, new double[] {2, 0.5, 3});
    Flow flow =
        new Flow(
            exact,
            D,
            List.of(Runs.dense(exact, D), new SmoothLeakyRelu(0.3, false), Runs.dense(exact, D)),
            new StandardNormal());
    MaximumLikelihood ml = new MaximumLikelihood();
    try (Scope scope = Scope.open();
        Rng rng = exact.rng(1)) {
      Tensor x = rng.normal(8, D);
      Tensor after = ml.losses(flow, preprocessing.apply(x), null, rng);
      Tensor before = ml.losses(flow.after(preprocessing.transform()), x, null, rng);
      double logDet = -Math.log(2 * 0.5 * 3);
      assertThat(Engine.doubles(Ops.add(after, -logDet)))
          .containsExactly(Engine.doubles(before), within(1e-12));
      List<Tensor> a = Autograd.gradients(after.mean(), flow.parameters().values(), false);
      List<Tensor> b = Autograd.gradients(before.mean(), flow.parameters().values(), false);
      for (int i = 0; i < a.size(); i++) {
        assertThat(Engine.doubles(a.get(i)))
            .containsExactly(Engine.doubles(b.get(i)), within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void either_way_of_matching_reports_the_likelihood_of_the_data_as_stored(boolean after) {
    double[] mean = {10, -20, 0.5};
    double[] deviation = {2, 0.5, 30};
    double[][] rows = Runs.normalRows(3000, D, 5);
    for (double[] row : rows) {
      for (int i = 0; i < D; i++) {
        row[i] = mean[i] + deviation[i] * row[i];
      }
    }
    Dataset data = Dataset.of(rows);
    Preprocessing preprocessing = Preprocessing.standardise(engine, mean, deviation);
    TrainTask task =
        Runs.task(
            engine,
            D,
            () -> List.of(Runs.dense(engine, D)),
            preprocessing,
            new MaximumLikelihood(),
            data,
            data,
            1);
    TrainSettings s =
        Runs.settings(
            1000,
            200,
            OptimizerSettings.of("adam", 0.05),
            new ScheduleSettings("cosine", 0, 1, 0, List.of()));
    TrainSettings settings =
        new TrainSettings(
            s.batch(), 0, s.steps(), 0, s.optimizer(), s.schedule(), 0, 0.9, after, 1000, 0, 3600);
    Trainer trainer = new Trainer(task, settings, null, "", new TrainListener() {});
    trainer.run();
    double entropy = D * 0.5 * Math.log(2 * Math.PI * Math.E) + Math.log(2 * 0.5 * 30);
    LogLikelihood.Summary summary = LogLikelihood.of(task.averaged(), preprocessing, data, 1);
    assertThat(summary.nll()).isCloseTo(entropy, within(4 * summary.standardError() + 0.01));
    assertThat(trainer.state().validations.get(0).nll()).isEqualTo(summary.nll());
  }

  @Test
  void the_best_model_is_announced_before_the_validation_that_found_it() {
    List<String> events = new ArrayList<>();
    TrainListener listener =
        new TrainListener() {
          @Override
          public void improved(TrainState state) {
            events.add("improved " + state.step);
          }

          @Override
          public void validated(TrainState state, ValidationPoint point) {
            events.add("validated " + point.step());
          }
        };
    double[][] rows = Runs.normalRows(100, D, 2);
    Trainer trainer = new Trainer(task("ml", rows, rows), patient(0, 15, 0), null, "", listener);
    trainer.run();
    assertThat(events)
        .containsExactly("improved 10", "validated 10", "improved 15", "validated 15");
  }

  @Test
  void a_run_without_validation_rows_is_refused() {
    double[][] rows = Runs.normalRows(4, D, 1);
    TrainTask task = task("ml", rows, rows);
    TrainTask empty =
        new TrainTask(
            task.flow(),
            task.averaged(),
            task.preprocessing(),
            task.objective(),
            task.train(),
            task.validation().subset(new int[0]),
            1);
    assertThatThrownBy(() -> new Trainer(empty, patient(0, 1, 0), null, "", new TrainListener() {}))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("4 training and 0 validation rows");
  }

  @Test
  void training_records_whatever_the_caller_has_switched_off() {
    TrainTask task = task("ml", Runs.normalRows(64, D, 1), Runs.normalRows(16, D, 2));
    List<double[]> before = new ArrayList<>();
    task.flow().parameters().values().forEach(p -> before.add(Engine.doubles(p)));
    try (Autograd.Mode off = Autograd.off()) {
      new Trainer(task, Runs.settings(16, 3, 0.1), null, "", new TrainListener() {}).run();
      assertThat(Autograd.isOn()).isFalse();
    }
    List<double[]> after = new ArrayList<>();
    task.flow().parameters().values().forEach(p -> after.add(Engine.doubles(p)));
    assertThat(after).hasSameSizeAs(before);
    assertThat(after.get(0)).isNotEqualTo(before.get(0));
  }
}
