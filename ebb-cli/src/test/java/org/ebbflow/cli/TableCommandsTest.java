package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.ebbflow.cli.EbbCall.ebb;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableSource;
import org.ebbflow.tabular.table.TableWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table of mixed columns through all commands that take one. */
class TableCommandsTest {
  @TempDir static Path temp;

  private static Path train;
  private static Path fresh;
  private static Path model;
  private static JsonNode fitted;

  @BeforeAll
  static void fit() throws IOException {
    train = MixedTables.write(temp.resolve("train.csv"), 600, 1);
    fresh = MixedTables.write(temp.resolve("fresh.csv"), 300, 2);
    model = temp.resolve("model");
    fitted = ebb(MixedTables.fit(train, model)).json();
  }

  @Test
  void fitTellsWhatWasChosen() throws IOException {
    assertThat(fitted.fieldNames())
        .toIterable()
        .containsExactly("model", "chosen", "validationNll", "candidates", "report");
    assertThat(fitted.get("chosen").asText()).isEqualTo("gaussian");
    assertThat(fitted.at("/candidates/gaussian")).isEqualTo(fitted.get("validationNll"));
    assertThat(Files.readString(model.resolve("report.html"))).contains("gaussian", "city");
    JsonNode info = ebb("info", model).json();
    assertThat(info.at("/table/id").asText()).isEqualTo("key");
    assertThat(info.at("/table/children").asText()).isEqualTo("integer");
    assertThat(info.at("/table/member").asText()).isEqualTo("boolean");
    assertThat(info.at("/table/city").asText()).isEqualTo("categorical");
  }

  @Test
  void schemaIsPrintedOrWrittenAndTaken() throws IOException {
    EbbCall printed = ebb("schema", train);
    assertThat(printed.code()).isZero();
    assertThat(printed.out()).contains("height:", "kind: continuous", "kind: key", "Bern");
    Path yaml = temp.resolve("schema.yaml");
    assertThat(ebb("schema", train, "--out", yaml).out()).isEmpty();
    assertThat(yaml).hasContent(printed.out().strip());
    Path own =
        Files.writeString(temp.resolve("own.yaml"), "columns:\n  children: {kind: ignored}\n");
    List<Object> words = new ArrayList<>(List.of(MixedTables.fit(train, temp.resolve("few"))));
    words.addAll(List.of("--schema", own));
    ebb(words.toArray()).json();
    assertThat(ebb("info", temp.resolve("few")).json().at("/table/children").asText())
        .isEqualTo("ignored");
  }

  @Test
  void scoresCarryKeysAndFollowNamesNotPlaces() throws IOException {
    Path out = temp.resolve("scores.csv");
    JsonNode result = ebb("score", model, "--data", fresh, "--out", out).json();
    assertThat(result.get("rows").asInt()).isEqualTo(300);
    Table scores = read(out);
    assertThat(scores.names()).containsExactly("id", "log_density", "p_value");
    assertThat(scores.column("id").text(17)).isEqualTo("p17");
    double mean = mean(scores.column("log_density"));
    assertThat(result.get("meanLogDensity").asDouble()).isCloseTo(mean, within(1e-9));
    assertThat(ebb("eval", model, "--data", fresh).json().get("nll").asDouble())
        .isCloseTo(-mean, within(1e-5));

    Path turned = temp.resolve("turned.parquet");
    TableWriter.write(
        turned,
        read(fresh).select(List.of("city", "member", "weight", "children", "height", "id")));
    Path again = temp.resolve("scores.parquet");
    ebb("score", model, "--data", turned, "--out", again).json();
    Table same = read(again);
    for (int row = 0; row < 300; row++) {
      assertThat(same.column("log_density").number(row))
          .isCloseTo(scores.column("log_density").number(row), within(1e-6));
    }
    Path part = temp.resolve("part.csv");
    ebb(
            "score",
            model,
            "--data",
            fresh,
            "--query",
            "select * from data where city = 'Ulm'",
            "--out",
            part)
        .json();
    assertThat(read(part).rows()).isBetween(20, 200);
  }

