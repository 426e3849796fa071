package org.ebbflow.tabular.conditional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ebbflow.data.Dataset;
import org.ebbflow.tabular.MixedRows;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.NormalScores;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Conditionals, draws and filled gaps against closed forms and known values. */
class ConditionalsTest {
  private static final FitOptions GAUSSIAN = FitOptions.defaults().withModel("gaussian");
  private static final double CORRELATION = 0.8;

  private static TabularModel pair;
  private static TabularModel mixed;

  @BeforeAll
  static void fit() {
    pair = TabularModel.fit(MixedRows.pair(4_000, CORRELATION, 1), GAUSSIAN);
    mixed = TabularModel.fit(MixedRows.table(1_500, 1), GAUSSIAN);
  }

  @Test
  void cellsHaveTheMassOfPresentValues() {
    for (ColumnEncoder column : mixed.encoder().columns()) {
      ColumnGrid grid = ColumnGrid.of(column, 32);
      double sum = IntStream.range(0, grid.size()).mapToDouble(grid::mass).sum();
      double present = NormalScores.below(column.presentInterval().upper());
      assertThat(sum).as(column.spec().name()).isCloseTo(present, within(1e-6));
      assertThat(grid.values().missing()).isZero();
      double[] scores = IntStream.range(0, grid.size()).mapToDouble(grid::score).toArray();
      assertThat(scores).isSorted();
    }
    ColumnGrid cities = ColumnGrid.of(mixed.encoder().columns().get(5), 32);
    assertThat(IntStream.range(0, cities.size()).mapToObj(cell -> cities.values().text(cell)))
        .containsOnly("Bern", "Graz", "Ulm");
  }

  @Test
  void conditionalsOfAGaussianAreThoseOfTheBook() {
    Conditionals conditionals = new Conditionals(pair.density(), pair.encoder().columns(), 64);
    double[][] given = {{-1.5, 9}, {0, 9}, {1, 9}};
    ColumnGrid grid = conditionals.grid(1);
    conditionals.of(
        1,
        given,
        new int[] {0, 1, 2},
        List.of("u", "v"),
        (row, p) -> {
          grid.normalise(p);
          double mean = 0;
          double square = 0;
          for (int cell = 0; cell < p.length; cell++) {
            mean += p[cell] * grid.score(cell);
            square += p[cell] * grid.score(cell) * grid.score(cell);
          }
          // 4,000 rows leave the correlation an error of 0.006; 64 cells blur the tails.
          assertThat(mean).isCloseTo(CORRELATION * given[row][0], within(0.06));
          assertThat(Math.sqrt(square - mean * mean))
              .isCloseTo(Math.sqrt(1 - CORRELATION * CORRELATION), within(0.05));
        });
  }

  @Test
  void drawsOfBothHaveTheirCovariance() {
    Conditionals conditionals = new Conditionals(pair.density(), pair.encoder().columns(), 48);
    int rows = 1_000;
    boolean[][] missing = new boolean[rows][2];
    for (boolean[] row : missing) {
      row[0] = true;
      row[1] = true;
    }
    // From starts that do not go together; sweeps alone bring them there.
    SplittableRandom random = new SplittableRandom(2);
    double[][] starts = new double[200][];
    Arrays.setAll(starts, i -> random.doubles(2, -2, 2).toArray());
    GriddyGibbs.Filled filled =
        new GriddyGibbs(1, 12, 1)
            .fill(
                conditionals,
                new double[rows][2],
                missing,
                () -> starts,
                0,
                List.of("u", "v"),
                1,
                share -> {});
    double[][] drawn = filled.draws().get(0);
    Dataset rowsDrawn = pair.density().sample(20_000, 3, share -> {});
    double[][] flow = new double[20_000][2];
    for (int row = 0; row < flow.length; row++) {
      rowsDrawn.gather(new int[] {row}, flow[row]);
    }
    double[] exact = moments(flow);
    double[] gibbs = moments(drawn);
    // Errors of 1,000 draws are 0.045 for the variances.
    assertThat(gibbs[0]).isCloseTo(exact[0], within(0.15));
    assertThat(gibbs[1]).isCloseTo(exact[1], within(0.15));
    assertThat(gibbs[2]).isCloseTo(CORRELATION, within(0.05));
  }

