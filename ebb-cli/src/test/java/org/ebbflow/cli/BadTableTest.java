package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ebbflow.cli.EbbCall.ebb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables and models that do not suit: one line that names them, code 2, and nothing written. */
class BadTableTest {
  private static final String ROW = "p0,170.1,70.2,1,true,Graz";

  @TempDir static Path temp;

  private static Path good;
  private static Path model;

  @BeforeAll
  static void fit() throws IOException {
    good = MixedTables.write(temp.resolve("good.csv"), 200, 1);
    model = temp.resolve("model");
    ebb(MixedTables.fit(good, model)).json();
  }

  private static Path file(String name, String content) throws IOException {
    return Files.writeString(temp.resolve(name), content);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "id,size,weight,children,member,city | " + ROW + " | lacks column height",
        "id,height,weight,children,member,city,more | " + ROW + ",1 | does not know column more",
        "id,height,height,children,member,city | " + ROW + " | two columns",
        MixedTables.HEADER + " | p0,170.1,70.2,1,true,Oslo | 'city', row 1: 'Oslo'",
        MixedTables.HEADER + " | p0,2020-01-01,70.2,1,true,Ulm | 'height', row 1: '2020-01-01",
        MixedTables.HEADER + " | p0,tall,70.2,1,true,Ulm | 'height', row 1: 'tall' is a text",
        MixedTables.HEADER + " | p0,,70.2,1,true,Ulm | 'height', row 1: the value is missing",
        MixedTables.HEADER + " | p0,170,70.2,1.5,true,Ulm | 'children', row 1: '1.5'",
        MixedTables.HEADER + " | `` | no rows",
      })
  void rowsThatAModelDoesNotTake(String header, String row, String named) throws IOException {
    Path data = file("other.csv", header + "\n" + row + (row.isEmpty() ? "" : "\n"));
    assertModelRefuses(data, named);
  }

  @Test
  void contentThatIsNoTable() throws IOException {
    assertRefusedEverywhere(temp.resolve("nowhere.csv"), "nowhere.csv");
    assertRefusedEverywhere(file("empty.csv", ""), "is empty");
    assertRefusedEverywhere(file("header.csv", MixedTables.HEADER + "\n"), "no rows");
    assertRefusedEverywhere(file("binary.csv", "\u0007\0\1\0"), "is no text");
    assertRefusedEverywhere(temp.resolve("none-*.csv"), "none-*.csv");
    assertFitRefused(temp, "is a folder");
    List<String> rows = new ArrayList<>(MixedTables.rows(30, 2, 0));
    rows.set(20, "p20,170");
    Path ragged = MixedTables.write(temp.resolve("ragged.csv"), rows);
    assertRefusedEverywhere(ragged, "as many cells");
    rows.set(20, ROW.replace("Graz", "Zürich"));
    Path latin = temp.resolve("latin.csv");
    Files.write(
        latin,
        (MixedTables.HEADER + "\n" + String.join("\n", rows) + "\n")
            .getBytes(StandardCharsets.ISO_8859_1));
    assertRefusedEverywhere(latin, "latin.csv, line 22", "convert the file to UTF-8");
  }

  @Test
  void tablesThatCannotBeFittedTo() throws IOException {
    assertFitRefused(MixedTables.write(temp.resolve("few.csv"), 7, 1), "7 rows", "at least 20");
    assertFitRefused(file("single.csv", "a,b\n1,2\n"), "no column is modelled");
    String gaps = Stream.generate(() -> "1.5,\n2.5,\n").limit(20).collect(Collectors.joining());
    assertFitRefused(file("gaps.csv", "a,b\n" + gaps), "'b' has no value in any of 40 rows");
    StringBuilder wide = new StringBuilder(numbered("c"));
    for (int row = 0; row < 30; row++) {
      wide.append('\n').append(numbered(row + "."));
    }
    assertFitRefused(file("wide.csv", wide + "\n"), "5000 columns", "kind: ignored");
  }

  private static String numbered(String prefix) {
    return IntStream.range(0, 5_000).mapToObj(i -> prefix + i).collect(Collectors.joining(","));
  }

  @Test
  void aConstantColumnIsHeldConstant() throws IOException {
    List<String> rows = MixedTables.rows(60, 1, 0).stream().map(row -> row + ",5").toList();
    Path data = temp.resolve("constant.csv");
    Files.writeString(data, MixedTables.HEADER + ",five\n" + String.join("\n", rows) + "\n");
    Path fitted = temp.resolve("five");
    ebb(MixedTables.fit(data, fitted)).json();
    Path other = file("six.csv", MixedTables.HEADER + ",five\n" + ROW + ",5\n" + ROW + ",6\n");
    Path out = temp.resolve("never.csv");
    ebb("score", fitted, "--data", other, "--out", out)
        .assertRefused("'five', row 2", "'6'", "'5'");
    Path drawn = temp.resolve("drawn.csv");
    ebb("sample", fitted, "--n", 3, "--out", drawn).json();
    assertThat(Files.readAllLines(drawn).get(1)).endsWith(",5");
    // One row is enough to score.
    Path one = file("one.csv", MixedTables.HEADER + ",five\n" + ROW + ",5\n");
    assertThat(ebb("score", fitted, "--data", one, "--out", drawn).json().get("rows").asInt())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--candidates magic | 'magic' for tables",
        "--candidates gaussian --set nope=1 | 'nope'",
        "--model auto --set nope=1 | 'nope'",
        "--trim 0.7 | trim is 0.7",
        "--steps 0 | steps is 0",
        "--minutes 0 | minutes is 0",
        "--schema nowhere.yaml | nowhere.yaml",
        "--model auto --objective ml | --objective",
        "--model auto --condition height | --condition",
        "--schema nowhere.yaml --test t.csv | --test",
        "--query selec+1 | the query",
        "--query select+nope+from+data | nope",
        "--model spline --query select+1 | --query",
      })
  void optionsOfAFit(String options, String named) {
    Path out = temp.resolve("run");
    List<Object> words = new ArrayList<>(List.of("fit", "--data", good, "--out", out));
    Stream.of(options.split(" ")).map(word -> word.replace('+', ' ')).forEach(words::add);
    ebb(words.toArray()).assertRefused(named);
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sample --n 5 --where city+= | syntax error | .csv",
        "sample --n 5 --where nope=3 | \"nope\" | .csv",
        "sample --n 5 --where city='Rome' | 0 of 202,000 draws | .csv",
        "sample --n 5 --where true --rebalance city | --rebalance | .csv",
        "sample --n 5 --rebalance nope | 'nope' | .csv",
        "sample --n 5 --rebalance height | different values | .csv",
        "sample --n 5 --method mala | --method | .csv",
        "sample --n 5 --privacy a.csv b.csv | a.csv | .csv",
        "sample --n 0 | --n is 0 | .csv",
        "sample --n 5 | suffix | .png",
        "score --flag 2 | --flag is 2 | .csv",
        "score --explain -1 | --explain is -1 | .csv",
        "score | suffix | .xlsx",
        "impute --draws -1 | --draws is -1 | .csv",
        "impute --level 1 | level is 1 | .csv",
        "impute --intervals nowhere/c.csv | nowhere | .csv",
        "inpaint --mask random:0.5 | ebb impute | .csv",
      })
  void optionsOfOtherCommands(String options, String named, String suffix) throws IOException {
    Path folder = Files.createTempDirectory(temp, "out");
    String[] given = options.split(" ");
    List<Object> words = new ArrayList<>(List.of(given[0], model));
    if (!given[0].equals("sample")) {
      words.addAll(List.of("--data", good));
    }
    Stream.of(given).skip(1).map(word -> word.replace('+', ' ')).forEach(words::add);
    words.addAll(List.of("--out", folder.resolve("out" + suffix)));
    ebb(words.toArray()).assertRefused(named);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void outputsNeedAPlaceOfTheirOwn() throws IOException {
    Path folder = Files.createTempDirectory(temp, "places");
    Path out = folder.resolve("i.csv");
    ebb("impute", model, "--data", good, "--out", out, "--intervals", out)
        .assertRefused(out.toString(), "twice");
    Path below = folder.resolve("missing").resolve("s.csv");
    for (String command : List.of("score", "impute")) {
      ebb(command, model, "--data", good, "--out", below).assertRefused("missing");
      ebb(command, model, "--data", good, "--out", folder).assertRefused(folder.toString());
    }
    ebb("sample", model, "--out", below).assertRefused("missing");
    assertThat(folder).isEmptyDirectory();
    ebb("fit", "--data", good, "--out", good).assertRefused(good.toString());
  }

  @Test
  void comparedTablesNeedTheSameColumns() throws IOException {
    Path other = file("less.csv", "id,height\np1,170\n");
    ebb("compare", good, other).assertRefused("lacks columns weight");
    ebb("compare", good, temp.resolve("nowhere.csv")).assertRefused("nowhere.csv");
    ebb("compare", good, good, "--model", temp).assertRefused(temp.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "null",
        "[1]",
        "{\"version\":9,\"heldOut\":[1],\"tails\":[1]," + "\"entries\":[]}",
        "{\"version\":1,\"heldOut\":[],\"tails\":[],\"entries\":[]}"
      })
  void damagedCalibration(String content) throws IOException {
    assertDamaged("calibration.json", content);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "null",
        "[1]",
        "{\"format\":\"ebb-table-9\"}",
        "{\"format\":\"ebb-table-1\"}"
      })
  void damagedTable(String content) throws IOException {
    assertDamaged("table.json", content);
  }

  private static Path copyOfModel(String... files) throws IOException {
    Path copy = Files.createTempDirectory(temp, "damaged");
    for (String file : files) {
      Files.copy(model.resolve(file), copy.resolve(file));
    }
    return copy;
  }

  private static void assertDamaged(String name, String content) throws IOException {
    Path damaged =
        copyOfModel("config.json", "model.safetensors", "table.json", "calibration.json");
    Files.writeString(damaged.resolve(name), content);
    Path out = temp.resolve("never.csv");
    ebb("score", damaged, "--data", good, "--out", out).assertRefused(damaged + "", name);
    ebb("impute", damaged, "--data", good, "--out", out).assertRefused(damaged + "", name);
    ebb("sample", damaged, "--out", out).assertRefused(damaged + "", name);
    assertThat(out).doesNotExist();
  }

  @Test
  void modelsThatAreNoTables() throws IOException {
    Path numbers = Samples.gaussian(temp.resolve("numbers.csv"), 60, 1);
    Path raw = temp.resolve("raw");
    ebb("fit", "--data", numbers, "--model", "ebflow-fc", "--steps", 3, "--out", raw).json();
    Path out = temp.resolve("never.csv");
    ebb("impute", raw, "--data", numbers, "--out", out).assertRefused(raw.toString());
    ebb("compare", numbers, numbers, "--model", raw).assertRefused(raw.toString());
    ebb("sample", raw, "--where", "age > 3", "--out", out).assertRefused(raw.toString());
    ebb("score", raw, "--data", numbers, "--explain", 2, "--out", out).assertRefused("--explain");
    ebb("score", temp, "--data", numbers, "--out", out).assertRefused(temp.toString());
    assertThat(out).doesNotExist();
    // A fit of numbers over a table's leaves nothing of it.
    Path over = temp.resolve("over");
    ebb(MixedTables.fit(good, over)).json();
    Object[] named = {
      "fit", "--data", numbers, "--model", "ebflow-fc", "--steps", 3, "--out", over
    };
    ebb(named).assertRefused(over.toString(), "--force");
    List<Object> forced = new ArrayList<>(List.of(named));
    forced.add("--force");
    ebb(forced.toArray()).json();
    ebb("score", over, "--data", numbers, "--out", temp.resolve("raw.csv")).json();
    assertThat(over.toFile().list()).doesNotContain("table.json", "calibration.json", "race");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void fullDisk() throws Exception {
    Path folder = Files.createTempDirectory(temp, "full");
    Path out = folder.resolve("out.csv");
    ChildEbb child = ChildEbb.startLimited(temp, 20, "sample", model, "--n", 2_000, "--out", out);
    assertThat(child.finish()).isEqualTo(2);
    assertThat(child.messages()).singleElement().asString().contains(out.toString(), "disk");
    assertThat(folder).isEmptyDirectory();
    // Reading wants DuckDB, whose library does not fit either.
    child = ChildEbb.startLimited(temp, 20, "score", model, "--data", good, "--out", out);
    assertThat(child.finish()).isEqualTo(2);
    assertThat(child.messages()).singleElement().asString().contains("DuckDB", "room");
    assertThat(child.errors()).doesNotContain("Exception", "\tat ");
    assertThat(folder).isEmptyDirectory();
  }

  private static void assertRefusedEverywhere(Path data, String... names) {
    assertFitRefused(data, names);
    assertModelRefuses(data, names);
    ebb("schema", data).assertRefused(names);
  }

  private static void assertFitRefused(Path data, String... names) {
    Path out = temp.resolve("run");
    ebb(MixedTables.fit(data, out)).assertRefused(names);
    assertThat(out).doesNotExist();
  }

  private static void assertModelRefuses(Path data, String... names) {
    Path out = temp.resolve("scores.csv");
    ebb("score", model, "--data", data, "--out", out).assertRefused(names);
    ebb("impute", model, "--data", data, "--out", out);
    assertThat(temp.toFile().list()).doesNotContain("scores.csv.tmp");
  }

  @Test
  void aModelWithoutItsCalibrationIsNoModelOfNumbers() throws IOException {
    Path damaged = copyOfModel("config.json", "model.safetensors", "table.json");
    ebb("eval", damaged, "--data", good).assertRefused("calibration.json");
    ebb("eval", model, "--data", good, "--exact").assertRefused("--exact");
    ebb("compare", good, good, "--model", model, "--schema", temp.resolve("none.yaml"))
        .assertRefused("--schema");
  }

  @Test
  void aFitIsResumedAsItBegan() throws IOException {
    Path run = temp.resolve("begun");
    ebb(MixedTables.fit(good, run)).json();
    ebb("fit", "--resume", "--out", run, "--condition", "height").assertRefused("cannot change");
    ebb("fit", "--resume", "--force", "--out", run).assertRefused("--force");
  }

  @Test
  void keysAreNotNamedAsWhatScoringWrites() throws IOException {
    StringBuilder rows = new StringBuilder("p_value,x\n");
    for (int i = 0; i < 60; i++) {
      rows.append("key-").append(i).append(',').append(i * 0.37 % 1).append('\n');
    }
    Path named = Files.writeString(temp.resolve("named.csv"), rows);
    Path out = temp.resolve("named");
    ebb("fit", "--data", named, "--out", out, "--candidates", "gaussian")
        .assertRefused("'p_value'", "ebb score");
    assertThat(out).doesNotExist();
  }
}
