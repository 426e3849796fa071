package org.ebbflow.tabular.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableSource;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableEncoderTest {
  private static Table table(int rows, long seed) {
    Random random = new Random(seed);
    double[] x = random.doubles(rows).map(u -> Math.tan(3 * (u - 0.5))).toArray();
    double[] n = random.doubles(rows).map(u -> Math.floor(30 * u * u)).toArray();
    double[] b = random.doubles(rows).map(u -> u < 0.3 ? 1 : 0).toArray();
    String[] s =
        IntStream.range(0, rows)
            .mapToObj(i -> random.nextInt(9) == 0 ? null : "k" + random.nextInt(4))
            .toArray(String[]::new);
    String[] keys = IntStream.range(0, rows).mapToObj(i -> "id" + i).toArray(String[]::new);
    double[] one = new double[rows];
    return Table.of(
        Column.texts("key", keys),
        Column.numbers("x", x),
        Column.integers("n", n),
        Column.booleans("b", b),
        Column.texts("s", s),
        Column.integers("one", one));
  }

  @Test
  void rowsGoThereAndBack() {
    Table table = table(2_000, 1);
    TableEncoder encoder = TableEncoder.fit(Schema.infer(table), table);
    assertThat(encoder.width()).isEqualTo(4);
    Encoded encoded = encoder.encode(table, 7, 0);
    assertThat(encoded.scores().columnNames()).containsExactly("x", "n", "b", "s");
    Table back = encoder.decode(encoded.scores());
    assertThat(back.names()).containsExactly("x", "n", "b", "s", "one");
    for (String name : List.of("n", "b", "s", "one")) {
      for (int row = 0; row < table.rows(); row++) {
        assertThat(back.column(name).text(row)).isEqualTo(table.column(name).text(row));
      }
    }
  }

  @Test
  void piecesGiveTheSameNumbers() {
    Table table = table(1_000, 2);
    TableEncoder encoder = TableEncoder.fit(Schema.infer(table), table);
    Encoded whole = encoder.encode(table, 3, 0);
    Encoded piece = encoder.encode(table.slice(300, 650), 3, 300);
    for (int row = 0; row < 350; row++) {
      for (int c = 0; c < encoder.width(); c++) {
        assertThat(piece.scores().value(row, c)).isEqualTo(whole.scores().value(300 + row, c));
      }
      assertThat(piece.logRatios()[row]).isEqualTo(whole.logRatios()[300 + row]);
    }
    Encoded other = encoder.encode(table, 4, 0);
    assertThat(other.scores().fingerprint()).isNotEqualTo(whole.scores().fingerprint());
    Table turned = table.select(List.of("s", "one", "n", "x", "b"));
    assertThat(encoder.encode(turned, 3, 0).scores().fingerprint())
        .isEqualTo(whole.scores().fingerprint());
  }

  @Test
  void sumsAreThoseOfTheColumns() {
    Table table = table(200, 3);
    TableEncoder encoder = TableEncoder.fit(Schema.infer(table), table);
    Encoded encoded = encoder.encode(table, 3, 0);
    double sum = 0;
    for (int c = 0; c < encoder.width(); c++) {
      sum += encoded.logRatios(c)[17];
    }
    assertThat(encoded.logRatios()[17]).isCloseTo(sum, within(1e-12));
  }

  @Test
  void jsonReadsBackToTheBit() {
    Table table = table(1_500, 4);
    TableEncoder encoder = TableEncoder.fit(Schema.infer(table), table);
    TableEncoder back = TableEncoder.fromJson(encoder.toJson());
    assertThat(back.toJson()).isEqualTo(encoder.toJson());
    Table fresh = table(500, 5);
    Encoded one = encoder.encode(fresh, 1, 0);
    Encoded two = back.encode(fresh, 1, 0);
    assertThat(two.scores().fingerprint()).isEqualTo(one.scores().fingerprint());
    assertThat(two.logRatios()).isEqualTo(one.logRatios());
    assertThat(back.decode(one.scores()).fingerprint())
        .isEqualTo(encoder.decode(one.scores()).fingerprint());
  }

  @Test
  void damagedJsonIsNamed() {
    Table table = table(300, 6);
    String json = TableEncoder.fit(Schema.infer(table), table).toJson();
    assertThatThrownBy(() -> TableEncoder.fromJson("{"))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("table.json is not JSON");
    assertThatThrownBy(() -> TableEncoder.fromJson(json.replace("ebb-table-1", "ebb-table-9")))
        .hasMessageContaining("ebb-table-9");
    assertThatThrownBy(() -> TableEncoder.fromJson(json.replace("\"knots\"", "\"knobs\"")))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("column 'x' has no valid 'knots'");
  }

  @Test
  void rowsOfTheWholeTableAreNamed() {
    Table table = table(300, 7);
    TableEncoder encoder = TableEncoder.fit(Schema.infer(table), table);
    Table bad = table.slice(0, 2).with(Column.numbers("x", 0, Double.NEGATIVE_INFINITY));
    assertThatThrownBy(() -> encoder.encode(bad, 1, 1_000))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column 'x', row 1002: -Infinity is not finite");
    assertThatThrownBy(() -> encoder.decode(new double[][] {{0, 0}}))
        .hasMessageContaining("row index 0 has 2 scores");
    assertThatThrownBy(() -> encoder.decode(new double[][] {{0, 0, Double.NaN, 0}}))
        .hasMessageContaining("no score for column 'b'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"adult_train", "california_housing", "bike_sharing_hour"})
  void knownTablesGoThereAndBack(String name) {
    String folder = System.getProperty("ebb.data");
    Assumptions.assumeTrue(folder != null, "no -Debb.data=FOLDER with tabular/: skipped");
    Table table;
    try (TableSource source = TableSource.open(Path.of(folder, "tabular", name + ".csv.gz"))) {
      table = source.readAll();
    }
    TableEncoder encoder = TableEncoder.fit(Schema.infer(table), table);
    Table back = encoder.decode(encoder.encode(table, 1, 0).scores());
    for (Column column : back.columns()) {
      Column original = table.column(column.name());
      for (int row = 0; row < table.rows(); row++) {
        if (column.type().isNumeric() && !column.isMissing(row)) {
          double x = original.number(row);
          assertThat(column.number(row)).isCloseTo(x, within(1e-9 * (1 + Math.abs(x))));
        } else {
          assertThat(column.text(row)).isEqualTo(original.text(row));
        }
      }
    }
  }

  @Test
  void aValueFarOutLeavesTheOthersTheirDensities() {
    double[] numbers = new Random(4).doubles(200).toArray();
    double[] farther = Arrays.copyOf(numbers, 201);
    farther[200] = 1e15;
    Table without = Table.of(Column.numbers("x", numbers), Column.numbers("y", numbers.clone()));
    Table with = Table.of(Column.numbers("x", farther), Column.numbers("y", farther.clone()));
    double expected = mean(TableEncoder.fit(Schema.infer(without), without), without);
    double found = mean(TableEncoder.fit(Schema.infer(with), with), without);
    // A tail that reaches so far costs either column half a nat; knots lost to it cost fifteen.
    assertThat(found).isCloseTo(expected, within(1.5));
  }

  /** Of the margins' part of the log-density. */
  private static double mean(TableEncoder encoder, Table table) {
    return Arrays.stream(encoder.encode(table, 1, 0).logRatios()).average().orElseThrow();
  }
}
