package org.ebbflow.bench.jko;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.bench.data.Digits;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.cli.task.FitProgress;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.Elu;
import org.ebbflow.flow.network.Network;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.EpochSettings;
import org.ebbflow.train.NetworkTask;
import org.ebbflow.train.NetworkTrainer;

/**
 * What images of digits are compared by: the 64 outputs of the last hidden layer of a classifier
 * 784-256-64-10 with ELU, trained on the labels of {@link Digits}' training rows by cross-entropy
 * (seed 1 whatever the run's, Adam 1e−3 falling along a cosine, batch 100, 10 epochs). Pixels are
 * divided by 255.
 */
final class DigitFeatures {
  private static final int WIDE = 256;
  static final int FEATURES = 64;
  private static final long SEED = 1;
  private static final int BATCH = 500;
  private static final double WHITE = 255;

  private final Engine engine = Engine.cpu();
  private final Network body;
  private final Network head;

  private DigitFeatures() {
    int pixels = 28 * 28;
    try (Rng rng = engine.rng(SEED)) {
      body =
          new Sequential(
              Dense.uniform(engine, pixels, WIDE, rng),
              new Elu(),
              Dense.uniform(engine, WIDE, FEATURES, rng),
              new Elu());
      head = Dense.uniform(engine, FEATURES, Digits.CLASSES, rng);
    }
  }

  /**
   * Trains the classifier, or goes on, or takes up what was trained.
   *
   * @param folder that keeps it
   * @throws org.ebbflow.bench.reproduce.Stopped if the user stops it, with a checkpoint kept
   */
  static DigitFeatures trained(Context context, Digits digits, Path folder) {
    DigitFeatures features = new DigitFeatures();
    double epochs = context.setup().quick() ? 1 : 10;
    try (FitProgress progress = new FitProgress("classifier")) {
      NetworkTrainer trainer =
          new NetworkTrainer(
              features.new Task(digits.rows()),
              EpochSettings.adam(100, epochs, 1e-3),
              SEED,
              folder.resolve("checkpoint.safetensors"),
              digits.rows().train().fingerprint(),
              progress);
      LatentDigits.finish(
          context,
          trainer::stop,
          trainer::restore,
          () -> {
            progress.open(trainer.state().step(), trainer.totalSteps());
            return trainer.run();
          });
    }
    return features;
  }

  /** Features of images (n, 784), (n, 64). */
  double[][] of(Dataset images) {
    return mapped(images, FEATURES, x -> x);
  }

  /** Share of the images that the classifier takes for the digit of their condition. */
  double accuracy(Dataset images) {
    double[][] logits = mapped(images, Digits.CLASSES, x -> head.apply(Jet.of(x)).value());
    int[] labels = Digits.labels(images.condition().orElseThrow());
    return IntStream.range(0, labels.length)
            .filter(
                i -> {
                  double wanted = logits[i][labels[i]];
                  return Arrays.stream(logits[i]).allMatch(other -> other <= wanted);
                })
            .count()
        / (double) labels.length;
  }

  private double[][] mapped(Dataset images, int columns, UnaryOperator<Tensor> rest) {
    double[][] all = new double[images.rows()][];
    try (Autograd.Mode off = Autograd.off()) {
      for (int from = 0; from < all.length; from += BATCH) {
        int[] rows = IntStream.range(from, Math.min(from + BATCH, all.length)).toArray();
        try (Scope scope = Scope.open()) {
          double[] values = Engine.doubles(rest.apply(body(images, rows)));
          for (int i = 0; i < rows.length; i++) {
            all[rows[i]] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
          }
        }
      }
    }
    return all;
  }

  private Tensor body(Dataset images, int[] rows) {
    byte[] pixels = new byte[rows.length * images.columns()];
    images.gather(rows, pixels);
    Tensor x = engine.bytes(pixels, rows.length, images.columns());
    return body.apply(Jet.of(Ops.mul(x, 1 / WHITE))).value();
  }

  private final class Task implements NetworkTask {
    private final Dataset.Split digits;

    Task(Dataset.Split digits) {
      this.digits = digits;
    }

    @Override
    public Engine engine() {
      return engine;
    }

    @Override
    public Map<String, Tensor> parameters() {
      Map<String, Tensor> all = new LinkedHashMap<>();
      body.parameters().forEach((name, tensor) -> all.put("body." + name, tensor));
      head.parameters().forEach((name, tensor) -> all.put("head." + name, tensor));
      return all;
    }

    @Override
    public int rows() {
      return digits.train().rows();
    }

    @Override
    public Tensor losses(int[] rows, Rng rng) {
      return losses(digits.train(), rows);
    }

    /** {@code −log softmax(a)_label}, (B). */
    private Tensor losses(Dataset images, int[] rows) {
      Tensor logits = head.apply(Jet.of(body(images, rows))).value();
      double[] labels = new double[rows.length * Digits.CLASSES];
      images.condition().orElseThrow().gather(rows, labels);
      Tensor wanted = engine.tensor(labels, rows.length, Digits.CLASSES);
      return logits.logsumexp(1).sub(Ops.dotEvent(logits, wanted));
    }

    @Override
    public LogLikelihood.Summary validate() {
      Dataset images = digits.validation();
      double[] logProb = new double[images.rows()];
      try (Autograd.Mode off = Autograd.off()) {
        for (int from = 0; from < logProb.length; from += BATCH) {
          int[] rows = IntStream.range(from, Math.min(from + BATCH, logProb.length)).toArray();
          try (Scope scope = Scope.open()) {
            double[] losses = Engine.doubles(losses(images, rows));
            for (int i = 0; i < rows.length; i++) {
              logProb[rows[i]] = -losses[i];
            }
          }
        }
      }
      return LogLikelihood.summarise(logProb, 1);
    }
  }
}
