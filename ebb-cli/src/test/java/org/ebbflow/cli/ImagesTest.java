package org.ebbflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.ebbflow.cli.EbbCall.ebb;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.IdxFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a file of small images to a model and pictures of its samples. */
class ImagesTest {
  @TempDir static Path temp;

  private static Path images;
  private static Path model;
  private static JsonNode fitted;

  @BeforeAll
  static void fit() throws IOException {
    images = Samples.images(temp.resolve("images-idx3-ubyte"), 300, 6, 5);
    model = temp.resolve("model");
    fitted =
        ebb(
                "fit",
                "--data",
                images,
                "--out",
                model,
                "--set",
                "validateEvery=50",
                "--set",
                "learningRate=1e-3",
                "--steps",
                150)
            .json();
  }

  @Test
  void fitsAndEvaluates() throws IOException {
    assertThat(fitted.get("steps").asInt()).isEqualTo(150);
    assertThat(fitted.has("test")).isFalse();
    JsonNode figures = ebb("eval", model, "--data", images).json();
    // Uniform over the 256 values would be 8 bits a pixel.
    assertThat(figures.get("bitsPerDim").asDouble()).isBetween(4.0, 8.0);
    assertThat(ebb("info", model).json().get("takes").asText()).isEqualTo("6 × 5 images");
  }

  @Test
  void scoresMatchEval() throws IOException {
    Path scores = temp.resolve("scores.csv");
    ebb("score", model, "--data", images, "--out", scores).json();
    double mean = Samples.rows(scores).stream().mapToDouble(row -> row[0]).average().orElseThrow();
    assertThat(mean)
        .isCloseTo(
            -ebb("eval", model, "--data", images).json().get("nll").asDouble(), within(1e-4));
  }

  @Test
  void drawsASheet() throws IOException {
    Path png = temp.resolve("sheet.png");
    ebb("sample", model, "--n", 12, "--out", png).json();
    BufferedImage sheet = ImageIO.read(png.toFile());
    assertThat(sheet.getWidth()).isGreaterThanOrEqualTo(4 * 5);
    assertThat(sheet.getHeight()).isGreaterThanOrEqualTo(3 * 6);
    byte[] before = Files.readAllBytes(png);
    ebb("sample", model, "--n", 12, "--out", png).json();
    assertThat(png).hasBinaryContent(before);
  }

  @Test
  void writesPixelsAsNumbersToo() throws IOException {
    Path csv = temp.resolve("pixels.csv");
    ebb("sample", model, "--n", 7, "--out", csv).json();
    List<double[]> rows = Samples.rows(csv);
    assertThat(Files.readAllLines(csv).get(0)).startsWith("x1,").endsWith(",x30");
    assertThat(rows).hasSize(7);
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row).hasSize(30);
              assertThat(Arrays.stream(row)).allMatch(v -> v >= 0 && v <= 255 && v == Math.rint(v));
            });
  }

  @Test
  void fillsInHalfOfEachImage() throws IOException {
    Path csv = temp.resolve("filled.csv");
    JsonNode result =
        ebb(
                "inpaint",
                model,
                "--data",
                images,
                "--rows",
                9,
                "--mask",
                "left-half",
                "--iterations",
                20,
                "--out",
                csv)
            .json();
    assertThat(result.get("rows").asInt()).isEqualTo(9);
    assertThat(result.get("acceptance").asText()).isEqualTo("every proposal is taken");
    List<double[]> rows = Samples.rows(csv);
    Dataset before = IdxFile.read(images);
    int changed = 0;
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j < 30; j++) {
        double value = rows.get(i)[j];
        assertThat(value).isBetween(0.0, 255.0).isEqualTo(Math.rint(value));
        if (j % 5 >= 2) {
          assertThat(value).isEqualTo(before.value(i, j));
        } else if (value != before.value(i, j)) {
          changed++;
        }
      }
    }
    assertThat(changed).isGreaterThan(50);
    Path png = temp.resolve("filled.png");
    ebb(
            "inpaint",
            model,
            "--data",
            images,
            "--rows",
            5,
            "--mask",
            "random:0.5",
            "--iterations",
            5,
            "--out",
            png)
        .json();
    // Five triples, four of them in a line.
    BufferedImage sheet = ImageIO.read(png.toFile());
    assertThat(sheet.getWidth()).isGreaterThanOrEqualTo(12 * 5);
    assertThat(sheet.getHeight()).isBetween(2 * 6, sheet.getWidth() / 2);
  }

  @Test
  void reportShowsSamples() throws IOException {
    assertThat(Files.readString(model.resolve("report.html")))
        .contains("Samples with their nearest training images", "data:image/png;base64,");
  }

  @Test
  void fewImagesWillDo() throws IOException {
    Path few = Samples.images(temp.resolve("few"), 4, 3, 3);
    JsonNode result = ebb("fit", "--data", few, "--steps", 3, "--out", temp.resolve("tiny")).json();
    assertThat(result.at("/validation/rows").asInt()).isEqualTo(1);
  }

  @Test
  void otherImagesAreRefused() throws IOException {
    Path turned = Samples.images(temp.resolve("turned"), 10, 5, 6);
    Path large = Samples.images(temp.resolve("large"), 10, 7, 6);
    ebb("eval", model, "--data", turned).assertRefused(turned.toString(), "5 × 6", "6 × 5");
    Path out = temp.resolve("never.csv");
    ebb("score", model, "--data", large, "--out", out).assertRefused(large.toString(), "7 × 6");
    assertThat(out).doesNotExist();
    Path table = Samples.gaussian(temp.resolve("table.csv"), 10, 1);
    ebb("eval", model, "--data", table).assertRefused(table.toString(), "rows of 3 columns");
  }
}
