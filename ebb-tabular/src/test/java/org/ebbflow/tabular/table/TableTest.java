package org.ebbflow.tabular.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.ebbflow.data.DataException;
import org.junit.jupiter.api.Test;

class TableTest {
  private final Table table =
      Table.of(
          Column.integers("n", 1, 2, Double.NaN, 4),
          Column.texts("s", "a", null, "b", "a"),
          Column.timestamps("t", 0, 1577934245.123456, -1, Double.NaN));

  @Test
  void valuesAreTexts() {
    assertThat(table.column("n").text(1)).isEqualTo("2");
    assertThat(table.column("n").text(2)).isNull();
    assertThat(table.column("t").text(1)).isEqualTo("2020-01-02T03:04:05.123456Z");
    assertThat(table.column("s").codes()).containsExactly(0, -1, 1, 0);
    assertThat(table.column("s").missing()).isEqualTo(1);
  }

  @Test
  void rowsAndColumnsAreSelected() {
    Table some = table.select(new int[] {3, 0, 0}).select(List.of("s", "n"));
    assertThat(some.names()).containsExactly("s", "n");
    assertThat(some.column("n").numbers()).containsExactly(4, 1, 1);
    assertThat(some.column("s").text(0)).isEqualTo("a");
    assertThat(table.without(List.of("s")).names()).containsExactly("n", "t");
    assertThat(table.with(Column.integers("n", 0, 0, 0, 0)).column("n").number(3)).isZero();
    assertThat(table.slice(1, 3).rows()).isEqualTo(2);
  }

  @Test
  void splitsHoldEveryRowOnce() {
    Table.Split split = table.split(1, 5);
    assertThat(split.train().rows()).isEqualTo(3);
    assertThat(split.validation().rows()).isEqualTo(1);
    assertThat(table.split(1, 5).validation().fingerprint())
        .isEqualTo(split.validation().fingerprint());
  }

  @Test
  void fingerprintsDependOnValuesAndNotOnCodes() {
    Table coded =
        table.with(Column.coded("s", new int[] {2, -1, 0, 2}, List.of("b", "unused", "a")));
    assertThat(coded.fingerprint()).isEqualTo(table.fingerprint()).hasSize(64);
    assertThat(table.with(Column.texts("s", "a", "", "b", "a")).fingerprint())
        .isNotEqualTo(table.fingerprint());
    assertThat(table.with(Column.numbers("n", 1, 2, Double.NaN, 4)).fingerprint())
        .isNotEqualTo(table.fingerprint());
  }

  @Test
  void mistakesAreNamed() {
    assertThatThrownBy(() -> table.column("m"))
        .isInstanceOf(DataException.class)
        .hasMessage("there is no column 'm'; use one of n, s, t");
    assertThatThrownBy(() -> Table.of(Column.numbers("a", 1), Column.numbers("a", 2)))
        .hasMessageContaining("two columns are named 'a'");
    assertThatThrownBy(() -> Table.of(Column.numbers("a", 1), Column.numbers("b", 2, 3)))
        .hasMessageContaining("column 'b' has 2 rows, column 'a' has 1");
    assertThatThrownBy(() -> Column.integers("n", 1, 1.5))
        .hasMessageContaining("column 'n', row index 1: 1.5 is not a whole number");
    assertThatThrownBy(() -> table.select(new int[] {4})).hasMessageContaining("use 0 to 3");
    assertThatThrownBy(() -> table.column("s").number(0)).hasMessageContaining("holds texts");
  }
}
