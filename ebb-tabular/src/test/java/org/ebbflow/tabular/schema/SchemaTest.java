package org.ebbflow.tabular.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;
import org.junit.jupiter.api.Test;

class SchemaTest {
  private static final int ROWS = 500;

  private static double[] numbers(java.util.function.IntToDoubleFunction value) {
    return IntStream.range(0, ROWS).mapToDouble(value).toArray();
  }

  private static Table table() {
    Random random = new Random(1);
    String[] city = new String[ROWS];
    String[] id = new String[ROWS];
    for (int i = 0; i < ROWS; i++) {
      city[i] = i % 10 == 0 ? null : i % 3 == 0 ? "no" : "Köln, \"Rhein\"";
      id[i] = "row " + i;
    }
    return Table.of(
        Column.numbers("x", numbers(i -> random.nextGaussian())),
        Column.numbers("zero-inflated", numbers(i -> i % 3 == 0 ? 0 : random.nextDouble())),
        Column.integers("count", numbers(i -> i % 9)),
        Column.integers("flag", numbers(i -> i % 2)),
        Column.booleans("truth", numbers(i -> i % 3 == 0 ? 1 : 0)),
        Column.integers("row number", numbers(i -> i + 1)),
        Column.timestamps("when", numbers(i -> 1e9 + i)),
        Column.texts("city", city),
        Column.texts("id", id),
        Column.integers("one", numbers(i -> 7)));
  }

  @Test
  void kindsAreInferred() {
    Schema schema = Schema.infer(table());
    assertThat(schema.columns().stream().map(ColumnSpec::kind))
        .containsExactly(
            ColumnKind.CONTINUOUS,
            ColumnKind.CONTINUOUS,
            ColumnKind.INTEGER,
            ColumnKind.BOOLEAN,
            ColumnKind.BOOLEAN,
            ColumnKind.KEY,
            ColumnKind.TIMESTAMP,
            ColumnKind.CATEGORICAL,
            ColumnKind.KEY,
            ColumnKind.CONSTANT);
    assertThat(schema.column("zero-inflated").spikes()).containsExactly(0.0);
    assertThat(schema.column("city").categories()).containsExactly("Köln, \"Rhein\"", "no");
    assertThat(schema.column("city").missing()).isTrue();
    assertThat(schema.column("x").missing()).isFalse();
    assertThat(schema.column("one").categories()).containsExactly("7");
    assertThat(schema.summary("id").orElseThrow().note()).contains("carried along");
  }

  @Test
  void yamlReadsBack() {
    Schema schema = Schema.infer(table());
    String yaml = schema.toYaml();
    assertThat(yaml)
        .contains("# 500 rows, 50 missing (10 %), 2 distinct, Köln, \"Rhein\" to no")
        .contains("  zero-inflated:\n");
    assertThat(Schema.fromYaml(yaml).columns()).isEqualTo(schema.columns());
    assertThat(schema.override(yaml).columns()).isEqualTo(schema.columns());
  }

  @Test
  void jsonReadsBack() {
    Schema schema =
        Schema.infer(table())
            .override("columns: {x: {lower: -0.1e-3, kind: continuous, upper: 1e300}}");
    assertThat(Schema.fromJson(schema.toJson()).columns()).isEqualTo(schema.columns());
  }

  @Test
  void overridesReplaceSingleSettings() {
    Schema schema =
        Schema.infer(
            table(),
            """
            columns:
              count: {kind: categorical}
              zero-inflated:
                lower: 0
                spikes: []
              when:
                lower: "2001-01-01"
              "row number": {kind: ignored}
            """);
    assertThat(schema.column("count").kind()).isEqualTo(ColumnKind.CATEGORICAL);
    assertThat(schema.column("zero-inflated").lower()).isEqualTo(0.0);
    assertThat(schema.column("zero-inflated").spikes()).isEmpty();
    assertThat(schema.column("when").lower()).isEqualTo(978307200.0);
    assertThat(schema.column("x")).isEqualTo(Schema.infer(table()).column("x"));
  }

