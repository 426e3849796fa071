package org.ebbflow.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.ebbflow.tensor.Rng;
import org.junit.jupiter.api.Test;

/**
 * Numbers that a seed stands for, on every Java: were they to change, old runs could not be resumed
 * or reproduced.
 */
class SeededOrderTest {
  @Test
  void a_seed_and_an_epoch_stand_for_an_order() {
    BatchOrder order = new BatchOrder(10, 5, 1);
    assertThat(order.rows(0)).containsExactly(9, 1, 7, 2, 5);
    assertThat(order.rows(3)).containsExactly(3, 5, 2, 0, 1);
  }

  @Test
  void a_seed_and_a_stream_stand_for_a_seed() {
    assertThat(Rng.mix(1, 0)).isEqualTo(-4245191155223006023L);
    assertThat(Rng.mix(1, 12345)).isEqualTo(8441402072571478469L);
  }
}