  /** Two columns that all but determine each other; what was drawn once must not stay. */
  @Test
  void gapsThatHangTogetherAreSpreadAsTheModelIs() {
    TabularModel tight = TabularModel.fit(MixedRows.pair(4_000, 0.99, 3), GAUSSIAN);
    int rows = 150;
    double[] none = new double[rows];
    Arrays.fill(none, Double.NaN);
    Table empty = Table.of(Column.numbers("u", none), Column.numbers("v", none));
    Imputation filled = tight.impute(empty, 8, 0.9, 1, share -> {});

    double[] u = tight.sample(20_000, 4).column("u").numbers();
    double deviation = Math.sqrt(variance(u));
    double[] points = filled.point().column("u").numbers();
    assertThat(Math.sqrt(variance(points))).isLessThan(0.4 * deviation);
    double between = 0;
    for (int row = 0; row < rows; row++) {
      int at = row;
      double[] copies =
          filled.draws().stream().mapToDouble(copy -> copy.column("u").number(at)).toArray();
      between += variance(copies) / rows;
    }
    assertThat(Math.sqrt(between)).isBetween(0.8 * deviation, 1.2 * deviation);
    double held = 0;
    for (Imputation.Cell cell : filled.cells()) {
      if (cell.column().equals("u")) {
        held +=
            (double) Arrays.stream(u).filter(x -> x >= cell.lower() && x <= cell.upper()).count()
                / u.length
                / rows;
      }
    }
    assertThat(held).isBetween(0.8, 0.96);
  }

  private static double variance(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
  }

  /** Variances of both columns and their correlation. */
  private static double[] moments(double[][] rows) {
    double uv = 0;
    double uu = 0;
    double vv = 0;
    for (double[] row : rows) {
      uv += row[0] * row[1] / rows.length;
      uu += row[0] * row[0] / rows.length;
      vv += row[1] * row[1] / rows.length;
    }
    return new double[] {uu, vv, uv / Math.sqrt(uu * vv)};
  }

  @Test
  void whatIsThereStaysAndIntervalsCover() {
    Table whole = MixedRows.withoutGaps(1_000, 7);
    double[] x = whole.column("x").numbers();
    double[] y = whole.column("y").numbers();
    for (int row = 0; row < whole.rows(); row++) {
      if (row % 3 == 0) {
        x[row] = Double.NaN;
      }
      if (row % 5 == 0) {
        y[row] = Double.NaN;
      }
    }
    Table gappy = whole.with(Column.numbers("x", x)).with(Column.numbers("y", y));
    Imputation filled = mixed.impute(gappy, 2, 0.9, 1, share -> {});
    assertThat(filled.draws()).hasSize(2);
    for (Table copy : List.of(filled.point(), filled.draws().get(0), filled.draws().get(1))) {
      assertThat(copy.names()).isEqualTo(whole.names());
      for (String name : List.of("w", "n", "b", "city")) {
        assertThat(copy.select(List.of(name)).fingerprint())
            .isEqualTo(whole.select(List.of(name)).fingerprint());
      }
      for (int row = 0; row < whole.rows(); row++) {
        assertThat(copy.column("x").isMissing(row)).isFalse();
        if (row % 3 != 0) {
          assertThat(copy.column("x").number(row)).isEqualTo(whole.column("x").number(row));
        }
      }
    }
    long inside =
        filled.cells().stream()
            .filter(
                cell -> {
                  double truth = whole.column(cell.column()).number(cell.row());
                  return truth >= cell.lower() && truth <= cell.upper();
                })
            .count();
    assertThat(filled.cells()).hasSize(334 + 200);
    // The coverage of 534 intervals has an error of 0.013; the margins' and the model's come on
    // top.
    assertThat((double) inside / filled.cells().size()).isCloseTo(0.9, within(0.04));
    Imputation again = mixed.impute(gappy, 2, 0.9, 1, share -> {});
    assertThat(again.cells()).isEqualTo(filled.cells());
    assertThat(again.draws().get(1).fingerprint()).isEqualTo(filled.draws().get(1).fingerprint());
    assertThat(mixed.impute(gappy, 2, 0.9, 2, share -> {}).draws().get(1).fingerprint())
        .isNotEqualTo(filled.draws().get(1).fingerprint());
  }

  @Test
  void categoriesAreFilledFromTheirOwn() {
    Table whole = MixedRows.withoutGaps(600, 8);
    String[] none = new String[600];
    double[] unknown = new double[600];
    Arrays.fill(unknown, Double.NaN);
    Table gappy = whole.with(Column.texts("city", none)).with(Column.integers("n", unknown));
    Imputation filled = mixed.impute(gappy);
    int right = 0;
    for (int row = 0; row < 600; row++) {
      String city = String.valueOf(filled.draws().get(0).column("city").text(row));
      assertThat(city).isIn("Bern", "Graz", "Ulm");
      right +=
          String.valueOf(filled.point().column("city").text(row))
                  .equals(whole.column("city").text(row))
              ? 1
              : 0;
    }
    assertThat(filled.point().column("n").type()).isEqualTo(ColumnType.INTEGER);
    assertThat(Arrays.stream(filled.draws().get(0).column("n").numbers()))
        .allMatch(n -> n >= 0 && n <= 8);
    // Always the commonest would be right in about 45 %.
    assertThat(right).isGreaterThan(360);
    assertThat(filled.cells().stream().filter(cell -> cell.column().equals("city")))
        .allMatch(cell -> cell.confidence() > 0.3 && cell.confidence() <= 1 + 1e-9);
  }
}
