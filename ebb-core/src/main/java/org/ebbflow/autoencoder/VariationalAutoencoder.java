package org.ebbflow.autoencoder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.DatasetBuilder;
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

/**
 * Latents {@code z ~ N(0, I)} and rows {@code x ~ p(x | z)} from a decoder's output, with an
 * encoder for {@code q(z | x) = N(μ(x), diag σ²(x))}; both fully connected with ELU. Trained to
 * maximise
 *
 * <pre>{@code
 * E_q[log p(x | z)] − β·KL(q(z | x) ‖ N(0, I)),   KL = ½ Σ_i (μ_i² + σ_i² − log σ_i² − 1)
 * }</pre>
 *
 * by one draw {@code z = μ + σ·ε}, ε ~ N(0, I), a row; for β = 1 that is the evidence lower bound.
 *
 * <p>Immutable once trained, and then safe for use by several threads.
 *
 * <p>Source: Kingma and Welling, "Auto-encoding variational Bayes", 2014, arXiv:1312.6114, eq. 3,
 * 10 and appendix B; β: Higgins et al., "β-VAE", ICLR 2017.
 */
public final class VariationalAutoencoder {
  private static final int BATCH = 500;
  private static final double WHITE = 255;

  private final Engine engine;
  private final AutoencoderSettings settings;
  private final RowShape shape;
  private final Network encoder;
  private final Network decoder;

  /** A fresh one, its weights drawn by {@code seed}. */
  VariationalAutoencoder(Engine engine, AutoencoderSettings settings, RowShape shape, long seed) {
    this.engine = engine;
    this.settings = settings;
    this.shape = shape;
    List<Integer> reversed = new ArrayList<>();
    settings.hidden().forEach(width -> reversed.add(0, width));
    try (Rng rng = engine.rng(seed)) {
      encoder = network(shape.columns(), settings.hidden(), 2 * settings.latent(), rng);
      decoder = network(settings.latent(), reversed, shape.columns(), rng);
    }
  }

  private Network network(int from, List<Integer> hidden, int out, Rng rng) {
    List<Network> layers = new ArrayList<>();
    int in = from;
    for (int width : hidden) {
      layers.add(Dense.uniform(engine, in, width, rng));
      layers.add(new Elu());
      in = width;
    }
    layers.add(Dense.uniform(engine, in, out, rng));
    return new Sequential(layers);
  }

  /**
   * Reads what {@link #save} or a training wrote.
   *
   * @throws EbbException if the folder holds no auto-encoder or a damaged one
   */
  public static VariationalAutoencoder load(Path folder) {
    return new AutoencoderFolder(folder).read();
  }

  /** Writes {@code config.json} and {@code model.safetensors} into a folder made for it. */
  public void save(Path folder) {
    AutoencoderFolder files = new AutoencoderFolder(folder);
    files.create();
    files.writeConfig(this);
    files.writeWeights(this);
  }

  /** What it is made of. */
  public AutoencoderSettings settings() {
    return settings;
  }

  /** How many numbers are trained. */
  public long parameterCount() {
    return parameters().values().stream().mapToLong(Tensor::numel).sum();
  }

  /**
   * {@code μ(x)} of every row, (n, D) to (n, d), in the data's order.
   *
   * @throws EbbException if the data do not fit
   */
  public Dataset encode(Dataset data) {
    return latents(data, Posterior::mean);
  }

  /**
   * One draw of {@code q(z | x)} a row, (n, D) to (n, d), in the data's order.
   *
   * @param seed of the draws; the same seed gives the same latents
   * @throws EbbException if the data do not fit
   */
  public Dataset encodeDraws(Dataset data, long seed) {
    try (Rng rng = engine.rng(seed)) {
      return latents(data, posterior -> posterior.draw(rng));
    }
  }

  private Dataset latents(Dataset data, Function<Posterior, Tensor> choice) {
    shape.require(data);
    return mapped(data, settings.latent(), rows -> choice.apply(posterior(batch(data, rows))));
  }

  /**
   * {@code E[x | z]} of every latent, (n, d) to (n, D), as rows of the kind it was trained on:
   * bytes are rounded.
   *
   * @throws EbbException if the latents are not rows of d numbers
   */
  public Dataset decode(Dataset latents) {
    if (latents.columns() != settings.latent()) {
      throw new EbbException(
          "latents of %d numbers, the auto-encoder has %d"
              .formatted(latents.columns(), settings.latent()),
          "give as many as it was made with");
    }
    Dataset means =
        mapped(
            latents,
            shape.columns(),
            rows -> settings.likelihood().mean(decoded(numbers(latents, rows))));
    return shape.bytes() ? asBytes(means) : means;
  }

  /** Means of {@code p(x | z)} at the encoder's means, for comparison with the rows themselves. */
  public Dataset reconstruct(Dataset data) {
    return decode(encode(data));
  }