  @Test
  void strangeRowsAreFlaggedAndExplained() throws IOException {
    List<String> rows = MixedTables.rows(1_000, 3, 0);
    // Both are ordinary by themselves; together no row has them.
    rows.set(42, "odd,190.000,55.000,1,false,Bern");
    Path data = MixedTables.write(temp.resolve("odd.csv"), rows);
    Path out = temp.resolve("odd-scores.csv");
    JsonNode result =
        ebb("score", model, "--data", data, "--flag", 0.01, "--explain", 2, "--out", out).json();
    assertThat(result.get("flagged").asInt()).isBetween(2, 30); // 60 rows held out tell p roughly
    Table scores = read(out);
    assertThat(scores.column("p_value").number(42)).isLessThan(0.01);
    assertThat(scores.column("because").text(42))
        .matches("(weight|height) = \\d+(\\.\\d+)? \\(-\\d.* nats; usual .*\\); .*");
    int explained = 1_000 - scores.column("because").missing();
    assertThat(explained).isEqualTo(result.get("flagged").asInt());
  }

  @Test
  void gapsAreFilled() throws IOException {
    Path out = temp.resolve("whole.csv");
    Path cells = temp.resolve("cells.csv");
    JsonNode result =
        ebb("impute", model, "--data", fresh, "--out", out, "--draws", 2, "--intervals", cells)
            .json();
    Table before = read(fresh);
    int gaps = before.column("weight").missing();
    assertThat(gaps).isPositive();
    assertThat(result.get("filled").asInt()).isEqualTo(gaps);
    for (String name : List.of("whole.csv", "whole-1.csv", "whole-2.csv")) {
      Table after = read(temp.resolve(name));
      assertThat(after.column("id").text(5)).isEqualTo("p5");
      assertThat(after.column("weight").missing()).isZero();
      for (int row = 0; row < before.rows(); row++) {
        if (!before.column("weight").isMissing(row)) {
          assertThat(after.column("weight").number(row))
              .isEqualTo(before.column("weight").number(row));
        }
      }
    }
    Table known = read(cells);
    assertThat(known.names())
        .containsExactly("row", "column", "value", "lower", "upper", "confidence");
    assertThat(known.rows()).isEqualTo(gaps);
    for (int i = 0; i < gaps; i++) {
      double value = Double.parseDouble(String.valueOf(known.column("value").text(i)));
      assertThat(value).isBetween(known.column("lower").number(i), known.column("upper").number(i));
      assertThat(before.column("weight").isMissing((int) known.column("row").number(i) - 1))
          .isTrue();
    }
  }

  @Test
  void drawsMeetConditionsAndBalance() throws IOException {
    Path out = temp.resolve("drawn.parquet");
    ebb("sample", model, "--n", 150, "--where", "city = 'Ulm' and height > 165", "--out", out)
        .json();
    Table drawn = read(out);
    assertThat(drawn.rows()).isEqualTo(150);
    assertThat(drawn.names()).containsExactly("height", "weight", "children", "member", "city");
    assertThat(drawn.column("children").type()).isEqualTo(ColumnType.INTEGER);
    assertThat(IntStream.range(0, 150))
        .allMatch(
            row ->
                "Ulm".equals(drawn.column("city").text(row))
                    && drawn.column("height").number(row) > 165);
    Path even = temp.resolve("even.csv");
    ebb("sample", model, "--n", 90, "--rebalance", "city", "--out", even).json();
    Column city = read(even).column("city");
    for (String name : List.of("Bern", "Graz", "Ulm")) {
      assertThat(IntStream.range(0, 90).filter(row -> name.equals(city.text(row))).count())
          .isEqualTo(30);
    }
    JsonNode privacy =
        ebb("sample", model, "--n", 400, "--privacy", train, fresh, "--out", even)
            .json()
            .get("privacy");
    assertThat(privacy.get("closerToTraining").asDouble()).isBetween(0.35, 0.65);
    assertThat(privacy.get("copies").asDouble()).isLessThan(0.1);
  }

  @Test
  void tablesAreCompared() throws IOException {
    JsonNode same = ebb("compare", train, fresh).json();
    assertThat(same.get("differs").asBoolean()).isFalse();
    assertThat(same.get("movedColumns")).isEmpty();
    Path moved = MixedTables.write(temp.resolve("moved.csv"), MixedTables.rows(300, 5, 6));
    Path report = temp.resolve("drift.html");
    JsonNode drift = ebb("compare", train, moved, "--model", model, "--out", report).json();
    assertThat(drift.get("differs").asBoolean()).isTrue();
    assertThat(drift.get("movedColumns")).hasSize(1);
    assertThat(drift.at("/movedColumns/0").asText()).isEqualTo("weight");
    assertThat(Files.readString(report)).contains("The tables differ", "weight", "Under the model");
  }

  private static Table read(Path file) {
    try (TableSource source = TableSource.open(file)) {
      return source.readAll();
    }
  }

  private static double mean(Column column) {
    return IntStream.range(0, column.rows()).mapToDouble(column::number).average().orElseThrow();
  }
}
