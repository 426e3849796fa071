package org.ebbflow.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FilteredSamplerTest {
  private static TabularModel model;

  @BeforeAll
  static void fit() {
    model = TabularModel.fit(MixedRows.table(500, 1), FitOptions.defaults().withModel("gaussian"));
  }

  private static FilteredSampler sampler(long seed) {
    return new FilteredSampler(model, seed, share -> {});
  }

  @Test
  void everyRowMeetsTheCondition() {
    Table drawn = sampler(1).where(300, "city = 'Ulm' and x > 10.5 or y is null -- rare");
    assertThat(drawn.rows()).isEqualTo(300);
    for (int row = 0; row < 300; row++) {
      boolean met =
          ("Ulm".equals(drawn.column("city").text(row)) && drawn.column("x").number(row) > 10.5)
              || drawn.column("y").isMissing(row);
      assertThat(met).isTrue();
    }
    assertThat(sampler(1).where(300, "true").fingerprint())
        .isNotEqualTo(sampler(2).where(300, "true").fingerprint());
    assertThat(sampler(1).where(5, "n = 3").fingerprint())
        .isEqualTo(sampler(1).where(5, "n = 3").fingerprint());
  }

  @Test
  void seedsShareNoRows() {
    // Several batches each: those of one seed are not those of the next.
    Set<Double> seen = new HashSet<>();
    int rows = 0;
    for (int seed = 1; seed <= 3; seed++) {
      for (double x : sampler(seed).where(400, "x > 11").column("x").numbers()) {
        seen.add(x);
        rows++;
      }
    }
    assertThat(rows).isEqualTo(1_200);
    assertThat(seen.size()).isGreaterThan(1_190); // but for ties of rounded numbers
  }

  @Test
  void balancedCountsAreEqual() {
    Table drawn = sampler(1).balanced(91, "city");
    Map<String, Integer> counts = new HashMap<>();
    Column city = drawn.column("city");
    for (int row = 0; row < drawn.rows(); row++) {
      counts.merge(String.valueOf(city.text(row)), 1, Integer::sum);
    }
    assertThat(counts).isEqualTo(Map.of("Bern", 31, "Graz", 30, "Ulm", 30));
    Column flag = sampler(1).balanced(40, "b").column("b");
    assertThat(flag.numbers()).satisfies(all -> assertThat(sum(all)).isEqualTo(20));
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  @Test
  void whatCannotBeMetIsTold() {
    assertThatThrownBy(() -> sampler(1).where(5, "x < -1000"))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("the condition x < -1000: 0 of 202,000 draws met it");
    assertThatThrownBy(() -> sampler(1).balanced(5, "x"))
        .hasMessageContaining("balance a column of 2 to 100 categories");
    assertThatThrownBy(() -> sampler(1).balanced(5, "nope")).hasMessageContaining("'nope'");
  }

  @Test
  void whatIsNoConditionIsTold() {
    assertThatThrownBy(() -> sampler(1).where(5, "x >"))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("syntax error")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> sampler(1).where(5, "colour = 3"))
        .hasMessageContaining("\"colour\" not found")
        .hasMessageNotContaining("\n");
  }
}
