package org.ebbflow.tabular;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableSource;
import org.ebbflow.tabular.table.TableWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's Java for tables is compiled and run here, and is the same to the letter. */
class ReadmeExampleTest {
  @Test
  void theExampleRuns(@TempDir Path folder) {
    FitOptions quick = FitOptions.defaults().withModel("gaussian");
    List<Explanation> reasons = example(folder, quick);
    assertThat(reasons).hasSize(3);
    try (TableSource source = TableSource.open(folder.resolve("drawn.parquet"))) {
      assertThat(source.readAll().rows()).isEqualTo(1000);
    }
  }

  private static List<Explanation> example(Path folder, FitOptions options) {
    // README begin
    Table flats;
    Table others;
    try (TableSource known = TableSource.open(Path.of("../examples/flats.csv"));
        TableSource fresh = TableSource.open(Path.of("../examples/flats-new.csv"))) {
      flats = known.readAll();
      others = fresh.readAll();
    }
    TabularModel model = TabularModel.fit(flats, options); // or a race: FitOptions.defaults()

    Scores scores = model.score(others);
    double[] logDensities = scores.logDensities();
    int[] strange = scores.flagged(0.01); // p-values up to 0.01, the strangest first
    List<List<Explanation>> reasons = model.explain(others, strange, 3);

    Table whole = model.impute(others).point(); // no gaps
    Table drawn = model.sample(1000, 42); // seed 42
    TableWriter.write(folder.resolve("drawn.parquet"), drawn);

    model.save(folder);
    TabularModel same = TabularModel.load(folder);
    // README end
    assertThat(logDensities).hasSize(100);
    assertThat(whole.column("built").missing()).isZero();
    assertThat(same.score(others).logDensities()).isEqualTo(logDensities);
    return reasons.get(0);
  }

  @Test
  void theReadmeShowsTheCodeThatRuns() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/org/ebbflow/tabular/ReadmeExampleTest.java"));
    String block =
        source.substring(
            source.indexOf("// README begin\n") + 16, source.indexOf("    // README end"));
    assertThat(Files.readString(Path.of("..", "README.md")))
        .contains(
            "```java\n"
                + block.replaceAll("(?m)^ {4}", "").replace("../examples", "examples")
                + "```");
  }
}
