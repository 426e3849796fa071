package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.ebbflow.cli.EbbCall.ebb;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a table to a model, its figures and new rows, against the density the table is drawn from.
 */
class TableTest {
  @TempDir static Path temp;

  private static Path train;
  private static Path test;
  private static Path model;
  private static JsonNode fitted;

  @BeforeAll
  static void fit() throws IOException {
    train = Samples.gaussian(temp.resolve("train.csv"), 400, 1);
    test = Samples.gaussian(temp.resolve("test.csv"), 300, 2);
    model = temp.resolve("model");
    // One dense layer after standardisation is exactly a Gaussian of any covariance.
    fitted =
        ebb(
                "fit",
                "--data",
                train,
                "--test",
                test,
                "--out",
                model,
                "--model",
                "ebflow-fc",
                "--objective",
                "ml",
                "--set",
                "layers=1",
                "--set",
                "learningRate=0.02",
                "--set",
                "validateEvery=100",
                "--steps",
                800)
            .json();
  }

  @Test
  void fitTellsItsFigures() {
    assertThat(fitted.fieldNames())
        .toIterable()
        .containsExactly("model", "outcome", "steps", "seconds", "validation", "test", "report");
    assertThat(fitted.get("outcome").asText()).isEqualTo("finished");
    assertThat(fitted.get("steps").asInt()).isEqualTo(800);
    assertThat(fitted.at("/validation/rows").asInt()).isEqualTo(67);
  }

  @Test
  void evalComesCloseToTheTrueDensity() throws IOException {
    JsonNode figures = ebb("eval", model, "--data", test).json();
    assertThat(figures.fieldNames())
        .toIterable()
        .containsExactly("nll", "bitsPerDim", "rows", "standardError");
    double nll = figures.get("nll").asDouble();
    // 9 parameters of 333 rows cost about 9/(2·333) = 0.014 nats.
    assertThat(nll).isCloseTo(Samples.trueNll(Samples.rows(test)), within(0.06));
    assertThat(figures.get("bitsPerDim").asDouble()).isCloseTo(nll / 3 / Math.log(2), within(1e-5));
    assertThat(figures.get("rows").asInt()).isEqualTo(300);
    // −log p of a Gaussian in 3 dimensions has variance 3/2.
    assertThat(figures.get("standardError").asDouble())
        .isCloseTo(Math.sqrt(1.5 / 300), within(0.02));
    assertThat(figures).isEqualTo(fitted.get("test"));
  }

  @Test
  void oneRowHasNoStandardError() throws IOException {
    Path one = Samples.gaussian(temp.resolve("one.csv"), 1, 3);
    JsonNode figures = ebb("eval", model, "--data", one).json();
    assertThat(figures.get("standardError").isNull()).isTrue();
    assertThat(figures.get("nll").isNumber()).isTrue();
  }

  @Test
  void scoresOneRowEach() throws IOException {
    Path scores = temp.resolve("scores.csv");
    JsonNode result = ebb("score", model, "--data", test, "--out", scores).json();
    assertThat(result.get("rows").asInt()).isEqualTo(300);
    assertThat(Files.readAllLines(scores)).hasSize(301).startsWith("logDensity");
    double mean = Samples.rows(scores).stream().mapToDouble(row -> row[0]).average().orElseThrow();
    double nll = ebb("eval", model, "--data", test).json().get("nll").asDouble();
    assertThat(mean).isCloseTo(-nll, within(1e-5));
  }