  /**
   * {@code E[x | z]} of {@code n} independent z ~ N(0, I).
   *
   * @param seed of the draws; the same seed gives the same rows
   */
  public Dataset sample(int n, long seed) {
    if (n < 1) {
      throw new EbbException("the number of draws is " + n, "give 1 or more");
    }
    double[][] rows = new double[n][];
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(seed)) {
      double[] drawn = Engine.doubles(rng.normal(n, settings.latent()));
      Arrays.setAll(
          rows, i -> Arrays.copyOfRange(drawn, i * settings.latent(), (i + 1) * settings.latent()));
    }
    return decode(Dataset.of(rows));
  }

  /**
   * The evidence lower bound of rows, whatever β it was trained with.
   *
   * @param seed of the draws; the same seed gives the same figures
   * @throws EbbException if the data do not fit
   */
  public Elbo elbo(Dataset data, long seed) {
    shape.require(data);
    double[] reconstruction = new double[data.rows()];
    double[] kl = new double[data.rows()];
    try (Rng rng = engine.rng(seed);
        Autograd.Mode off = Autograd.off()) {
      for (int[] rows : batches(data.rows())) {
        try (Scope scope = Scope.open()) {
          Terms terms = terms(batch(data, rows), rng);
          double[] some = Engine.doubles(terms.reconstruction);
          System.arraycopy(some, 0, reconstruction, rows[0], rows.length);
          System.arraycopy(Engine.doubles(terms.kl), 0, kl, rows[0], rows.length);
        }
      }
    }
    double[] bound = new double[kl.length];
    Arrays.setAll(bound, i -> reconstruction[i] - kl[i]);
    LogLikelihood.Summary summary = LogLikelihood.summarise(bound, shape.columns());
    return new Elbo(
        Arrays.stream(reconstruction).average().orElse(Double.NaN),
        Arrays.stream(kl).average().orElse(Double.NaN),
        summary.standardError(),
        data.rows());
  }

  /** {@code −log p(x | z) + β·KL} by one draw a row, (B), recorded by autograd. */
  Tensor losses(Tensor x, Rng rng) {
    Terms terms = terms(x, rng);
    return Ops.mul(terms.kl, settings.klWeight()).sub(terms.reconstruction);
  }

  /** Some rows, (B, D); bytes divided by 255. */
  Tensor batch(Dataset data, int[] rows) {
    if (!shape.bytes()) {
      return numbers(data, rows);
    }
    byte[] values = new byte[Math.multiplyExact(rows.length, data.columns())];
    data.gather(rows, values);
    return Ops.mul(engine.bytes(values, rows.length, data.columns()), 1 / WHITE);
  }

  /** The tensors themselves, not copies, by name in a fixed order. */
  Map<String, Tensor> parameters() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    encoder.parameters().forEach((name, tensor) -> all.put("encoder." + name, tensor));
    decoder.parameters().forEach((name, tensor) -> all.put("decoder." + name, tensor));
    return all;
  }

  Engine engine() {
    return engine;
  }

  RowShape shape() {
    return shape;
  }

  private record Terms(Tensor reconstruction, Tensor kl) {}

  private Terms terms(Tensor x, Rng rng) {
    Posterior posterior = posterior(x);
    Tensor a = decoded(posterior.draw(rng));
    return new Terms(settings.likelihood().logProb(x, a, settings.sigma()), posterior.divergence());
  }

  private Posterior posterior(Tensor x) {
    Tensor both = encoder.apply(Jet.of(x)).value();
    int d = settings.latent();
    return new Posterior(Ops.slice(both, 1, 0, d), Ops.slice(both, 1, d, 2L * d));
  }

  private Tensor decoded(Tensor z) {
    return decoder.apply(Jet.of(z)).value();
  }

  private Tensor numbers(Dataset data, int[] rows) {
    double[] values = new double[Math.multiplyExact(rows.length, data.columns())];
    data.gather(rows, values);
    return engine.tensor(values, rows.length, data.columns());
  }

  private static Dataset mapped(Dataset data, int columns, Function<int[], Tensor> map) {
    DatasetBuilder builder = new DatasetBuilder(columns);
    try (Autograd.Mode off = Autograd.off()) {
      for (int[] rows : batches(data.rows())) {
        try (Scope scope = Scope.open()) {
          double[] values = Engine.doubles(map.apply(rows));
          for (int i = 0; i < rows.length; i++) {
            builder.add(Arrays.copyOfRange(values, i * columns, (i + 1) * columns));
          }
        }
      }
    }
    return builder.build();
  }

  private static List<int[]> batches(int rows) {
    return IntStream.iterate(0, from -> from < rows, from -> from + BATCH)
        .mapToObj(from -> IntStream.range(from, Math.min(from + BATCH, rows)).toArray())
        .toList();
  }

  private Dataset asBytes(Dataset means) {
    byte[] bytes = new byte[Math.multiplyExact(means.rows(), means.columns())];
    for (int i = 0; i < bytes.length; i++) {
      double value = WHITE * means.value(i / means.columns(), i % means.columns());
      bytes[i] = (byte) Math.round(Math.max(0, Math.min(WHITE, value)));
    }
    Dataset rows = Dataset.ofBytes(bytes, means.rows(), means.columns());
    Dataset.ImageShape image = shape.image();
    return image == null ? rows : rows.withImageShape(image);
  }
}
