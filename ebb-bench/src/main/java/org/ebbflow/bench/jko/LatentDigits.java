package org.ebbflow.bench.jko;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.autoencoder.AutoencoderFit;
import org.ebbflow.autoencoder.AutoencoderSettings;
import org.ebbflow.autoencoder.Likelihood;
import org.ebbflow.autoencoder.VariationalAutoencoder;
import org.ebbflow.bench.data.Digits;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Stopped;
import org.ebbflow.bench.toy.PlaneShape;
import org.ebbflow.cli.task.FitProgress;
import org.ebbflow.cli.task.FolderLock;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.FrechetDistance;
import org.ebbflow.tensor.DType;
import org.ebbflow.train.EpochSettings;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainState;

/**
 * Digits as latents of a variational auto-encoder, and the features that images are compared by:
 * what all cells share. Trained by the first cell that needs them, gone on with by the next.
 *
 * @param digits the images
 * @param autoencoder the best by the held-out rows' bound
 * @param training curves of it
 * @param features of images
 * @param rows latents: four draws of q(z | x) of every training image, first one of each, then the
 *     next; one draw of every validation image; with the images' labels
 * @param test one draw of every test image, likewise
 */
record LatentDigits(
    Digits digits,
    VariationalAutoencoder autoencoder,
    TrainState training,
    DigitFeatures features,
    Dataset.Split rows,
    Dataset test) {
  private static final int REPEATS = 4;

  /** Takes up what the folder of the cell {@code autoencoder} holds, and trains what is missing. */
  static LatentDigits of(Context context) {
    Path home = context.folder().resolveSibling(JkoImagesExperiment.AUTOENCODER);
    Digits digits = Digits.load(context.setup());
    long seed = context.setup().seed();
    Path classifier = made(home.resolve("classifier"));
    Path folder = made(home.resolve("model"));
    try (FolderLock first = FolderLock.take(classifier);
        FolderLock second = FolderLock.take(folder)) {
      DigitFeatures features = DigitFeatures.trained(context, digits, classifier);
      TrainState training = train(context, digits, folder);
      VariationalAutoencoder model = VariationalAutoencoder.load(folder);
      return new LatentDigits(
          digits,
          model,
          training,
          features,
          new Dataset.Split(
              drawn(model, repeated(digits.rows().train()), seed),
              drawn(model, digits.rows().validation(), seed + 1)),
          drawn(model, digits.test(), seed + 2));
    }
  }

  /** The rows again and again, one after the other. */
  private static Dataset repeated(Dataset images) {
    int n = images.rows();
    return images.subset(IntStream.range(0, REPEATS * n).map(i -> i % n).toArray());
  }

  /** One draw of q(z | x) a row, with the row's condition. */
  private static Dataset drawn(VariationalAutoencoder model, Dataset images, long seed) {
    return model.encodeDraws(images, seed).withCondition(images.condition().orElseThrow());
  }

  private static TrainState train(Context context, Digits digits, Path folder) {
    boolean quick = context.setup().quick();
    AutoencoderSettings settings =
        new AutoencoderSettings(
            16, quick ? List.of(32) : List.of(512, 256), Likelihood.BERNOULLI, 1, 1);
    EpochSettings epochs = EpochSettings.adam(quick ? 50 : 100, quick ? 2 : 40, 1e-3);
    try (FitProgress progress = new FitProgress(JkoImagesExperiment.AUTOENCODER)) {
      AutoencoderFit fit =
          new AutoencoderFit(
              settings,
              epochs,
              digits.rows(),
              context.setup().seed(),
              DType.FLOAT32,
              folder,
              progress);
      finish(
          context,
          fit::stop,
          fit::restore,
          () -> {
            progress.open(fit.state().step(), fit.totalSteps());
            return fit.run();
          });
      return fit.state();
    }
  }

  /**
   * Runs a training to its end.
   *
   * @throws Stopped if the user stops it
   */
  static void finish(Context context, Runnable stop, Runnable restore, Supplier<Outcome> run) {
    context.onStop().set(stop);
    if (context.stopping().getAsBoolean()) {
      throw new Stopped();
    }
    restore.run();
    if (run.get() == Outcome.INTERRUPTED) {
      throw new Stopped();
    }
  }

  private static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new EbbException("cannot make the folder " + folder, "choose another --out", e);
    }
  }

  /** The decoded images of latents, each with the latent's condition if it has one. */
  Dataset decoded(Dataset latents) {
    Dataset images = autoencoder.decode(latents);
    return latents.condition().map(images::withCondition).orElse(images);
  }

  /** How many images are compared: as many as there are to compare with. */
  int compared() {
    return Math.min(digits.test().rows(), digits.rows().validation().rows());
  }

  /**
   * The beginning of a table's row: distances of images to those of the validation and the test.
   */
  Map<String, Object> row(String title, Dataset images) {
    double[][] drawn = features.of(images);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("images", title);
    row.put(
        "Fréchet to validation",
        FrechetDistance.squared(drawn, features.of(digits.rows().validation())));
    row.put("Fréchet to test", FrechetDistance.squared(drawn, features.of(digits.test())));
    return row;
  }

  /** Latents as arrays, (n, d). */
  static double[][] arrays(Dataset latents) {
    return PlaneShape.rows(latents);
  }
}
