package org.ebbflow.tabular.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.ebbflow.tabular.MixedRows;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Table TABLE = MixedRows.table(2_000, 1);
  private static final Schema SCHEMA = Schema.infer(TABLE);

  @Test
  void halvesOfOneTableDoNotDiffer() {
    Comparison quiet = Comparison.of(SCHEMA, TABLE.slice(0, 1_000), TABLE.slice(1_000, 2_000), 1);
    assertThat(quiet.differs()).isFalse();
    assertThat(quiet.discrepancy().squared()).isLessThan(quiet.discrepancy().threshold());
    assertThat(quiet.shifts()).hasSize(6).allMatch(shift -> shift.pValue() >= Comparison.LEVEL);
  }

  @Test
  void aMovedColumnIsFound() {
    Table second = TABLE.slice(1_000, 2_000);
    double[] moved = Arrays.stream(second.column("w").numbers()).map(w -> w + 0.8).toArray();
    Comparison found =
        Comparison.of(SCHEMA, TABLE.slice(0, 1_000), second.with(Column.numbers("w", moved)), 1);
    assertThat(found.differs()).isTrue();
    assertThat(found.discrepancy().squared()).isGreaterThan(found.discrepancy().threshold());
    assertThat(found.shifts().stream().filter(shift -> shift.pValue() < Comparison.LEVEL))
        .extracting(Comparison.Shift::column)
        .containsExactly("w");
    Comparison.Shift shift = found.shifts().get(0);
    assertThat(Double.parseDouble(shift.after()) - Double.parseDouble(shift.before()))
        .isCloseTo(0.8, within(0.25));
  }

  @Test
  void categoriesAndGapsMoveToo() {
    Table second = TABLE.slice(1_000, 2_000);
    String[] cities = new String[1_000];
    double[] gaps = second.column("x").numbers();
    for (int row = 0; row < 1_000; row++) {
      cities[row] = row % 2 == 0 ? "Oslo" : second.column("city").text(row);
      gaps[row] = row % 4 == 0 ? Double.NaN : gaps[row];
    }
    Comparison found =
        Comparison.of(
            SCHEMA,
            TABLE.slice(0, 1_000),
            second.with(Column.texts("city", cities)).with(Column.numbers("x", gaps)),
            1);
    assertThat(found.shifts().stream().filter(shift -> shift.pValue() < Comparison.LEVEL))
        .extracting(Comparison.Shift::column)
        .containsExactlyInAnyOrder("city", "x");
    Comparison.Shift city =
        found.shifts().stream().filter(s -> s.column().equals("city")).findFirst().orElseThrow();
    assertThat(city.after()).isEqualTo("Oslo (50.0 %)");
    Comparison.Shift x =
        found.shifts().stream().filter(s -> s.column().equals("x")).findFirst().orElseThrow();
    assertThat(List.of(x.missingBefore(), x.missingAfter())).containsExactly(0.0, 0.25);
  }

  @Test
  void whatOnlyOneTableHasIsADifference() {
    String[] kinds = new String[400];
    double[] flags = new double[400];
    double[] fixed = new double[400];
    for (int row = 0; row < 400; row++) {
      kinds[row] = row % 2 == 0 ? "other" : "usual";
      flags[row] = row % 5 == 0 ? Double.NaN : 1;
      fixed[row] = 4;
    }
    Table first = odd(kinds, flags, fixed);
    Schema schema = Schema.infer(first);
    Comparison same = Comparison.of(schema, first, first, 1);
    assertThat(same.differs()).isFalse();
    assertThat(same.shifts()).hasSize(2); // a constant is no column to compare
    for (int row = 0; row < 400; row += 4) {
      kinds[row] = "new";
      flags[row] = 0;
      fixed[row] = 5;
    }
    Table second = odd(kinds, flags, fixed);
    Comparison found = Comparison.of(schema, first, second, 1);
    assertThat(found.shifts().stream().filter(shift -> shift.pValue() < Comparison.LEVEL))
        .extracting(Comparison.Shift::column)
        .containsExactlyInAnyOrder("kind", "flag", "fixed");
    assertThat(schema.known(first)).hasSize(400);
    assertThat(schema.known(second)).hasSize(300).doesNotContain(0, 4, 8);
  }

  private static Table odd(String[] kinds, double[] flags, double[] fixed) {
    return Table.of(
        Column.texts("kind", kinds.clone()),
        Column.booleans("flag", flags.clone()),
        Column.numbers("fixed", fixed.clone()));
  }

  @Test
  void copiesAreTold() {
    Table training = TABLE.slice(0, 1_000);
    Table heldOut = TABLE.slice(1_000, 2_000);
    TableEncoder encoder = TableEncoder.fit(SCHEMA, training);
    ClosestRecord honest =
        ClosestRecord.measure(encoder, MixedRows.table(1_000, 9), training, heldOut);
    assertThat(honest.closerToTraining()).isCloseTo(0.5, within(0.06));
    assertThat(honest.copies()).isZero();
    assertThat(honest.toTraining()).isCloseTo(honest.toHeldOut(), within(0.1));
    ClosestRecord copied = ClosestRecord.measure(encoder, training, training, heldOut);
    assertThat(copied.closerToTraining()).isEqualTo(1);
    assertThat(copied.copies()).isEqualTo(1);
    assertThat(copied.toTraining()).isZero();
    // Whatever the few rows are that there are to compare with.
    assertThat(ClosestRecord.measure(encoder, training, training, heldOut.slice(0, 20)).copies())
        .isEqualTo(1);
  }

  @Test
  void fractionsWhereThereWereWholeNumbersAreADifference() {
    Random random = new Random(6);
    double[] whole = random.doubles(400, 0, 50).map(Math::rint).toArray();
    double[] halves = random.doubles(400, 0, 50).map(x -> Math.rint(x) + 0.5).toArray();
    Table first = Table.of(Column.integers("n", whole));
    Table second = Table.of(Column.numbers("n", halves));
    Schema schema = Schema.infer(first);
    Comparison comparison = Comparison.of(schema, first, second, 1);
    assertThat(comparison.shifts())
        .singleElement()
        .extracting(Comparison.Shift::column)
        .isEqualTo("n");
    double[] moved = Arrays.stream(halves).map(x -> x + 20).toArray();
    assertThat(Comparison.of(schema, first, Table.of(Column.numbers("n", moved)), 1).differs())
        .isTrue();
  }
}