  @Test
  void mistakesInYamlAreNamed() {
    Schema schema = Schema.infer(table());
    assertFault(schema, "columns: {y: {}}", "there is no column 'y'; use one of x, zero-inflated");
    assertFault(
        schema, "columns: {x: {least: 0}}", "column 'x' has no setting 'least'; use one of");
    assertFault(schema, "colums: {}", "the schema has no section 'colums'");
    assertFault(
        schema, "columns: {x: {kind: contnuous}}", "'kind' cannot be \"contnuous\"; use one of");
    assertFault(schema, "columns: {x: {lower: two}}", "'lower' cannot be \"two\"; give a number");
    assertFault(
        schema, "columns: {x: {lower: 3, upper: 2}}", "'lower' cannot be 3.0; use a number below");
    assertFault(
        schema, "columns: {x: {missing: maybe}}", "'missing' cannot be \"maybe\"; give true");
    assertFault(schema, "columns: {city: {lower: 1}}", "'lower' cannot be 1.0");
    assertFault(schema, "columns: {city: {kind: continuous}}", "a column of type text can be");
    assertFault(schema, "columns: {x: {type: text}}", "column 'x' is read as number, not as text");
    assertFault(schema, "columns: [", "the schema is not YAML, line 1");
    assertFault(schema, "columns: {x: {}, x: {}}", "not YAML");
    assertFault(
        schema, "columns: {count: {other: true, kind: categorical}}", "'other' cannot be true");
    assertFault(
        schema,
        "columns: {zero-inflated: {transform: standard}}",
        "'transform' cannot be standard");
  }

  private static void assertFault(Schema schema, String yaml, String message) {
    assertThatThrownBy(() -> schema.override(yaml))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining(message);
  }

  @Test
  void columnsWithoutValuesMustBeIgnored() {
    Table table =
        Table.of(
            Column.numbers("x", 1, 2, 3), Column.numbers("y", Double.NaN, Double.NaN, Double.NaN));
    assertThatThrownBy(() -> Schema.infer(table))
        .hasMessageContaining("column 'y' has no value in any of 3 rows")
        .hasMessageContaining("ignored");
    assertThat(Schema.infer(table, "columns: {y: {kind: ignored}}").modelled()).hasSize(1);
  }

  @Test
  void checkedTablesMayHaveAnyOrderAndNearTypes() {
    Schema schema =
        Schema.infer(Table.of(Column.numbers("x", 0.5, 2, 3.5), Column.integers("n", 1, 2, 4)));
    Table checked =
        schema.check(Table.of(Column.numbers("n", 3, 4), Column.texts("x", "1.5", null)));
    assertThat(checked.names()).containsExactly("x", "n");
    assertThat(checked.column("x").type()).isEqualTo(ColumnType.NUMBER);
    assertThat(checked.column("x").number(0)).isEqualTo(1.5);
    assertThat(checked.column("x").isMissing(1)).isTrue();
    assertThat(checked.column("n").type()).isEqualTo(ColumnType.INTEGER);
  }

  @Test
  void whatDoesNotFitIsNamed() {
    Table fitted =
        Table.of(
            Column.numbers("x", 0.5, 2, 3.5),
            Column.integers("n", 1, 2, 4),
            Column.texts("one", "a", "a", "a"));
    Schema schema = Schema.infer(fitted);
    assertThatThrownBy(() -> schema.check(fitted.without(List.of("x", "n"))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("lacks columns x, n")
        .hasMessageContaining("it has one");
    assertThatThrownBy(() -> schema.check(fitted.with(Column.numbers("y", 1, 2, 3))))
        .hasMessageContaining("the schema does not know column y");
    assertThatThrownBy(
            () -> schema.check(fitted.with(Column.texts("x", "1", "2020-01-01", "3")), 10))
        .hasMessageContaining("column 'x', row 12: '2020-01-01' is a text")
        .hasMessageContaining("a number there");
    assertThatThrownBy(() -> schema.check(fitted.with(Column.timestamps("x", 0, 1, 2))))
        .hasMessageContaining("column 'x', row 1: '1970-01-01T00:00:00Z' is a time");
    assertThatThrownBy(() -> schema.check(fitted.with(Column.numbers("n", 1, 2.5, 3))))
        .hasMessageContaining("column 'n', row 2: '2.5' is a number");
    assertThatThrownBy(() -> schema.check(fitted.with(Column.texts("one", "a", "b", "a"))))
        .hasMessageContaining("column 'one', row 2: 'b' where every row");
  }

  @Test
  void thousandsOfColumnsAreInferred() {
    List<Column> columns = new ArrayList<>();
    for (int c = 0; c < 5_000; c++) {
      int shift = c;
      columns.add(Column.numbers("c" + c, numbers(i -> Math.sin(i * 1.7 + shift))));
    }
    Schema schema = Schema.infer(Table.of(columns));
    assertThat(schema.modelled()).hasSize(5_000);
    assertThat(Schema.fromYaml(schema.toYaml()).columns()).isEqualTo(schema.columns());
  }
}
