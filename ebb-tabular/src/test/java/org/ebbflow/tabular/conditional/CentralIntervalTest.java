package org.ebbflow.tabular.conditional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.junit.jupiter.api.Test;

/** Intervals of values that have a probability of their own hold the level on average. */
class CentralIntervalTest {
  private static final int ROWS = 2_000;
  private static final double LEVEL = 0.9;

  private static ColumnEncoder encoder(Column column) {
    Table table = Table.of(column);
    return TableEncoder.fit(Schema.infer(table), table).columns().get(0);
  }

  /** Whole numbers from 0 up, equally often. */
  private static ColumnEncoder wholeNumbers(int count) {
    double[] x = new double[ROWS];
    for (int i = 0; i < ROWS; i++) {
      x[i] = i % count;
    }
    return encoder(Column.integers("x", x));
  }

  private static double[] marginal(ColumnGrid grid) {
    double[] p = new double[grid.size()];
    for (int cell = 0; cell < p.length; cell++) {
      p[cell] = grid.mass(cell);
    }
    return p;
  }

  private static double[] values(ColumnEncoder encoder, CentralInterval interval) {
    return encoder.decode(new double[] {interval.lower(), interval.upper()}).numbers();
  }

  @Test
  void numbersWithADensityGoFromQuantileToQuantile() {
    Random random = new Random(1);
    ColumnEncoder encoder = encoder(Column.numbers("x", random.doubles(ROWS, 10, 20).toArray()));
    ColumnGrid grid = ColumnGrid.of(encoder, 48);
    CentralInterval interval = CentralInterval.nearest(encoder, grid, marginal(grid), LEVEL);
    assertThat(interval.probability()).isCloseTo(LEVEL, within(1e-12));
    assertThat(values(encoder, interval)[0]).isCloseTo(10.5, within(0.2));
    assertThat(values(encoder, interval)[1]).isCloseTo(19.5, within(0.2));
  }

  @Test
  void aValueThatHoldsMoreIsAlone() {
    double[] x = new double[ROWS];
    for (int i = 0; i < ROWS; i++) {
      x[i] = i % 20 == 0 ? i + 0.5 : 0;
    }
    ColumnEncoder encoder = encoder(Column.numbers("x", x));
    ColumnGrid grid = ColumnGrid.of(encoder, 48);
    CentralInterval interval = CentralInterval.nearest(encoder, grid, marginal(grid), 0.85);
    assertThat(values(encoder, interval)).containsExactly(0, 0);
    assertThat(interval.probability()).isCloseTo(0.95, within(0.01));
  }

  @Test
  void anEndIsLeftOutWhereThatIsNearer() {
    ColumnEncoder encoder = wholeNumbers(8);
    ColumnGrid grid = ColumnGrid.of(encoder, 48);
    CentralInterval interval = CentralInterval.nearest(encoder, grid, marginal(grid), LEVEL);
    double[] ends = values(encoder, interval);
    assertThat(ends[1] - ends[0]).isEqualTo(6); // seven eighths, not all
    assertThat(interval.probability()).isCloseTo(7.0 / 8, within(1e-3));
    assertThat(CentralInterval.nearest(encoder, grid, marginal(grid), 0.97).probability())
        .isCloseTo(1, within(1e-3));
  }

  @Test
  void whatIsHeldIsWhatIsSaidAndRightOnAverage() {
    Random random = new Random(3);
    ColumnEncoder encoder = wholeNumbers(20);
    ColumnGrid grid = ColumnGrid.of(encoder, 48);
    double mean = 0;
    int trials = 2_000;
    for (int trial = 0; trial < trials; trial++) {
      double centre = 20 * random.nextDouble();
      double width = 1 + 6 * random.nextDouble();
      double[] p = new double[grid.size()];
      double sum = 0;
      for (int cell = 0; cell < p.length; cell++) {
        double far = (grid.values().number(cell) - centre) / width;
        p[cell] = grid.mass(cell) * Math.exp(-0.5 * far * far);
        sum += p[cell];
      }
      for (int cell = 0; cell < p.length; cell++) {
        p[cell] /= sum;
      }
      CentralInterval interval = CentralInterval.nearest(encoder, grid, p, LEVEL);
      double[] ends = values(encoder, interval);
      double held = 0;
      for (int cell = 0; cell < p.length; cell++) {
        double value = grid.values().number(cell);
        held += value >= ends[0] && value <= ends[1] ? p[cell] : 0;
      }
      assertThat(held).isCloseTo(interval.probability(), within(1e-3));
      mean += held / trials;
    }
    assertThat(mean).isCloseTo(LEVEL, within(0.01));
  }
}
