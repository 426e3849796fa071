package org.ebbflow.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.ebbflow.EbbException;
import org.junit.jupiter.api.Test;

/** Schedules against their formulas, and what settings refuse. */
class TrainSettingsTest {
  @Test
  void schedules_give_the_factors_they_promise() {
    ScheduleSettings constant = new ScheduleSettings("constant", 0, 0.5, 3, List.of());
    ScheduleSettings exponential = new ScheduleSettings("exponential", 0, 0.5, 3, List.of());
    ScheduleSettings multistep = new ScheduleSettings("multistep", 0, 0.5, 3, List.of(2, 5));
    ScheduleSettings cosine = new ScheduleSettings("cosine", 0, 0.5, 3, List.of());
    double[] exponentials = {1, 0.5, 0.25, 0.125, 0.125, 0.125};
    double[] multisteps = {1, 1, 0.5, 0.5, 0.5, 0.25};
    for (int epoch = 0; epoch < 6; epoch++) {
      assertThat(constant.factorAt(epoch * 10L, epoch, 60)).isEqualTo(1);
      assertThat(exponential.factorAt(epoch * 10L, epoch, 60)).isEqualTo(exponentials[epoch]);
      assertThat(multistep.factorAt(epoch * 10L, epoch, 60)).isEqualTo(multisteps[epoch]);
    }
    double third = 0.5 * (1 + Math.cos(Math.PI / 3));
    assertThat(cosine.factorAt(0, 0, 60)).isEqualTo(1);
    assertThat(cosine.factorAt(20, 2, 60)).isCloseTo(third, within(1e-15)).isEqualTo(0.75);
    assertThat(cosine.factorAt(30, 3, 60)).isCloseTo(0.5, within(1e-15));
    assertThat(cosine.factorAt(60, 6, 60)).isCloseTo(0, within(1e-15));
    assertThat(cosine.factorAt(90, 9, 60)).as("past the end").isCloseTo(0, within(1e-15));
  }

  @Test
  void warm_up_rises_linearly_on_top_of_a_schedule() {
    ScheduleSettings warm = new ScheduleSettings("exponential", 4, 0.5, 9, List.of());
    double[] factors = {0.25, 0.5, 0.75, 1, 1};
    for (int step = 0; step < factors.length; step++) {
      assertThat(warm.factorAt(step, 0, 60)).isEqualTo(factors[step]);
      assertThat(warm.factorAt(step, 1, 60)).isEqualTo(factors[step] / 2);
    }
  }

  @Test
  void settings_that_make_no_sense_are_named() {
    refused("there is no optimizer 'sgd'", () -> OptimizerSettings.of("sgd", 1));
    refused("learningRate is 0.0", () -> OptimizerSettings.of("adam", 0));
    refused("learningRate is NaN", () -> OptimizerSettings.of("adam", Double.NaN));
    refused("beta1 is 1.0", () -> new OptimizerSettings("adam", 1, 0, 0, 1, 0, 1));
    refused("there is no schedule 'steps'", () -> schedule("steps", 0, 1));
    refused("warmupSteps is -1", () -> schedule("constant", -1, 1));
    refused("factor is 0.0", () -> schedule("constant", 0, 0));
    refused(
        "milestones are [3, 3]", () -> new ScheduleSettings("multistep", 0, 0.5, 1, List.of(3, 3)));
    refused("multistep schedule has no milestones", () -> schedule("multistep", 0, 0.5));
    refused("training has no end", () -> TrainerTest.patient(0, 0, 0));
    refused("batch is 0", () -> Runs.settings(0, 1, 1));
    refused("patience is -1", () -> TrainerTest.patient(-1, 1, 0));
    refused(
        "the cosine schedule needs to know its end",
        () ->
            new TrainSettings(
                1,
                0,
                0,
                1,
                OptimizerSettings.of("adam", 1),
                schedule("cosine", 0, 1),
                0,
                0,
                true,
                0,
                0,
                1));
    refused(
        "ema is 1.0",
        () ->
            new TrainSettings(
                1,
                0,
                1,
                0,
                OptimizerSettings.of("adam", 1),
                schedule("constant", 0, 1),
                0,
                1,
                true,
                0,
                0,
                1));
  }

  private static ScheduleSettings schedule(String name, int warmup, double factor) {
    return new ScheduleSettings(name, warmup, factor, 1, List.of());
  }

  private static void refused(String problem, Runnable construction) {
    assertThatThrownBy(construction::run)
        .isInstanceOf(EbbException.class)
        .hasMessageContaining(problem);
  }
}
