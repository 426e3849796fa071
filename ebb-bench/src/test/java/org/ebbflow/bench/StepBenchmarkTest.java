package org.ebbflow.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmarks stay runnable, and their steps do train. */
class StepBenchmarkTest {
  private static final int STEPS = 50;

  @ParameterizedTest
  @ValueSource(strings = {"ml", "ssm", "dsm", "fdssm"})
  void a_few_steps_lower_the_loss(String objective) {
    StepBenchmark benchmark = new StepBenchmark();
    benchmark.dimension = 16;
    benchmark.objective = objective;
    benchmark.build();
    // Means over fresh directions and noise: single losses scatter too much to compare.
    double first = meanLoss(benchmark);
    double last = first;
    for (int i = 0; i < 5; i++) {
      last = meanLoss(benchmark);
    }
    assertThat(last).isFinite().isLessThan(first);
    benchmark.close();
  }

  private static double meanLoss(StepBenchmark benchmark) {
    double sum = 0;
    for (int i = 0; i < STEPS; i++) {
      sum += benchmark.step();
    }
    return sum / STEPS;
  }
}
