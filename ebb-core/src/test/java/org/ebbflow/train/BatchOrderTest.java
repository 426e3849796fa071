package org.ebbflow.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every row once an epoch, in an order that the seed decides. */
class BatchOrderTest {
  @Test
  void every_epoch_visits_every_row_once_in_an_order_of_its_own() {
    BatchOrder order = new BatchOrder(23, 5, 42);
    assertThat(order.batchesPerEpoch()).isEqualTo(4);
    List<List<Integer>> epochs = new ArrayList<>();
    for (int epoch = 0; epoch < 3; epoch++) {
      List<Integer> seen = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int[] rows = order.rows(epoch * 4L + i);
        assertThat(rows).hasSize(5);
        for (int row : rows) {
          seen.add(row);
        }
      }
      assertThat(seen).doesNotHaveDuplicates().allMatch(row -> row >= 0 && row < 23);
      epochs.add(seen);
    }
    assertThat(epochs).doesNotHaveDuplicates();
    // Any step can be asked for, in any order: that is what resuming does.
    assertThat(new BatchOrder(23, 5, 42).rows(6)).isEqualTo(order.rows(6));
    assertThat(order.rows(1)).isEqualTo(new BatchOrder(23, 5, 42).rows(1));
    assertThat(new BatchOrder(23, 5, 43).rows(0)).isNotEqualTo(order.rows(0));
    BatchOrder whole = new BatchOrder(4, 9, 1);
    assertThat(whole.batchesPerEpoch()).isEqualTo(1);
    assertThat(whole.rows(0)).containsExactlyInAnyOrder(0, 1, 2, 3);
    assertThat(whole.rows(7)).containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  @Test
  void rows_come_first_equally_often() {
    int[] first = new int[4];
    BatchOrder order = new BatchOrder(4, 1, 3);
    for (int epoch = 0; epoch < 4000; epoch++) {
      first[order.rows(epoch * 4L)[0]]++;
    }
    // Five standard deviations of a binomial(4000, ¼).
    for (int count : first) {
      assertThat(count).isBetween(1000 - 137, 1000 + 137);
    }
  }
}
