package org.ebbflow.tabular.conditional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Gaps of normal columns whose conditionals are known, by a model of gappy rows and of whole. */
class ImputerTest {
  private static final int ROWS = 1_500;
  private static final double NOISE = 0.5;

  private static Table whole;
  private static Table gappy;
  private static TabularModel ofGappy;
  private static TabularModel ofWhole;

  /** x and y differ from a common number by noise each; the sign is x's. */
  @BeforeAll
  static void fit() {
    Random random = new Random(5);
    double[] x = new double[ROWS];
    double[] y = new double[ROWS];
    String[] sign = new String[ROWS];
    double[] gapX = new double[ROWS];
    double[] gapY = new double[ROWS];
    String[] gapSign = new String[ROWS];
    for (int i = 0; i < ROWS; i++) {
      x[i] = random.nextGaussian();
      y[i] = x[i] + NOISE * random.nextGaussian();
      sign[i] = x[i] < 0 ? "minus" : "plus";
      gapX[i] = random.nextDouble() < 0.3 ? Double.NaN : x[i];
      gapY[i] = random.nextDouble() < 0.3 ? Double.NaN : y[i];
      gapSign[i] = random.nextDouble() < 0.3 ? null : sign[i];
    }
    whole = table(x, y, sign);
    gappy = table(gapX, gapY, gapSign);
    // Narrow networks: wide ones know 1,350 rows by heart, and their intervals are too short.
    FitOptions options = new FitOptions("spline", 1, 400, 0.1, 0, 1, 0, List.of("model.width=16"));
    ofGappy = TabularModel.fit(gappy, options);
    ofWhole = TabularModel.fit(whole, options);
  }

  private static Table table(double[] x, double[] y, String[] sign) {
    return Table.of(Column.numbers("x", x), Column.numbers("y", y), Column.texts("sign", sign));
  }

  private static boolean isGap(String column, int row) {
    return gappy.column(column).isMissing(row);
  }

  @Test
  void bothWaysGuessAlike() {
    for (TabularModel model : List.of(ofGappy, ofWhole)) {
      Imputation filled = model.impute(gappy, 0, 0.9, 1, share -> {});
      assertThat(filled.draws()).isEmpty();
      double squares = 0;
      int right = 0;
      int signs = 0;
      int gaps = 0;
      int held = 0;
      for (Imputation.Cell cell : filled.cells()) {
        assertThat(isGap(cell.column(), cell.row())).isTrue();
        if (cell.column().equals("sign")) {
          assertThat(cell.lower()).isNaN();
          signs++;
          right += cell.point().equals(whole.column("sign").text(cell.row())) ? 1 : 0;
        } else {
          double truth = whole.column(cell.column()).number(cell.row());
          held += truth >= cell.lower() && truth <= cell.upper() ? 1 : 0;
          gaps++;
          if (cell.column().equals("y") && !isGap("x", cell.row())) {
            squares += Math.pow(Double.parseDouble(cell.point()) - truth, 2) / NOISE / NOISE;
          }
        }
      }
      int known = 0;
      for (int row = 0; row < ROWS; row++) {
        known += isGap("y", row) && !isGap("x", row) ? 1 : 0;
        assertThat(filled.point().column("x").isMissing(row)).isFalse();
      }
      assertThat(Math.sqrt(squares / known)).isBetween(0.85, 1.15);
      assertThat((double) held / gaps).isBetween(0.84, 0.96);
      assertThat((double) right / signs).isGreaterThan(0.85);
    }
  }

  @Test
  void drawsHangTogether() {
    for (TabularModel model : List.of(ofGappy, ofWhole)) {
      Imputation filled = model.impute(gappy, 2, 0.9, 1, share -> {});
      assertThat(filled.draws()).hasSize(2);
      Table draw = filled.draws().get(1);
      List<Double> differences = new ArrayList<>();
      for (int row = 0; row < ROWS; row++) {
        double x = draw.column("x").number(row);
        double y = draw.column("y").number(row);
        if (isGap("x", row) && isGap("y", row)) {
          differences.add(y - x);
        } else if (!isGap("x", row)) {
          assertThat(x).isEqualTo(whole.column("x").number(row));
        }
      }
      // A median, because 400 steps leave some mass in the wilderness.
      double[] sorted = differences.stream().mapToDouble(Math::abs).sorted().toArray();
      assertThat(sorted[sorted.length / 2]).isCloseTo(0.6745 * NOISE, within(0.12));
    }
  }

  @Test
  void theSeedDecidesDraws() {
    List<Table> first = ofGappy.impute(gappy, 1, 0.9, 1, share -> {}).draws();
    List<Table> again = ofGappy.impute(gappy, 1, 0.9, 1, share -> {}).draws();
    List<Table> other = ofGappy.impute(gappy, 1, 0.9, 2, share -> {}).draws();
    assertThat(again.get(0).fingerprint()).isEqualTo(first.get(0).fingerprint());
    assertThat(other.get(0).fingerprint()).isNotEqualTo(first.get(0).fingerprint());
  }
}
