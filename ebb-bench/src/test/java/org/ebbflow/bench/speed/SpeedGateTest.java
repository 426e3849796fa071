package org.ebbflow.bench.speed;

import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.Test;

/** The fast way of a training step stays fast: a ratio within one process, not a time. */
class SpeedGateTest {
  /** What else the machine does in these seconds can spoil a measurement, but hardly three. */
  private static final int TRIES = 3;

  @Test
  void autograds_second_derivatives_take_at_least_1_3_times_as_long() {
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < TRIES; i++) {
      BenchCall gate =
          BenchCall.bench("gate --objective ssm --at-least 1.3 --rounds 12 --threads 1");
      if (gate.code() == 0) {
        return;
      }
      said.append(gate.out()).append(gate.err());
    }
    fail(said.toString());
  }
}
