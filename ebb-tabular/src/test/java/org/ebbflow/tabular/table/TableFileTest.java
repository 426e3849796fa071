package org.ebbflow.tabular.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableFileTest {
  @TempDir Path folder;

  private final Table table =
      Table.of(
          Column.numbers("x", 1.5, Double.NaN, 1e300, -4.9e-324, 0.1),
          Column.integers("i", 1, 2, Double.NaN, -5, 0x1p53),
          Column.booleans("b", 1, 0, Double.NaN, 1, 0),
          Column.texts("t,\"", "a,b", null, "q\"uote\nline", "ü", " sp "),
          Column.timestamps("ts", 0, 1577934245.123456, Double.NaN, -1, 1e9));

  @ParameterizedTest
  @ValueSource(strings = {"o.csv", "o.csv.gz", "o.parquet"})
  void whatIsWrittenReadsBack(String name) {
    Path file = folder.resolve(name);
    try (TableWriter writer = TableWriter.create(file)) {
      writer.append(table.slice(0, 2));
      writer.append(table.slice(2, 5));
      writer.commit();
    }
    assertThat(read(file).fingerprint()).isEqualTo(table.fingerprint());
    assertThat(files()).containsExactly(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"o.csv", "o.csv.gz", "o.parquet"})
  void whatIsNotCommittedLeavesNothing(String name) throws IOException {
    Files.writeString(folder.resolve(name), "old");
    try (TableWriter writer = TableWriter.create(folder.resolve(name))) {
      writer.append(table);
    }
    assertThat(Files.readString(folder.resolve(name))).isEqualTo("old");
    assertThat(files()).containsExactly(name);
  }

  @Test
  void whatCannotBeWrittenIsNamed() {
    assertThatThrownBy(() -> TableWriter.create(folder.resolve("o.xlsx")))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("use one of .csv, .csv.gz, .parquet");
    assertThatThrownBy(() -> TableWriter.create(folder.resolve("no/o.csv")))
        .hasMessageContaining("there is no folder");
    try (TableWriter writer = TableWriter.create(folder.resolve("o.csv"))) {
      writer.append(table);
      assertThatThrownBy(() -> writer.append(table.without(List.of("x"))))
          .hasMessageContaining("append rows of the same columns");
    }
  }

  @Test
  void typesAreInferred() {
    Path file =
        write(
            "t.csv",
            """
            day,moment,zone,truth,x,n,code,word
            2020-01-02,2020-01-02 03:04:05.5,2020-01-02T03:04:05+02:00,true,1.5,NA,007,a
            2020-01-03,2020-01-02 03:04:05,2020-01-02T03:04:05Z,false,,3,010,b
            """);
    try (TableSource source =
        TableSource.open(
            List.of(file.toString()),
            new TableFormat(TableFormat.customary().missing(), Set.of("code")))) {
      assertThat(source.fields().stream().map(TableSource.Field::type))
          .containsExactly(
              ColumnType.TIMESTAMP,
              ColumnType.TIMESTAMP,
              ColumnType.TIMESTAMP,
              ColumnType.BOOLEAN,
              ColumnType.NUMBER,
              ColumnType.INTEGER,
              ColumnType.TEXT,
              ColumnType.TEXT);
      Table read = source.readAll();
      assertThat(read.column("day").text(0)).isEqualTo("2020-01-02T00:00:00Z");
      assertThat(read.column("moment").number(0)).isEqualTo(1577934245.5);
      assertThat(read.column("zone").text(0)).isEqualTo("2020-01-02T01:04:05Z");
      assertThat(read.column("x").isMissing(1)).isTrue();
      assertThat(read.column("n").isMissing(0)).isTrue();
      assertThat(read.column("code").text(0)).isEqualTo("007");
    }
  }

  @Test
  void patternsGlueFilesInOrder() {
    write("a2.csv", "x\n3\n");
    write("a1.csv", "x\n1\n2\n");
    write("b[1].csv", "x\n9\n");
    assertThat(read(folder.resolve("a*.csv")).column("x").numbers()).containsExactly(1, 2, 3);
    assertThat(read(folder.resolve("b[1].csv")).rows()).isEqualTo(1);
    try (TableSource source = TableSource.open(folder.resolve("a1.csv"))) {
      assertThat(source.rowCount()).isEmpty();
    }
  }

  @Test
  void filesOfOtherColumnsAreNamed() {
    Path first = write("first.csv", "a,b\n1,2\n");
    Path turned = write("turned.csv", "b,a\n2,1\n");
    Path more = write("more.csv", "a,b,c\n1,2,3\n");
    Path less = write("less.csv", "a\n1\n");
    try (TableSource source =
        TableSource.open(List.of(first.toString(), turned.toString()), TableFormat.customary())) {
      assertThat(source.readAll().column("a").numbers()).containsExactly(1, 1);
    }
    assertThatThrownBy(
            () ->
                TableSource.open(
                    List.of(first.toString(), more.toString()), TableFormat.customary()))
        .hasMessageContaining("more.csv has a column 'c'");
    assertThatThrownBy(
            () ->
                TableSource.open(
                    List.of(first.toString(), less.toString()), TableFormat.customary()))
        .hasMessageContaining("less.csv lacks the column 'b'");
  }

  @Test
  void filesAreReadWhateverDigitsTheCountryWrites() throws IOException {
    Path file = Files.writeString(folder.resolve("digits.csv"), "a,b\n1,x\n2,y\n");
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try (TableSource source = TableSource.open(file)) {
      assertThat(source.readAll().column("a").numbers()).containsExactly(1, 2);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void textsStayTexts() {
    Path file = write("codes.csv", "code,flag\n007,t\n008,f\n");
    TableFormat format = TableFormat.customary().withTexts(Set.of("code", "flag", "elsewhere"));
    try (TableSource source = TableSource.open(List.of(file.toString()), format)) {
      Table table = source.readAll();
      assertThat(table.column("code").text(0)).isEqualTo("007");
      assertThat(table.column("flag").text(1)).isEqualTo("f");
    }
  }

  @Test
  void queriesSeeFilesAndData() {
    Path file = write("q.csv", "a,b\n1,x\n2,y\n");
    try (TableSource source =
        TableSource.query(
            "SELECT a * 2 AS c FROM data WHERE b = 'y' -- one row;",
            List.of(file.toString()),
            TableFormat.customary())) {
      assertThat(source.readAll().column("c").numbers()).containsExactly(4);
    }
  }

  @Test
  void chunksAreInOrderAndTheWhole() {
    double[] x = new double[10_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    Path file = folder.resolve("c.parquet");
    TableWriter.write(file, Table.of(Column.integers("x", x)));
    try (TableSource source = TableSource.open(file);
        TableSource.Chunks chunks = source.chunks(777)) {
      assertThat(source.rowCount()).hasValue(10_000);
      int row = 0;
      while (chunks.hasNext()) {
        Table chunk = chunks.next();
        assertThat(chunk.rows()).isLessThanOrEqualTo(777);
        for (int i = 0; i < chunk.rows(); i++) {
          assertThat(chunk.column("x").number(i)).isEqualTo(row++);
        }
      }
      assertThat(row).isEqualTo(10_000);
    }
  }

  @Test
  void anErrorInTheMiddleIsNotTheEnd() {
    String sql =
        "SELECT CASE WHEN i = 150000 THEN error('row is bad') ELSE i END AS x"
            + " FROM range(200000) t(i)";
    try (TableSource source = TableSource.query(sql, List.of(), TableFormat.customary())) {
      assertThatThrownBy(source::readAll)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("row is bad");
    }
  }

  @Test
  void badFilesAreNamed() throws IOException {
    assertFault(write("dup.csv", "a,b,a\n1,2,3\n"), "are named 'a'");
    assertFault(write("case.csv", "a,A\n1,2\n"), "'a' and 'A'");
    assertFault(write("blank.csv", "a,,c\n1,2,3\n"), "no name for column 2");
    assertFault(write("numbers.csv", "1.5,2\n3,4\n"), "holds numbers, not names");
    assertFault(write("empty.csv", ""), "is empty");
    assertFault(write("header.csv", "a,b\n"), "no rows in");
    assertFault(write("ragged.csv", "a,b\n1,2\n3,4,5\n"), "ragged.csv");
    assertFault(write("narrow.csv", "a,b\n" + "1,2,c\n".repeat(200)), "narrow.csv");
    assertFault(
        write("grows.csv", "a,b\n" + "1,2\n".repeat(5) + "3,4,c\n".repeat(200)), "grows.csv");
    assertFault(write("plain.parquet", "no parquet at all"), "plain.parquet");
    assertFault(write("plain.csv.gz", "not packed"), "GZIP");
    assertFault(write("half.json", "[{\"a\":1},{\"a\":nul"), "Malformed JSON");
    assertFault(
        write("big.json", "{\"a\":9007199254740993}"), "column 'a', row 1: 9007199254740993");
    Path latin = folder.resolve("latin.csv");
    Files.write(latin, "a,b\n1,café\n".getBytes(StandardCharsets.ISO_8859_1));
    assertFault(latin, "latin.csv, line 2", "convert the file to UTF-8");
    assertFault(folder.resolve("none.csv"), "there is no file");
    assertFault(folder.resolve("none*.csv"), "no file matches");
    assertFault(folder, "is a folder");
    assertFault(write("a.xlsx", "x"), "none of the known suffixes");
  }

  @Test
  void badQueriesAreNamed() {
    for (String sql : List.of("SELEC 1", "DROP TABLE data", "SELECT 1; SELECT 2")) {
      assertThatThrownBy(() -> TableSource.query(sql, List.of(), TableFormat.customary()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("cannot read the query: syntax error at or near")
          .hasMessageContaining("correct the query")
          .hasMessageNotContaining("\n");
    }
    try (TableSource none =
        TableSource.query("SELECT 1 AS x WHERE 1 = 2", List.of(), TableFormat.customary())) {
      assertThatThrownBy(none::readAll).hasMessageContaining("no rows in the query");
    }
  }

  private static void assertFault(Path file, String... parts) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }

  private static Table read(Path file) {
    try (TableSource source = TableSource.open(file)) {
      return source.readAll();
    }
  }

  private Path write(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private List<String> files() {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void timesWithoutAnOffsetAreInUtcWhereverTheMachineIs() {
    try (TableSource source =
        TableSource.query(
            "SELECT current_setting('TimeZone') AS zone", List.of(), TableFormat.customary())) {
      assertThat(source.readAll().column("zone").text(0)).isEqualTo("UTC");
    }
  }
}
