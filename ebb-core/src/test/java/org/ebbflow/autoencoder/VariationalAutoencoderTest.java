package org.ebbflow.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VariationalAutoencoderTest {
  @TempDir Path folder;

  private final Engine engine = Engine.cpu(DType.FLOAT64);

  private static Dataset shares(int n, int d, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[n][d];
    for (double[] row : rows) {
      Arrays.setAll(row, i -> random.nextDouble());
    }
    return Dataset.of(rows);
  }

  private static Dataset images(int n) {
    byte[] pixels = new byte[n * 12];
    new Random(3).nextBytes(pixels);
    return Dataset.ofBytes(pixels, n, 12).withImageShape(new Dataset.ImageShape(1, 3, 4));
  }

  private VariationalAutoencoder small(Likelihood likelihood, Dataset data) {
    return new VariationalAutoencoder(
        engine,
        new AutoencoderSettings(2, List.of(5), likelihood, 0.7, 0.8),
        RowShape.of(data),
        11);
  }

  @ParameterizedTest
  @EnumSource(Likelihood.class)
  void gradientsAreThoseOfFiniteDifferences(Likelihood likelihood) {
    Dataset data = shares(6, 4, 1);
    VariationalAutoencoder model = small(likelihood, data);
    Map<String, Tensor> parameters = model.parameters();
    List<Tensor> gradients;
    try (Scope scope = Scope.open()) {
      gradients =
          Autograd.gradients(loss(model, data), parameters.values(), false).stream()
              .map(Scope::own)
              .toList();
    }
    int at = 0;
    for (Map.Entry<String, Tensor> named : parameters.entrySet()) {
      double[] values = Engine.doubles(named.getValue());
      double[] exact = Engine.doubles(gradients.get(at++));
      for (int i = 0; i < values.length; i += 3) {
        double h = 1e-5;
        double above = shifted(model, data, named.getValue(), values, i, h);
        double below = shifted(model, data, named.getValue(), values, i, -h);
        assertThat((above - below) / (2 * h))
            .as("%s[%d]", named.getKey(), i)
            .isCloseTo(exact[i], within(1e-7 + 1e-6 * Math.abs(exact[i])));
      }
      assertThat(Arrays.stream(exact).anyMatch(g -> Math.abs(g) > 1e-4)).isTrue();
    }
  }

  private Tensor loss(VariationalAutoencoder model, Dataset data) {
    try (Rng rng = engine.rng(5)) {
      return model.losses(model.batch(data, new int[] {0, 1, 2, 3, 4, 5}), rng).mean();
    }
  }

  private double shifted(
      VariationalAutoencoder model, Dataset data, Tensor of, double[] values, int i, double h) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      double[] moved = values.clone();
      moved[i] += h;
      InPlace.assign(of, engine.exact(moved, of.shape()));
      double loss = Ops.item(loss(model, data));
      InPlace.assign(of, engine.exact(values, of.shape()));
      return loss;
    }
  }

  /**
   * x = Wz + b + σε with orthogonal columns w_j: the true posterior is normal with the diagonal
   * covariance 1/(1 + ‖w_j‖²/σ²), so a linear encoder reaches it, and the bound is log p(x) with p
   * = N(b, WWᵀ + σ²I).
   */
  @Test
  void aLinearGaussianReachesItsExactLikelihood() {
    double sigma = 0.5;
    double[] b = {1, -2, 0.5};
    double[][] w = {{2, 0}, {0, 1}, {0, 1}};
    double[] norms = {4, 2};
    int n = 40_000;
    Random random = new Random(2);
    double[][] rows = new double[n][3];
    double logLikelihood = 0;
    for (double[] row : rows) {
      double[] z = {random.nextGaussian(), random.nextGaussian()};
      for (int i = 0; i < 3; i++) {
        row[i] = b[i] + w[i][0] * z[0] + w[i][1] * z[1] + sigma * random.nextGaussian();
      }
      // Along (1, 0, 0), (0, 1, 1)/√2 and (0, 1, −1)/√2 the variances are 4, 2 and 0, plus σ².
      double[] x = {row[0] - b[0], row[1] - b[1], row[2] - b[2]};
      double s = sigma * sigma;
      logLikelihood +=
          normal(x[0], 4 + s)
              + normal((x[1] + x[2]) / Math.sqrt(2), 2 + s)
              + normal((x[1] - x[2]) / Math.sqrt(2), s);
    }
    Dataset data = Dataset.of(rows);
    VariationalAutoencoder model =
        new VariationalAutoencoder(
            engine,
            new AutoencoderSettings(2, List.of(), Likelihood.GAUSSIAN, sigma, 1),
            RowShape.of(data),
            1);
    double[] toMean = new double[12];
    double[] offset = new double[4];
    for (int j = 0; j < 2; j++) {
      double variance = 1 / (1 + norms[j] / (sigma * sigma));
      for (int i = 0; i < 3; i++) {
        toMean[j * 3 + i] = variance * w[i][j] / (sigma * sigma);
        offset[j] -= toMean[j * 3 + i] * b[i];
      }
      offset[2 + j] = Math.log(variance);
    }
    Map<String, Tensor> parameters = model.parameters();
    try (Scope scope = Scope.open()) {
      InPlace.assign(parameters.get("encoder.0.weight"), engine.exact(toMean, 4, 3));
      InPlace.assign(parameters.get("encoder.0.bias"), engine.exact(offset, 4));
      InPlace.assign(
          parameters.get("decoder.0.weight"), engine.exact(new double[] {2, 0, 0, 1, 0, 1}, 3, 2));
      InPlace.assign(parameters.get("decoder.0.bias"), engine.exact(b, 3));
    }
    Elbo elbo = model.elbo(data, 9);
    assertThat(elbo.rows()).isEqualTo(n);
    assertThat(elbo.value()).isCloseTo(logLikelihood / n, within(0.02));
    // Away from the true posterior the bound falls.
    try (Scope scope = Scope.open()) {
      InPlace.assign(
          parameters.get("encoder.0.bias"),
          engine.exact(new double[] {offset[0] + 0.5, offset[1], offset[2], offset[3]}, 4));
    }
    // By KL(q ‖ p(z | x)) = ½·0.5²/variance.
    assertThat(model.elbo(data, 9).value())
        .isCloseTo(logLikelihood / n - 0.5 * 0.25 * (1 + 4 / 0.25), within(0.03));
  }

  private static double normal(double x, double variance) {
    return -0.5 * (x * x / variance + Math.log(2 * Math.PI * variance));
  }

  /** All parameters zero but biases: the terms are then known numbers. */
  @Test
  void termsAreTheStatedFormulas() {
    Dataset data = Dataset.of(new double[][] {{1, 0.25}});
    VariationalAutoencoder model =
        new VariationalAutoencoder(
            engine,
            new AutoencoderSettings(1, List.of(), Likelihood.BERNOULLI, 1, 1),
            RowShape.of(data),
            1);
    Map<String, Tensor> parameters = model.parameters();
    try (Scope scope = Scope.open()) {
      parameters.values().forEach(p -> InPlace.assign(p, Ops.zerosLike(p)));
      InPlace.assign(
          parameters.get("encoder.0.bias"), engine.exact(new double[] {0.3, Math.log(4)}, 2));
      InPlace.assign(parameters.get("decoder.0.bias"), engine.exact(new double[] {0.5, -1}, 2));
    }
    Elbo elbo = model.elbo(data, 1);
    double first = 1 / (1 + Math.exp(-0.5));
    double second = 1 / (1 + Math.exp(1));
    assertThat(elbo.reconstruction())
        .isCloseTo(
            Math.log(first) + 0.25 * Math.log(second) + 0.75 * Math.log(1 - second), within(1e-12));
    assertThat(elbo.kl()).isCloseTo(0.5 * (0.09 + 4 - Math.log(4) - 1), within(1e-12));
    assertThat(model.encode(data).value(0, 0)).isCloseTo(0.3, within(1e-15));
    assertThat(model.sample(3, 1).value(2, 0)).isCloseTo(first, within(1e-12));
  }

  @Test
  void bytesAreScaledOnTheWayInAndRoundedOnTheWayOut() {
    Dataset images = images(700);
    VariationalAutoencoder model = small(Likelihood.BERNOULLI, images);
    Dataset latents = model.encode(images);
    assertThat(latents.rows()).isEqualTo(700);
    assertThat(latents.columns()).isEqualTo(2);
    Dataset decoded = model.reconstruct(images);
    assertThat(decoded.isBytes()).isTrue();
    assertThat(decoded.imageShape()).isEqualTo(images.imageShape());
    assertThat(model.sample(5, 1).fingerprint()).isEqualTo(model.sample(5, 1).fingerprint());
    assertThat(model.encodeDraws(images, 1).fingerprint())
        .isEqualTo(model.encodeDraws(images, 1).fingerprint())
        .isNotEqualTo(model.encodeDraws(images, 2).fingerprint());
  }

  @Test
  void drawsHaveTheEncodersMeanAndDeviation() {
    Dataset one = shares(1, 4, 1).subset(new int[4000]);
    VariationalAutoencoder model = small(Likelihood.GAUSSIAN, one);
    Dataset draws = model.encodeDraws(one, 3);
    double mean = 0;
    for (int i = 0; i < draws.rows(); i++) {
      mean += draws.value(i, 0) / draws.rows();
    }
    assertThat(mean).isCloseTo(model.encode(one).value(0, 0), within(0.08));
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void savedAndLoadedItIsTheSameToTheBit(DType dtype) throws IOException {
    Dataset images = images(30);
    VariationalAutoencoder model =
        new VariationalAutoencoder(
            Engine.cpu(dtype),
            new AutoencoderSettings(3, List.of(7, 5), Likelihood.GAUSSIAN, 0.1, 0.5),
            RowShape.of(images),
            4);
    model.save(folder);
    VariationalAutoencoder loaded = VariationalAutoencoder.load(folder);
    assertThat(loaded.settings()).isEqualTo(model.settings());
    assertThat(loaded.parameterCount())
        .isEqualTo(model.parameterCount())
        .isEqualTo(12 * 7 + 7 + 7 * 5 + 5 + 5 * 6 + 6 + 3 * 5 + 5 + 5 * 7 + 7 + 7 * 12 + 12);
    assertThat(loaded.encode(images).fingerprint()).isEqualTo(model.encode(images).fingerprint());
    assertThat(loaded.elbo(images, 1)).isEqualTo(model.elbo(images, 1));
    assertThat(loaded.sample(4, 2).imageShape()).isEqualTo(images.imageShape());

    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace("\"latent\" : 3", "\"latent\" : 0"));
    assertThatThrownBy(() -> VariationalAutoencoder.load(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(config.toString())
        .hasMessageContaining("latent is 0");
    Files.writeString(config, text.replace("\"latent\" : 3", "\"latent\" : 4"));
    assertThatThrownBy(() -> VariationalAutoencoder.load(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("model.safetensors")
        .hasMessageContaining("numbers where config.json calls for");
    // Other layers are refused too.
    Files.writeString(config, text.replace("[ 7, 5 ]", "[ 5, 7 ]"));
    assertThatThrownBy(() -> VariationalAutoencoder.load(folder))
        .isInstanceOf(ModelFileException.class);
    Files.writeString(config, text.replace("-1\"", "-9\""));
    assertThatThrownBy(() -> VariationalAutoencoder.load(folder))
        .hasMessageContaining("ebb-autoencoder-1");
    Files.delete(config);
    assertThatThrownBy(() -> VariationalAutoencoder.load(folder))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("no config.json");
  }

  @Test
  void mistakesAreNamed() {
    refused(() -> new AutoencoderSettings(0, List.of(), Likelihood.BERNOULLI, 1, 1), "latent is 0");
    refused(
        () -> new AutoencoderSettings(1, List.of(4, 0), Likelihood.BERNOULLI, 1, 1),
        "hidden is [4, 0]");
    refused(() -> new AutoencoderSettings(1, List.of(), Likelihood.GAUSSIAN, 0, 1), "sigma is 0.0");
    refused(
        () -> new AutoencoderSettings(1, List.of(), Likelihood.GAUSSIAN, 1, Double.NaN),
        "klWeight is NaN");
    Dataset data = shares(6, 4, 1);
    VariationalAutoencoder model = small(Likelihood.GAUSSIAN, data);
    refused(() -> model.encode(shares(2, 3, 1)), "rows of 3 numbers, the auto-encoder takes 4");
    refused(() -> model.encode(Dataset.ofBytes(new byte[4], 1, 4)), "4 bytes");
    refused(() -> model.decode(data), "latents of 4 numbers, the auto-encoder has 2");
    refused(() -> model.sample(0, 1), "draws is 0");
  }

  private static void refused(Runnable work, String part) {
    assertThatThrownBy(work::run).isInstanceOf(EbbException.class).hasMessageContaining(part);
  }
}
