package org.ebbflow.bench.speed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The fast way of a training step stays fast: a ratio within one process, not a time. */
class SpeedGateTest {

  @Test
  void autograds_second_derivatives_take_at_least_1_3_times_as_long() {
    BenchCall gate = BenchCall.bench("gate --objective ssm --at-least 1.3 --rounds 12 --threads 1");
    assertThat(gate.code()).as(gate.out() + gate.err()).isZero();
  }
}
