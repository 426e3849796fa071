package org.ebbflow.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RankingTest {
  private static final boolean[] LABELS = {false, false, true, true};

  @Test
  void known_values() {
    // The usual textbook case: pairs 3 of 4 in order; precision 1 at recall ½, 2/3 at 1.
    Ranking ranking = Ranking.of(new double[] {0.1, 0.4, 0.35, 0.8}, LABELS);
    assertThat(ranking.auroc()).isEqualTo(0.75);
    assertThat(ranking.averagePrecision()).isCloseTo(0.5 + 0.5 * 2 / 3, within(1e-15));
    Ranking perfect = Ranking.of(new double[] {1, 2, 3, 4}, LABELS);
    assertThat(perfect.auroc()).isEqualTo(1);
    assertThat(perfect.averagePrecision()).isEqualTo(1);
    assertThat(Ranking.of(new double[] {4, 3, 2, 1}, LABELS).auroc()).isEqualTo(0);
  }

  @Test
  void equal_scores_say_nothing() {
    Ranking ranking = Ranking.of(new double[] {5, 5, 5, 5}, LABELS);
    assertThat(ranking.auroc()).isEqualTo(0.5);
    assertThat(ranking.averagePrecision()).isEqualTo(0.5);
  }

  @Test
  void the_area_is_the_share_of_pairs_in_order() {
    Random random = new Random(1);
    double[] scores = new double[200];
    boolean[] positive = new boolean[200];
    for (int i = 0; i < 200; i++) {
      positive[i] = random.nextInt(4) == 0;
      scores[i] = Math.rint(4 * (random.nextGaussian() + (positive[i] ? 1 : 0)));
    }
    double right = 0;
    double pairs = 0;
    for (int i = 0; i < 200; i++) {
      for (int j = 0; j < 200; j++) {
        if (positive[i] && !positive[j]) {
          right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
          pairs++;
        }
      }
    }
    assertThat(Ranking.of(scores, positive).auroc()).isCloseTo(right / pairs, within(1e-12));
  }

  @Test
  void without_either_kind_there_is_no_area() {
    assertThat(Ranking.of(new double[] {1, 2}, new boolean[2]).auroc()).isNaN();
    assertThat(Ranking.of(new double[] {1, 2}, new boolean[2]).averagePrecision()).isNaN();
  }

  @Test
  void scoresThatAreNoNumbersAreRefused() {
    assertThatThrownBy(() -> Ranking.of(new double[] {1, Double.NaN}, new boolean[] {true, false}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("score 2");
  }
}