  @Test
  void scoresFollowTheRowsNotTheirOrder() throws IOException {
    List<String> lines = Files.readAllLines(test);
    Path reversed = temp.resolve("reversed.csv");
    StringBuilder text = new StringBuilder(lines.get(0) + "\n");
    for (int i = lines.size() - 1; i > 0; i--) {
      text.append(lines.get(i)).append('\n');
    }
    Files.writeString(reversed, text);
    ebb("score", model, "--data", test, "--out", temp.resolve("a.csv")).json();
    ebb("score", model, "--data", reversed, "--out", temp.resolve("b.csv")).json();
    List<double[]> a = Samples.rows(temp.resolve("a.csv"));
    List<double[]> b = Samples.rows(temp.resolve("b.csv"));
    for (int i = 0; i < a.size(); i++) {
      assertThat(b.get(a.size() - 1 - i)[0]).isCloseTo(a.get(i)[0], within(1e-4));
    }
  }

  @Test
  void samplesHaveTheDataDistribution() throws IOException {
    Path drawn = temp.resolve("drawn.csv");
    JsonNode result = ebb("sample", model, "--n", 5000, "--seed", 3, "--out", drawn).json();
    assertThat(result.get("rows").asInt()).isEqualTo(5000);
    assertThat(Files.readAllLines(drawn).get(0)).isEqualTo(Samples.HEADER);
    List<double[]> rows = Samples.rows(drawn);
    assertThat(rows).hasSize(5000);
    double[] mean = new double[3];
    rows.forEach(
        row -> {
          for (int i = 0; i < 3; i++) {
            mean[i] += row[i] / rows.size();
          }
        });
    for (int i = 0; i < 3; i++) {
      // Chiefly the error of 333 training rows: σ/√333 is 0.55 σ/10.
      double sigma = Math.sqrt(Samples.covariance(i, i));
      assertThat(mean[i]).as("mean %d", i).isCloseTo(Samples.MEAN[i], within(0.25 * sigma));
      for (int j = 0; j <= i; j++) {
        int row = i;
        int column = j;
        double covariance =
            rows.stream()
                .mapToDouble(x -> (x[row] - mean[row]) * (x[column] - mean[column]))
                .average()
                .orElseThrow();
        double scale = sigma * Math.sqrt(Samples.covariance(j, j));
        assertThat(covariance)
            .as("covariance %d %d", i, j)
            .isCloseTo(Samples.covariance(i, j), within(0.25 * scale));
      }
    }
  }

  @Test
  void chainsDrawWhatInversionDraws() throws IOException {
    Path drawn = temp.resolve("mala.csv");
    JsonNode result = ebb("sample", model, "--n", 3000, "--method", "mala", "--out", drawn).json();
    assertThat(result.get("acceptance").asDouble()).isBetween(0.45, 0.7);
    ebb("sample", model, "--n", 3000, "--seed", 5, "--out", temp.resolve("exact.csv")).json();
    double[] byChain = Samples.rows(drawn).stream().mapToDouble(row -> row[1]).sorted().toArray();
    double[] exact =
        Samples.rows(temp.resolve("exact.csv")).stream()
            .mapToDouble(row -> row[1])
            .sorted()
            .toArray();
    double sigma = Math.sqrt(Samples.covariance(1, 1));
    for (double quantile : new double[] {0.1, 0.5, 0.9}) {
      int at = (int) (quantile * 3000);
      assertThat(byChain[at]).isCloseTo(exact[at], within(0.15 * sigma));
    }
  }

