package org.ebbflow.tabular.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KolmogorovSmirnovTest {
  private static double[] steps(int count, double from) {
    return IntStream.range(0, count).mapToDouble(i -> i + from).toArray();
  }

  @Test
  void statisticIsTheLargestGap() {
    double[] a = {1, 2, 3, 4};
    assertThat(KolmogorovSmirnov.test(a, new double[] {6, 5, 4, 3}).statistic()).isEqualTo(0.5);
    assertThat(KolmogorovSmirnov.test(a, a)).isEqualTo(new KolmogorovSmirnov(0, 1));
    assertThat(KolmogorovSmirnov.test(a, new double[] {9}).statistic()).isEqualTo(1);
    // Equal values count together.
    assertThat(KolmogorovSmirnov.test(new double[] {0, 0, 1}, new double[] {0, 1, 1}).statistic())
        .isCloseTo(1 / 3.0, within(1e-15));
  }

  @Test
  void probabilityIsKolmogorovs() {
    // D = 200/20000 and √(n/2) = 100: Q(100.1211 · 0.01) = 2 Σ (−1)^(k−1) exp(−2 k² 1.001211²).
    KolmogorovSmirnov known = KolmogorovSmirnov.test(steps(20_000, 0), steps(20_000, 199.5));
    assertThat(known.statistic()).isCloseTo(0.01, within(1e-12));
    assertThat(known.pValue()).isCloseTo(0.26870380496884666, within(1e-9));
    assertThat(KolmogorovSmirnov.test(steps(500, 0), steps(500, 250)).pValue()).isLessThan(1e-30);
  }
}
