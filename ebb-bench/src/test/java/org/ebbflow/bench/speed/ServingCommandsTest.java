package org.ebbflow.bench.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ebbflow.bench.speed.BenchCall.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.RunConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ebb bench score} and {@code sample} on small models. */
class ServingCommandsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--architecture fc --dim 8 --layers 3",
        "--architecture glow --dim 64 --layers 1 --width 4",
        "--architecture jko --dim 2 --layers 2 --hidden 8 --substeps 1"
      })
  void freshModelsAreMeasured(String model) throws IOException {
    for (String work : List.of("score", "sample")) {
      JsonNode line = bench(work, model, "--rows 60 --batch 20 --threads 1 --json").json().get(0);
      assertThat(line.get("work").asText()).isEqualTo(work);
      assertThat(line.get("rows").asInt()).isEqualTo(60);
      assertThat(line.get("threads").asInt()).isEqualTo(1);
      assertThat(line.get("rows_per_second").asDouble()).isPositive();
      assertThat(line.has("peak_rss_mb")).isTrue();
      assertThat(line.has("rss_growth_mb")).isTrue();
    }
  }

  @Test
  void aModelFolderIsMeasuredOnItsOwnDraws() throws IOException {
    DataShape shape = new DataShape(64, true, new Dataset.ImageShape(1, 8, 8), List.of());
    RunConfig config = Training.with(RunConfig.defaults("ebflow-fc", "ssm", shape), "layers=1");
    Path saved = folder.resolve("a model");
    DensityModel.fresh(config, shape).save(saved);
    for (String work : List.of("score", "sample")) {
      JsonNode line =
          bench(work, "--model-dir", saved, "--rows 40 --batch 20 --threads 1 --json")
              .json()
              .get(0);
      assertThat(line.get("architecture").asText()).isEqualTo("ebflow-fc");
      assertThat(line.get("dim").asInt()).isEqualTo(64);
      assertThat(line.get("parameters").asInt()).isEqualTo(64 * 64 + 64);
    }
  }

  @Test
  void mistakesAreNamed() {
    bench("score --rows 0").assertRefused("--rows is 0");
    bench("sample --batch 20 --rows 10").assertRefused("--batch is 20");
    bench("score --architecture mlp").assertRefused("mlp");
    bench("score --architecture glow --dim 10").assertRefused("square", "--dim 784");
    bench("sample --model-dir", folder.resolve("none")).assertRefused("none");
    bench("score --threads -2").assertRefused("--threads is -2");
  }
}
