package org.ebbflow.bench.jko;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.ebbflow.bench.data.Digits;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Results;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.bench.tabular.GaussianMixture;
import org.ebbflow.cli.report.Mosaic;
import org.ebbflow.cli.report.Sheets;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.RunConfig;

/**
 * Digits by JKO-iFlow in the latent space of a variational auto-encoder: sheets of samples, Fréchet
 * distances, likelihood of the latents; by digit in a cell of its own. The auto-encoder is trained
 * to its end whatever {@code --minutes} says.
 *
 * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424, section 5.3.
 */
public final class JkoImagesExperiment implements Experiment {
  static final String AUTOENCODER = "autoencoder";
  private static final int SHEET = 100;

  /** Rows that a block is judged by: the exact divergence takes sixteen derivatives a row. */
  private static final int VALIDATION = 2_000;

  private static final int SIDE = 298;
  private static final long DRAWS = 7;
  private static final String SAMPLES = "samples.png";
  private static final String RECONSTRUCTIONS = "reconstructions.png";

  @Override
  public String name() {
    return "jko-mnist";
  }

  @Override
  public String description() {
    return "JKO-iFlow in an auto-encoder's latents on MNIST: sheets, Fréchet distance";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    return List.of(new AutoencoderCell(), new FlowCell(false), new FlowCell(true));
  }

  /** Reconstructions, draws of the auto-encoder's prior, draws of each flow. */
  @Override
  public void illustrate(Results results) {
    List<Mosaic.Tile> tiles = new ArrayList<>();
    for (Cell cell : results.having(RECONSTRUCTIONS)) {
      tiles.add(Mosaic.Tile.read("reconstructions", results.file(cell, RECONSTRUCTIONS)));
    }
    for (Cell cell : results.having(SAMPLES)) {
      String title = cell.name().equals(AUTOENCODER) ? "draws of N(0, I)" : cell.name();
      tiles.add(Mosaic.Tile.read(title, results.file(cell, SAMPLES)));
    }
    if (!tiles.isEmpty()) {
      results.write("sheets.png", new Mosaic(SIDE).row(tiles).png());
    }
  }

  private static void write(Context context, String name, Dataset images) {
    Dataset some = Digits.part(images, 0, Math.min(SHEET, images.rows()));
    AtomicFile.write(context.folder().resolve(name), Sheets.grid(some));
  }

  /** What the flows are measured against: all that can be drawn and decoded without one. */
  private record AutoencoderCell() implements Cell {
    @Override
    public String name() {
      return AUTOENCODER;
    }

    @Override
    public Outcome run(Context context) {
      LatentDigits latent = LatentDigits.of(context);
      Digits digits = latent.digits();
      int n = latent.compared();
      Dataset some = Digits.part(digits.rows().train(), 0, n);
      Dataset prior = latent.autoencoder().sample(n, DRAWS);
      List<Map<String, Object>> rows = new ArrayList<>();
      rows.add(latent.row("training images", some));
      rows.add(
          latent.row("training images, reconstructed", latent.autoencoder().reconstruct(some)));
      rows.add(
          latent.row(
              "training images, drawn anew",
              latent.decoded(Digits.part(latent.rows().train(), 0, n))));
      Map<String, Object> row = latent.row("draws of N(0, I)", prior);
      row.put("latent test NLL [nats]", standardNormal(latent.test()));
      row.put("blocks", 0);
      row.put("batches", latent.training().step());
      row.put("parameters", latent.autoencoder().parameterCount());
      row.put("minutes", latent.training().seconds() / 60);
      rows.add(row);
      boolean quick = context.setup().quick();
      for (int components : quick ? new int[] {1} : new int[] {1, 50}) {
        rows.add(mixture(latent, components));
      }
      write(context, SAMPLES, prior);
      write(context, RECONSTRUCTIONS, reconstructions(latent));
      AtomicFile.writeString(context.folder().resolve("autoencoder.md"), summary(latent));
      return new Outcome(true, "table", rows);
    }

    private static Map<String, Object> mixture(LatentDigits latent, int components) {
      long begin = System.nanoTime();
      GaussianMixture mixture = GaussianMixture.fit(latent.rows().train(), components, 40, DRAWS);
      Dataset drawn = mixture.sample(latent.compared(), DRAWS);
      String title = components == 1 ? "Gaussian" : "mixture of " + components + " Gaussians";
      Map<String, Object> row = latent.row(title + " of the latents", latent.decoded(drawn));
      double[] logProb = mixture.logProb(latent.test());
      row.put("latent test NLL [nats]", LogLikelihood.summarise(logProb, drawn.columns()).nll());
      row.put("blocks", 0);
      row.put("parameters", mixture.parameters());
      row.put("minutes", (System.nanoTime() - begin) * 1e-9 / 60);
      return row;
    }

