package org.ebbflow.tabular.conditional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.NormalScores;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.junit.jupiter.api.Test;

/** Cells fill the present interval, follow atoms, and know their means. */
class ColumnGridTest {
  private static final int ROWS = 2_000;

  private static ColumnEncoder encoder(Column column) {
    Table table = Table.of(column);
    return TableEncoder.fit(Schema.infer(table), table).columns().get(0);
  }

  private static ColumnEncoder numbers(boolean gaps) {
    Random random = new Random(1);
    double[] x = new double[ROWS];
    for (int i = 0; i < ROWS; i++) {
      x[i] = gaps && i % 5 == 0 ? Double.NaN : Math.exp(random.nextGaussian());
    }
    return encoder(Column.numbers("x", x));
  }

  private static double mass(ColumnGrid grid) {
    double sum = 0;
    for (int cell = 0; cell < grid.size(); cell++) {
      sum += grid.mass(cell);
      assertThat(grid.score(cell)).isBetween(grid.score(cell, 0), grid.score(cell, 1));
    }
    return sum;
  }

  @Test
  void cellsFillThePresentInterval() {
    assertThat(mass(ColumnGrid.of(numbers(false), 48))).isCloseTo(1, within(1e-9));
    assertThat(mass(ColumnGrid.of(numbers(true), 48))).isCloseTo(0.8, within(1e-3));
  }

  @Test
  void tailsAreNotOneCell() {
    ColumnGrid grid = ColumnGrid.of(numbers(false), 48);
    assertThat(grid.groups()).isBetween(40, 60);
    assertThat(grid.size()).isGreaterThan(3 * grid.groups());
    for (int cell = 1; cell < grid.size() - 1; cell++) {
      assertThat(grid.score(cell, 1) - grid.score(cell, 0)).isLessThan(0.4);
    }
    assertThat(grid.score(0)).isLessThan(-3);
    assertThat(grid.score(grid.size() - 1)).isGreaterThan(3);
  }

  @Test
  void meansOfCellsAddUpToTheColumns() {
    ColumnEncoder encoder = numbers(false);
    ColumnGrid grid = ColumnGrid.of(encoder, 48);
    double mean = 0;
    for (int cell = 0; cell < grid.size(); cell++) {
      mean += grid.mass(cell) * grid.mean(cell);
    }
    double[] scores = new double[100_000];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = NormalScores.quantile((i + 0.5) / scores.length);
    }
    double wanted = Arrays.stream(encoder.decode(scores).numbers()).average().orElseThrow();
    assertThat(mean).isCloseTo(wanted, within(0.01 * wanted));
  }

  @Test
  void everyFrequentValueHasCellsOfItsOwn() {
    double[] x = new double[ROWS];
    for (int i = 0; i < ROWS; i++) {
      x[i] = i % 100 == 0 ? 7 : i % 3;
    }
    ColumnGrid grid = ColumnGrid.of(encoder(Column.integers("x", x)), 48);
    // What was never seen between the values has a little mass too.
    assertThat(grid.size()).isLessThan(30);
    double[] p = new double[grid.size()];
    for (int cell = 0; cell < p.length; cell++) {
      p[cell] = grid.mass(cell);
    }
    for (int value : new int[] {0, 1, 2}) {
      assertThat(massOf(grid, p, value)).isCloseTo(0.33, within(0.01));
    }
    assertThat(massOf(grid, p, 7)).isCloseTo(0.01, within(0.002));
  }

  @Test
  void whatTheModelCannotTellIsNotChosen() {
    ColumnGrid grid = ColumnGrid.of(numbers(false), 48);
    double[] p = new double[grid.size()];
    Arrays.fill(p, Double.NaN);
    p[3] = -7;
    assertThat(grid.logSum(p)).isFinite();
    grid.normalise(p);
    assertThat(p[3]).isCloseTo(1, within(1e-12));
    assertThat(Arrays.stream(p).sum()).isCloseTo(1, within(1e-12));

    Arrays.fill(p, Double.NaN);
    assertThat(grid.logSum(p)).isEqualTo(Double.NEGATIVE_INFINITY);
    grid.normalise(p);
    for (int cell = 0; cell < p.length; cell++) {
      assertThat(p[cell]).isCloseTo(grid.mass(cell), within(1e-9));
    }
  }

  private static double massOf(ColumnGrid grid, double[] p, double value) {
    double sum = 0;
    for (int cell = 0; cell < p.length; cell++) {
      sum += grid.values().number(cell) == value ? p[cell] : 0;
    }
    return sum;
  }
}
