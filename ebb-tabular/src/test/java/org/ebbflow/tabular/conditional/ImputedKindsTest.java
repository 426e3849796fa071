package org.ebbflow.tabular.conditional;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What fills a gap is a value of its column, whatever the column's kind. */
class ImputedKindsTest {
  private static final int ROWS = 300;
  private static final double DAY = 86_400;
  private static final double[] CODES = {1, 5, 9};

  private static Table gappy;
  private static TabularModel model;
  private static Imputation filled;

  @BeforeAll
  static void fit() {
    Random random = new Random(4);
    double first = LocalDate.of(2020, 1, 1).toEpochSecond(LocalTime.MIN, ZoneOffset.UTC);
    double[] number = new double[ROWS];
    double[] code = new double[ROWS];
    double[] truth = new double[ROWS];
    double[] always = new double[ROWS];
    double[] whole = new double[ROWS];
    double[] day = new double[ROWS];
    double[] constant = new double[ROWS];
    String[] note = new String[ROWS];
    for (int i = 0; i < ROWS; i++) {
      number[i] = gap(random, random.nextGaussian());
      code[i] = gap(random, CODES[random.nextInt(CODES.length)]);
      truth[i] = gap(random, 1);
      always[i] = gap(random, 0.3);
      whole[i] = gap(random, 100 + random.nextInt(200));
      day[i] = gap(random, first + DAY * random.nextInt(300));
      constant[i] = i % 2 == 0 ? 0.0 : -0.0;
      note[i] = "note " + i;
    }
    gappy =
        Table.of(
            Column.texts("note", note),
            Column.numbers("number", number),
            Column.integers("code", code),
            Column.booleans("truth", truth),
            Column.numbers("always", always),
            Column.numbers("whole", whole),
            Column.timestamps("day", day),
            Column.numbers("constant", constant));
    Schema schema =
        Schema.infer(gappy, "columns: {code: {kind: categorical}, note: {kind: ignored}}");
    model =
        TabularModel.fit(
            gappy,
            schema,
            FitOptions.defaults().withModel("gaussian").withSteps(50).withThreads(1));
    double[] unknown = gappy.column("constant").numbers();
    unknown[3] = Double.NaN;
    filled = model.impute(gappy.with(Column.numbers("constant", unknown)), 1, 0.9, 1, share -> {});
  }

  private static double gap(Random random, double value) {
    return random.nextDouble() < 0.2 ? Double.NaN : value;
  }

  @Test
  void pointsAndDrawsAreValuesOfTheirColumns() {
    for (Table table : List.of(filled.point(), filled.draws().get(0))) {
      assertThat(table.column("code").numbers()).containsOnly(CODES);
      assertThat(table.column("truth").numbers()).containsOnly(1);
      assertThat(table.column("always").numbers()).containsOnly(0.3);
      assertThat(Arrays.stream(table.column("whole").numbers())).allMatch(x -> Math.rint(x) == x);
      assertThat(Arrays.stream(table.column("day").numbers()))
          .allMatch(x -> Math.rint(x / DAY) * DAY == x);
      assertThat(table.column("constant").missing()).isZero();
      // What has been filled can be scored.
      assertThat(model.score(table).logDensities()).doesNotContain(Double.NaN);
    }
  }

  @Test
  void allElseStaysInItsPlace() {
    assertThat(filled.point().names()).isEqualTo(gappy.names());
    for (int row = 0; row < ROWS; row++) {
      assertThat(filled.point().column("note").text(row)).isEqualTo("note " + row);
      if (!gappy.column("number").isMissing(row)) {
        assertThat(filled.point().column("number").number(row))
            .isEqualTo(gappy.column("number").number(row));
      }
    }
  }

  @Test
  void onlyOrderedColumnsHaveIntervals() {
    Set<String> ordered = Set.of("number", "whole", "day");
    assertThat(filled.cells())
        .allSatisfy(
            cell -> {
              assertThat(Double.isNaN(cell.lower())).isNotEqualTo(ordered.contains(cell.column()));
              assertThat(cell.confidence()).isBetween(0.0, 1.0);
            });
    assertThat(filled.cells().stream().map(Imputation.Cell::column).distinct())
        .hasSize(6)
        .allMatch(Objects::nonNull);
    assertThat(Arrays.stream(gappy.column("code").numbers()).filter(Double::isNaN).count())
        .isPositive();
  }
}
