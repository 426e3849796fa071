package org.ebbflow.bench.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.ebbflow.bench.speed.BenchCall.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ebb bench step}, {@code jko-step} and {@code gate} on tiny flows. */
class StepCommandsTest {
  private static final String[] KEYS = {
    "peer", "dim", "batch", "threads", "precision", "loss", "ms_per_step", "peak_rss_mb"
  };

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyObjectiveHasALine(int threads) throws IOException {
    List<JsonNode> lines =
        bench(
                "step --dim 16 --layers 3 --batch 8 --objective ml,ssm,dsm,fdssm",
                "--steps 3 --warmup 1 --json --threads " + threads)
            .json();
    assertThat(lines)
        .extracting(line -> line.get("objective").asText())
        .containsExactly("ml", "ssm", "dsm", "fdssm");
    for (JsonNode line : lines) {
      assertThat(line.fieldNames()).toIterable().contains(KEYS);
      assertThat(line.get("loss").asDouble()).isFinite();
      assertThat(line.get("ms_per_step").asDouble()).isPositive();
      assertThat(line.get("threads").asInt()).isEqualTo(threads);
      double ratio = line.get("ms_per_step").asDouble() / line.get("gemm_ms").asDouble();
      assertThat(line.get("roofline_ratio").asDouble()).isCloseTo(ratio, within(0.05 * ratio));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--differentiation taylor, 1e-3",
    "--differentiation autograd, 1e-3",
    "--precision bf16, 0.05"
  })
  void allWaysMinimiseTheSameLoss(String way, double tolerance) throws IOException {
    for (String objective : List.of("ssm", "dsm")) {
      String call =
          "step --dim 16 --batch 8 --steps 2 --threads 1 --no-roofline --json --objective "
              + objective;
      JsonNode customary = bench(call).json().get(0);
      JsonNode other = bench(call, way).json().get(0);
      assertThat(way).contains(other.get(way.substring(2, way.indexOf(' '))).asText());
      assertThat(other.get("loss").asDouble())
          .isCloseTo(customary.get("loss").asDouble(), within(tolerance));
      assertThat(other.has("roofline_ratio")).isFalse();
    }
  }

  @Test
  void couplingsHaveAStepToo() throws IOException {
    List<JsonNode> lines =
        bench(
                "step --model realnvp-2d --layers 2 --batch 8 --objective ml,ssm,dsm",
                "--steps 2 --warmup 1 --threads 1 --json")
            .json();
    assertThat(lines).hasSize(3);
    for (JsonNode line : lines) {
      assertThat(line.fieldNames()).toIterable().contains(KEYS).doesNotContain("roofline_ratio");
      assertThat(line.get("model").asText()).isEqualTo("realnvp-2d");
      assertThat(line.get("dim").asInt()).isEqualTo(2);
      assertThat(line.get("loss").asDouble()).isFinite();
    }
  }

  @ParameterizedTest
  @CsvSource({"ml, 500", "fdssm, 1500", "dsm, 1100", "ssm, 1600"})
  void noProductIsCountedTwice(String objective, double rows) {
    // Rows times matrices of two layers and a batch of 100: for ml, 2 + 1 + 2 products of 100.
    assertThat(new StepProducts(objective, 784, 2, 100).operations())
        .isEqualTo(2 * rows * 784 * 784);
  }

  @Test
  void withoutJsonThereIsATable() {
    BenchCall call = bench("step --dim 4 --batch 2 --steps 1 --warmup 1 --threads 1");
    assertThat(call.code()).isZero();
    assertThat(call.out()).contains("| objective |", "roofline_ratio", "libtorch", "processors");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--divergence hutchinson --precision bf16",
        "--divergence exact",
        "--differentiation autograd"
      })
  void aBlockOfAJkoFlow(String options) throws IOException {
    JsonNode line =
        bench(
                "jko-step --dim 2 --hidden 16,16 --batch 20 --substeps 2",
                "--steps 2 --warmup 1 --threads 1 --json " + options)
            .json()
            .get(0);
    assertThat(line.fieldNames()).toIterable().contains(KEYS).contains("hidden", "substeps");
    assertThat(line.get("hidden")).hasSize(2);
    assertThat(line.get("loss").asDouble()).isFinite();
    assertThat(line.get("ms_per_step").asDouble()).isPositive();
  }

  @Test
  void theGateOpensAndCloses() throws IOException {
    String tiny = "gate --dim 8 --batch 4 --rounds 2 --steps 1 --threads 1";
    List<JsonNode> lines = bench(tiny, "--at-least 1e-6 --json").json();
    assertThat(lines)
        .extracting(line -> line.get("objective").asText())
        .containsExactly("ssm", "dsm");
    assertThat(lines).allSatisfy(line -> assertThat(line.get("ratio").asDouble()).isPositive());
    assertThat(bench(tiny, "--at-least 1e-6 --objective dsm --json").json()).hasSize(1);
    BenchCall closed = bench(tiny, "--at-least 1e6");
    assertThat(closed.code()).isEqualTo(1);
    assertThat(closed.err()).hasLineCount(2).contains("ssm", "dsm");
    assertThat(closed.out()).contains("fast_ms", "autograd_ms");
  }

  @Test
  void mistakesAreNamed() {
    bench("step --dim 0").assertRefused("--dim is 0");
    bench("step --model glow").assertRefused("'glow'", "realnvp-2d");
    bench("step --steps 0").assertRefused("--steps is 0");
    bench("step --warmup 0").assertRefused("--warmup is 0");
    bench("step --threads -1").assertRefused("--threads is -1");
    bench("step --objective jko").assertRefused("'jko'", "fdssm");
    bench("step --precision f16").assertRefused("f16");
    bench("step --precision bf16 --objective ml").assertRefused("only ssm and dsm");
    bench("step --precision bf16 --differentiation taylor").assertRefused("by hand");
    bench("jko-step --hidden 0").assertRefused("hidden");
    bench("jko-step --divergence none").assertRefused("'none'", "hutchinson");
    bench("jko-step --precision bf16").assertRefused("--divergence hutchinson");
    bench("jko-step --differentiation taylor").assertRefused("by-hand");
    bench("gate --at-least 0").assertRefused("--at-least is 0");
    bench("gate --objective ml").assertRefused("'ml'", "ssm or dsm");
    bench("gate --rounds 0").assertRefused("--rounds is 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "step", "jko-step", "score", "sample", "gate", "peers"})
  void helpShowsExamples(String command) {
    BenchCall help = bench((command + " --help").strip());
    assertThat(help.code()).isZero();
    assertThat(help.out()).contains("Usage: ebb bench", "Examples:", "  ebb bench " + command);
  }
}
