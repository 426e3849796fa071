package org.ebbflow.bench;

import static java.lang.Double.NaN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmarks of kernels stay runnable. */
class KernelBenchmarksTest {
  @ParameterizedTest
  @ValueSource(strings = {"rmsprop", "adam"})
  void anOptimizersStepAndAPlainPass(String optimizer) {
    OptimizerBenchmark benchmark = new OptimizerBenchmark();
    benchmark.dimension = 8;
    benchmark.optimizer = optimizer;
    benchmark.build();
    double sum = benchmark.plainPass();
    List<double[]> before = benchmark.numbers();
    benchmark.stepAndAverage();
    List<double[]> after = benchmark.numbers();
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.get(i)).as("array %d", i).isNotEqualTo(before.get(i)).doesNotContain(NaN);
    }
    assertThat(benchmark.plainPass()).isEqualTo(sum); // gradients are only read
    benchmark.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void productsInBothPrecisions(boolean bfloat16) {
    ProductBenchmark benchmark = new ProductBenchmark();
    benchmark.dimension = 8;
    benchmark.rows = 3;
    benchmark.bfloat16 = bfloat16;
    benchmark.build();
    assertThatCode(
            () -> {
              benchmark.forward();
              benchmark.backward();
              benchmark.gradient();
            })
        .doesNotThrowAnyException();
    benchmark.close();
  }
}
