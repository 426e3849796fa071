package org.ebbflow.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ebbflow.data.Dataset;
import org.ebbflow.train.TrainListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's Java is compiled and run here, and is the same to the letter. */
class ReadmeExampleTest {
  private static final Path README = Path.of("..", "README.md");

  @Test
  void the_library_example_runs(@TempDir Path folder) {
    double[][] rows = new double[500][2];
    Random random = new Random(1);
    for (double[] row : rows) {
      row[0] = random.nextGaussian();
      row[1] = row[0] + 0.5 * random.nextGaussian();
    }
    double[] logDensities = example(rows, folder.resolve("model"));
    assertThat(logDensities).hasSize(2);
    assertThat(logDensities[0]).isGreaterThan(logDensities[1]);
  }

  private static double[] example(double[][] rows, Path folder) {
    // README begin
    Dataset data = Dataset.of(rows);
    RunConfig config = RunConfig.defaults("ebflow-fc", "ml", DataShape.of(data));
    new Fit(config, data, new ModelFolder(folder), new TrainListener() {}).run();

    DensityModel model = DensityModel.load(folder);
    double[] logDensities = model.logProb(new double[][] {{0.1, 0.2}, {3, -3}});
    double[][] scores = model.score(new double[][] {{0.1, 0.2}}); // gradient of log p
    Dataset synthetic = model.sample(1000, 42, done -> {});
    // README end
    assertThat(scores[0]).hasSize(2);
    assertThat(synthetic.rows()).isEqualTo(1000);
    return logDensities;
  }

  @Test
  void the_readme_shows_the_code_that_runs() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/org/ebbflow/model/ReadmeExampleTest.java"));
    String block =
        source.substring(
            source.indexOf("// README begin\n") + 16, source.indexOf("    // README end"));
    assertThat(Files.readString(README))
        .contains("```java\n" + block.replaceAll("(?m)^ {4}", "") + "```");
  }

  @Test
  void what_the_readme_links_to_is_there() throws IOException {
    Matcher links = Pattern.compile("]\\(([^)#]+)\\)").matcher(Files.readString(README));
    List<String> missing = new ArrayList<>();
    int found = 0;
    while (links.find()) {
      found++;
      if (!Files.exists(README.resolveSibling(links.group(1)))) {
        missing.add(links.group(1));
      }
    }
    assertThat(found).isPositive();
    assertThat(missing).isEmpty();
  }
}
