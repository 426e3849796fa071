package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.ebbflow.cli.EbbCall.ebb;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flows of neural-ODE blocks from the command line: grown, resumed, scored, drawn from, given. */
class BlockFlowTest {
  @TempDir static Path temp;

  private static Path table;

  @BeforeAll
  static void write() throws IOException {
    table = crescents(temp.resolve("crescents.csv"), 900);
  }

  /** The second column bends with the first, and both move with the third. */
  private static Path crescents(Path file, int rows) throws IOException {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder("x,y,side\n");
    for (int i = 0; i < rows; i++) {
      int side = random.nextInt(2);
      double x = random.nextGaussian();
      double y = x * x + 0.3 * random.nextGaussian();
      text.append(String.format(Locale.ROOT, "%.5f,%.5f,%d%n", x + 4 * side, y, side));
    }
    return Files.writeString(file, text);
  }

  private static Object[] fit(Path out, Object... more) {
    Object[] words = {
      "fit",
      "--data",
      table,
      "--out",
      out,
      "--model",
      "jko",
      "--condition",
      "side",
      "--set",
      "maxBlocks=2",
      "--set",
      "growth.epsilon=0",
      "--set",
      "hidden=[24]",
      "--set",
      "batch=150",
      "--set",
      "learningRate=0.02",
      "--set",
      "threads=1",
      "--steps",
      160
    };
    Object[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return all;
  }

  /** With every entry hidden, what is filled in follows the condition alone. */
  private static void assertFillsForGivenConditions(Path model, Path given) throws IOException {
    Path blank = Files.writeString(temp.resolve("blank.csv"), "x,y\n" + "0,0\n".repeat(80));
    Path mask = Files.writeString(temp.resolve("mask.csv"), "x,y\n1,1\n");
    Path filled = temp.resolve("filled.csv");
    Object[] words = {
      "inpaint",
      model,
      "--data",
      blank,
      "--mask",
      mask,
      "--method",
      "mala",
      "--iterations",
      150,
      "--out",
      filled,
      "--given",
      given
    };
    ebb(words).json();
    double[] mean = new double[2];
    int row = 0;
    for (double[] numbers : Samples.rows(filled)) {
      mean[row++ % 2] += numbers[0] / 40;
    }
    assertThat(mean[0]).isCloseTo(0, within(1.0));
    assertThat(mean[1]).isCloseTo(4, within(1.0));
    words[words.length - 1] = Files.writeString(temp.resolve("few.csv"), "side\n1\n");
    ebb(words).assertRefused("1 of 80 rows", "--rows");
  }

  @Test
  void growsScoresAndDrawsForGivenConditions() throws IOException {
    Path model = temp.resolve("jko");
    JsonNode fitted = ebb(fit(model)).json();
    assertThat(fitted.get("steps").asInt()).isEqualTo(320);
    assertThat(fitted.get("divergence").asText()).isEqualTo("exact divergence");
    assertThat(Math.abs(fitted.get("changeWithTwiceTheSteps").asDouble())).isLessThan(0.01);
    // Of the truth: ½·log(2πe) each for x and for y given x, of deviations 1 and 0.3.
    double entropy = Math.log(2 * Math.PI * Math.E) + Math.log(0.3);
    assertThat(fitted.at("/validation/nll").asDouble()).isBetween(entropy - 0.2, entropy + 0.5);
    String report = Files.readString(model.resolve("report.html"));
    assertThat(report).contains("W₂ movement by block", "Parts of the loss by block");
    assertThat(ebb("info", model).code()).isZero();

    JsonNode evaluated = ebb("eval", model, "--data", table, "--exact").json();
    assertThat(evaluated.get("nll").asDouble()).isLessThan(entropy + 0.5);
    JsonNode scored = ebb("score", model, "--data", table, "--out", temp.resolve("s.csv")).json();
    assertThat(scored.get("divergence").asText()).isEqualTo("exact divergence");
    assertThat(Files.readAllLines(temp.resolve("s.csv"))).hasSize(901);

    StringBuilder sides = new StringBuilder("side\n");
    for (int i = 0; i < 400; i++) {
      sides.append(i % 2).append('\n');
    }
    Path given = Files.writeString(temp.resolve("given.csv"), sides);
    Path drawn = temp.resolve("drawn.csv");
    ebb("sample", model, "--given", given, "--out", drawn).json();
    double[] mean = new double[2];
    int row = 0;
    for (double[] numbers : Samples.rows(drawn)) {
      mean[row++ % 2] += numbers[0] / 200;
    }
    assertThat(mean[0]).isCloseTo(0, within(0.5));
    assertThat(mean[1]).isCloseTo(4, within(0.5));

    ebb("sample", model, "--n", 5, "--out", drawn).assertRefused("for given side");
    Path other = Files.writeString(temp.resolve("other.csv"), "left\n1\n");
    ebb("sample", model, "--given", other, "--out", drawn).assertRefused("left", "side");
    ebb("fit", "--resume", "--out", model, "--condition", "x").assertRefused("--condition");
    assertThat(Files.exists(model.resolve("block-checkpoint.safetensors"))).isFalse();

    assertFillsForGivenConditions(model, given);

    DensityModel loaded = DensityModel.load(model);
    Dataset conditions = Dataset.of(new double[][] {{1}, {1}}).withColumnNames(List.of("side"));
    assertThat(loaded.sample(conditions, 3, share -> {}).condition()).contains(conditions);
  }

  @Test
  void aGrownFlowIsNotTrainedForLonger() throws IOException {
    Path steady = temp.resolve("steady");
    ebb(fit(steady, "--set", "schedule.name=constant", "--set", "training.steps=5")).json();
    for (String[] longer : new String[][] {{"--epochs", "9"}, {"--minutes", "1"}}) {
      ebb("fit", "--resume", "--out", steady, longer[0], longer[1])
          .assertRefused("has grown to its end", "start anew");
    }
    JsonNode again = ebb("fit", "--resume", "--out", steady).json();
    assertThat(again.get("steps").asInt()).isEqualTo(10);

    Path falling = temp.resolve("falling");
    ebb(fit(falling, "--set", "training.steps=5")).json();
    EbbCall refused = ebb("fit", "--resume", "--out", falling, "--epochs", "9");
    refused.assertRefused("--epochs", "each block's learning rate");
    assertThat(refused.err()).doesNotContain("constant");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void survivesAKillWithinABlock() throws Exception {
    Path whole = temp.resolve("whole");
    ebb(fit(whole, "--set", "checkpointSeconds=1", "--set", "training.steps=500")).json();
    Path run = temp.resolve("killed");
    ChildEbb child =
        ChildEbb.start(
            temp, fit(run, "--set", "checkpointSeconds=1", "--set", "training.steps=500"));
    child.await(run.resolve("block-checkpoint.safetensors"));
    child.process().destroyForcibly();
    child.finish();
    ebb("fit", "--resume", "--out", run).json();
    assertThat(ebb("eval", run, "--data", table).json())
        .isEqualTo(ebb("eval", whole, "--data", table).json());
  }

  @Test
  void mistakesAreNamed() {
    Path out = temp.resolve("none");
    ebb("fit", "--data", table, "--out", out, "--model", "jko", "--objective", "ml")
        .assertRefused("'jko' cannot be trained by 'ml'", "jko");
    ebb("fit", "--data", table, "--out", out, "--model", "ebflow-fc", "--objective", "fm")
        .assertRefused("'ebflow-fc' cannot be trained by 'fm'", "ssm");
    ebb("fit", "--data", table, "--out", out, "--condition", "side")
        .assertRefused("'ebflow-fc' takes no condition", "jko");
    ebb("fit", "--data", table, "--out", out, "--model", "jko", "--condition", "sides")
        .assertRefused("no column 'sides'", "x, y, side");
    ebb("fit", "--data", table, "--out", out, "--model", "jko", "--set", "rho=1")
        .assertRefused("rho", "growth.factor");
    ebb(
            "fit",
            "--data",
            table,
            "--out",
            out,
            "--model",
            "jko",
            "--set",
            "objective.ode.rule=dopri5")
        .assertRefused("fixed length", "rk4");
    ebb(fit(out, "--set", "training.noise=0.1")).assertRefused("training.noise", "each block");
    ebb(fit(out, "--set", "matchAfterPreprocessing=false"))
        .assertRefused("preprocessed rows", "matchAfterPreprocessing=true");
    ebb("fit", "--data", table, "--out", out, "--model", "cnf", "--set", "network.time=false")
        .assertRefused("sees time", "time=true");
    ebb(
            "fit",
            "--data",
            table,
            "--out",
            out,
            "--model",
            "cnf",
            "--condition",
            "side",
            "--set",
            "optimalPairs=true")
        .assertRefused("depend on the condition", "optimalPairs=false");
    assertThat(Files.exists(out)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cnf", "diffusion"})
  void continuousFlowsLearnByRegression(String name) throws IOException {
    Path model = temp.resolve(name);
    JsonNode fitted =
        ebb(
                "fit",
                "--data",
                table,
                "--out",
                model,
                "--model",
                name,
                "--condition",
                "side",
                "--set",
                "hidden=[64,64]",
                "--set",
                "batch=250",
                "--set",
                "learningRate=0.02",
                "--set",
                "threads=1",
                "--steps",
                500)
            .json();
    double entropy = Math.log(2 * Math.PI * Math.E) + Math.log(0.3);
    assertThat(fitted.at("/validation/nll").asDouble()).isBetween(entropy - 0.2, entropy + 1);
  }
}