  @Test
  void fillsInColumnsAsTheOthersSuggest() throws IOException {
    Path mask = Files.writeString(temp.resolve("mask.csv"), "height,weight,age\n0,1,0\n");
    Path filled = temp.resolve("filled.csv");
    JsonNode result =
        ebb(
                "inpaint",
                model,
                "--data",
                test,
                "--mask",
                mask,
                "--method",
                "mala",
                "--iterations",
                300,
                "--out",
                filled)
            .json();
    assertThat(result.get("acceptance").asDouble()).isBetween(0.4, 0.75);
    List<double[]> before = Samples.rows(test);
    List<double[]> after = Samples.rows(filled);
    double squares = 0;
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.get(i)[0]).isEqualTo(before.get(i)[0]);
      assertThat(after.get(i)[2]).isEqualTo(before.get(i)[2]);
      double gap = after.get(i)[1] - before.get(i)[1];
      squares += gap * gap / before.size();
    }
    // Given the first column, the third's 4z₁ + 8z₂ leaves z₁ a variance of 1/(1 + 16/64) = 0.8,
    // the second column 5²·0.8 = 20; two draws from that differ by √40.
    double expected = Math.sqrt(40);
    assertThat(Math.sqrt(squares)).isCloseTo(expected, within(0.2 * expected));
  }

  @Test
  void masksThatDoNotFitAreRefused() throws IOException {
    Path out = temp.resolve("never.csv");
    ebb("inpaint", model, "--data", test, "--mask", "left-half", "--out", out)
        .assertRefused("left-half");
    ebb("inpaint", model, "--data", test, "--mask", "random:2", "--out", out)
        .assertRefused("random:2");
    Path missing = temp.resolve("no-mask.csv");
    ebb("inpaint", model, "--data", test, "--mask", missing, "--out", out)
        .assertRefused(missing.toString());
    Path wide = Files.writeString(temp.resolve("wide.csv"), "0,1,0,1\n");
    ebb("inpaint", model, "--data", test, "--mask", wide, "--out", out).assertRefused("mask");
    ebb(
            "inpaint",
            model,
            "--data",
            test,
            "--mask",
            "random:0.5",
            "--tau",
            -1,
            "--method",
            "mala",
            "--out",
            out)
        .assertRefused("step is -1");
    assertThat(out).doesNotExist();
  }

  @Test
  void theSeedDecidesTheSample() throws IOException {
    for (String name : List.of("first", "second")) {
      ebb("sample", model, "--n", 700, "--seed", 9, "--out", temp.resolve(name + ".csv")).json();
    }
    ebb("sample", model, "--n", 700, "--seed", 10, "--out", temp.resolve("other.csv")).json();
    assertThat(temp.resolve("first.csv")).hasSameBinaryContentAs(temp.resolve("second.csv"));
    assertThat(Samples.rows(temp.resolve("other.csv")).get(0))
        .isNotEqualTo(Samples.rows(temp.resolve("first.csv")).get(0));
  }

  @Test
  void infoDescribesTheModel() throws IOException {
    JsonNode info = ebb("info", model).json();
    assertThat(info.get("model").asText()).isEqualTo("ebflow-fc");
    assertThat(info.get("takes").asText()).isEqualTo("rows of 3 columns");
    assertThat(info.get("parameters").asInt()).isPositive();
    assertThat(info.at("/config/training/steps").asInt()).isEqualTo(800);
    assertThat(info.at("/provenance/data/rows").asInt()).isEqualTo(400);
    assertThat(info.at("/provenance/metrics/testNll").asDouble())
        .isCloseTo(fitted.at("/test/nll").asDouble(), within(1e-5));
  }

  @Test
  void reportNeedsNothingElse() throws IOException {
    String html = Files.readString(model.resolve("report.html"));
    assertThat(html).startsWith("<!DOCTYPE html>").contains("ebflow-fc on train.csv", "Test NLL");
    assertThat(html).doesNotContainPattern("(src|href)=\"(?!data:|#)").doesNotContain("@import");
  }

  @Test
  void pictureOfATableIsRefused() {
    Path png = temp.resolve("rows.png");
    ebb("sample", model, "--n", 4, "--out", png).assertRefused(model.toString(), ".csv");
    assertThat(png).doesNotExist();
  }

  @Test
  void samplesAreDataToo() throws IOException {
    Path drawn = temp.resolve("again.csv.gz");
    ebb("sample", model, "--n", 50, "--out", drawn).json();
    assertThat(ebb("eval", model, "--data", drawn).json().get("rows").asInt()).isEqualTo(50);
    assertThat(ebb("data", "info", drawn).json().get("columns").asInt()).isEqualTo(3);
  }
}