    /** Lines of ten test images by turns with lines of what is decoded from them. */
    private static Dataset reconstructions(LatentDigits latent) {
      int line = 10;
      int[] order = new int[SHEET];
      for (int i = 0; i < SHEET; i++) {
        order[i] = i / (2 * line) * line + i % line + (i / line % 2) * SHEET;
      }
      Dataset images = Digits.part(latent.digits().test(), 0, SHEET / 2);
      Dataset decoded = latent.autoencoder().reconstruct(images);
      byte[] pixels = new byte[2 * SHEET * images.columns()];
      for (int i = 0; i < SHEET / 2; i++) {
        for (int j = 0; j < images.columns(); j++) {
          pixels[i * images.columns() + j] = (byte) images.value(i, j);
          pixels[(SHEET + i) * images.columns() + j] = (byte) decoded.value(i, j);
        }
      }
      return Dataset.ofBytes(pixels, 2 * SHEET, images.columns())
          .withImageShape(images.imageShape().orElseThrow())
          .subset(order);
    }

    private static String summary(LatentDigits latent) {
      var elbo = latent.autoencoder().elbo(latent.digits().test(), DRAWS);
      return "test bound %.2f nats = %.2f of reconstruction - %.2f of KL (standard error %.2f)%n"
              .formatted(elbo.value(), elbo.reconstruction(), elbo.kl(), elbo.standardError())
          + "classifier's accuracy on the test images %.4f%n"
              .formatted(latent.features().accuracy(latent.digits().test()));
    }

    /** Mean of −log N(z; 0, I). */
    private static double standardNormal(Dataset latents) {
      double sum = 0;
      for (double[] z : LatentDigits.arrays(latents)) {
        for (double value : z) {
          sum += 0.5 * (value * value + Math.log(2 * Math.PI));
        }
      }
      return sum / latents.rows();
    }
  }

  /** A flow of the latents, of all digits together or given which one. */
  private record FlowCell(boolean byDigit) implements Cell {
    @Override
    public String name() {
      return byDigit ? "flow-by-digit" : "flow";
    }

    @Override
    public Outcome run(Context context) {
      LatentDigits latent = LatentDigits.of(context);
      Dataset train = given(latent.rows().train());
      Dataset all = given(latent.rows().validation());
      Dataset validation = Digits.part(all, 0, Math.min(VALIDATION, all.rows()));
      Training training =
          Training.run(
              context,
              config(context.setup().quick(), train),
              new Dataset.Split(train, validation),
              "latents of MNIST");
      DensityModel model = training.model();
      int n = latent.compared();
      Dataset drawn = latent.decoded(byDigit ? drawn(model, n) : model.sample(n, DRAWS, s -> {}));
      write(context, SAMPLES, drawn);
      Map<String, Object> row = latent.row(byDigit ? "JKO-iFlow by digit" : "JKO-iFlow", drawn);
      row.put("latent test NLL [nats]", model.evaluate(given(latent.test()), share -> {}).nll());
      row.put("blocks", model.flow().chain().size());
      row.put("batches", training.state().step());
      row.put("parameters", model.parameterCount());
      row.put("minutes", training.state().seconds() / 60);
      if (byDigit) {
        row.put("taken for the digit asked", latent.features().accuracy(drawn));
      }
      return new Outcome(training.complete(), "table", List.of(row));
    }

    /** The latents with or without their labels. */
    private Dataset given(Dataset latents) {
      return byDigit ? latents : Dataset.of(LatentDigits.arrays(latents));
    }

    /** The first hundred in ten lines of one digit each, the others by turns. */
    private static Dataset drawn(DensityModel model, int n) {
      int[] labels = IntStream.range(0, n).map(i -> i < SHEET ? i / 10 : i % 10).toArray();
      return model.sample(Digits.oneHot(labels), DRAWS, share -> {});
    }

    private static RunConfig config(boolean quick, Dataset train) {
      return Training.with(
          RunConfig.defaults("jko", "jko", DataShape.of(train)),
          "growth.maxBlocks=" + (quick ? 2 : 6),
          "growth.epsilon=0",
          "substeps=3",
          "ode.divergence=hutchinson",
          "ode.quadrature=stages",
          "tolerance=1e-3",
          "network.hidden=" + (quick ? "[16]" : "[128,128,128]"),
          "batch=" + (quick ? 100 : 500),
          "learningRate=2e-3",
          "training.steps=" + (quick ? 5 : 800));
    }
  }
}
