package org.ebbflow.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.NumericalException;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Parallel;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * A fitted density over rows of data: exact log-densities, scores and samples in the data's own
 * units. Whole numbers (images) are made continuous by noise that belongs to each row's content.
 *
 * <p>Immutable and thread-safe.
 */
public final class DensityModel {
  private static final int BATCH = 500;

  private final DataShape shape;
  private final RunConfig config;
  private final Flow flow;
  private final Preprocessing preprocessing;

  DensityModel(DataShape shape, RunConfig config, Flow flow, Preprocessing preprocessing) {
    this.shape = shape;
    this.config = config;
    this.flow = flow;
    this.preprocessing = preprocessing;
  }

  /**
   * Reads a model folder onto the processor, wherever it was trained.
   *
   * @throws EbbException naming the file at fault and what is wrong with it
   */
  public static DensityModel load(Path folder) {
    return load(folder, "cpu");
  }

  /**
   * Reads a model folder onto a device.
   *
   * @param device cpu, or cuda with libtorch's GPU build on the class path
   * @throws EbbException naming the file at fault and what is wrong with it, or the missing device
   */
  public static DensityModel load(Path folder, String device) {
    ModelFolder files = new ModelFolder(folder);
    ModelFolder.Content config = files.readConfig();
    SafeTensors stored = files.readWeights();
    ModelFolder.Content content = files.withBlocks(config, stored);
    files.requireEnough(stored, content);
    Engine engine = Engine.on(device, content.config().dtype());
    Flow flow = content.config().model().build(engine, content.shape());
    Preprocessing preprocessing =
        content
            .config()
            .preprocessing()
            .unfitted(engine, content.shape(), ModelFolder.standardisesConditions(stored));
    files.restore(stored, flow, preprocessing);
    return new DensityModel(content.shape(), content.config(), flow, preprocessing);
  }

  /** An untrained model: fresh weights, and a preprocessing that has not been fitted. */
  public static DensityModel fresh(RunConfig config, DataShape shape) {
    Engine engine = Engine.on(config.device(), config.dtype());
    return new DensityModel(
        shape,
        config,
        config.model().build(engine, shape),
        config.preprocessing().unfitted(engine, shape, !shape.condition().isEmpty()));
  }

  /** The configuration in a model folder, whether or not it holds a model yet. */
  public static RunConfig configOf(Path folder) {
    return new ModelFolder(folder).readConfig().config();
  }

  /** What the rows of a model folder look like, whether or not it holds a model yet. */
  public static DataShape shapeOf(Path folder) {
    return new ModelFolder(folder).readConfig().shape();
  }

  /** Writes {@code config.json} and {@code model.safetensors} into a folder made for it. */
  public void save(Path folder) {
    ModelFolder files = new ModelFolder(folder);
    files.create();
    files.writeConfig(shape, config);
    files.writeWeights(config, flow, preprocessing);
  }

  /** What its rows look like. */
  public DataShape shape() {
    return shape;
  }

  /** What it was made with. */
  public RunConfig config() {
    return config;
  }

  /** The flow in the preprocessed space. */
  public Flow flow() {
    return flow;
  }

  /** From rows to the flow's space. */
  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /** How many numbers are trained. */
  public long parameterCount() {
    return flow.parameters().values().stream().mapToLong(Tensor::numel).sum();
  }

  /**
   * {@code log p(x)} of every row in nats, in the data's order; −∞ where it cannot be computed.
   *
   * @param progress told the share done, 0 to 1
   * @throws EbbException if the data do not fit the model
   */
  public double[] logProb(Dataset data, DoubleConsumer progress) {
    shape.requireSame(data, "the data");
    return LogLikelihood.perRow(flow, preprocessing, data, config.seed(), progress);
  }

  /** {@code log p(x)} of every row in nats, (rows, D) to (rows); −∞ where it cannot be computed. */
  public double[] logProb(double[][] rows) {
    return logProb(dataset(rows), done -> {});
  }

  /**
   * Mean negative log-likelihood of data with its standard error, in nats, and in bits/dim.
   *
   * @throws DataException naming the first row whose log-density is not finite
   */
  public LogLikelihood.Summary evaluate(Dataset data, DoubleConsumer progress) {
    double[] logProb = logProb(data, progress);
    for (int i = 0; i < logProb.length; i++) {
      if (!Double.isFinite(logProb[i])) {
        throw new DataException(
            "the log-density of data row %d is %s".formatted(i + 1, logProb[i]),
            "check that row: its numbers are far outside the training data");
      }
    }
    return LogLikelihood.summarise(logProb, shape.dimension());
  }

  /** {@code ∇_x log p(x)} of every row, (rows, D) to (rows, D); a byte model's take 0 to 255. */
  public double[][] score(double[][] rows) {
    return score(dataset(rows), done -> {});
  }

  /**
   * {@code ∇_x log p(x)} of every row, (rows, D), in the data's order; for whole numbers at the row
   * plus its noise.
   *
   * @param progress told the share done, 0 to 1
   * @throws EbbException if the data do not fit the model
   */
  public double[][] score(Dataset data, DoubleConsumer progress) {
    shape.requireSame(data, "the data");
    Flow inDataSpace = flow.after(preprocessing.transform());
    double[][] result = new double[data.rows()][];
    Parallel.forRows(
        data.rows(),
        BATCH,
        progress,
        (from, to) -> {
          int[] batch = IntStream.range(from, to).toArray();
          try (Scope scope = Scope.open()) {
            Tensor x = preprocessing.fixed(data, batch, config.seed());
            Tensor condition = preprocessing.condition(data, batch);
            unpack(Engine.doubles(inDataSpace.score(x, condition, false)), result, from);
          }
        });
    return result;
  }

  /**
   * {@code n} independent draws, as rows of the data's kind: bytes for byte models, rounded down
   * from the continuous ones.
   *
   * @param seed of the draws; the same seed gives the same rows
   * @param progress told the share done, 0 to 1
   * @throws EbbException if a layer cannot be inverted, naming it
   */
  public Dataset sample(int n, long seed, DoubleConsumer progress) {
    return sample(n, null, seed, (y, given) -> y, progress);
  }

  /**
   * One draw for each row of a condition.
   *
   * @param condition labels or covariates, with the columns that the model was trained with
   * @param seed of the draws; the same seed gives the same rows
   * @param progress told the share done, 0 to 1
   * @throws EbbException if the columns differ, or a layer cannot be inverted
   */
  public Dataset sample(Dataset condition, long seed, DoubleConsumer progress) {
    shape.requireCondition(condition, "the condition");
    return sample(condition.rows(), condition, seed, (y, given) -> y, progress)
        .withCondition(condition);
  }

  /**
   * As {@link #sample(int, long, DoubleConsumer)}, each draw replaced by the mean of the clean rows
   * it may have come from: {@code E[y | ỹ] = ỹ + σ²·s(ỹ)} in the preprocessed space, exact where s
   * is the score of the data smoothed by N(0, σ²I), which is what {@code dsm} fits.
   *
   * <p>Source: Robbins, "An empirical Bayes approach to statistics", 1956; Saremi and Hyvärinen,
   * "Neural empirical Bayes", 2019, arXiv:1903.02334.
   *
   * @param sigma σ, in the preprocessed space
   * @throws EbbException if it is not positive, or a layer cannot be inverted
   */
  public Dataset sampleDenoised(int n, long seed, double sigma, DoubleConsumer progress) {
    return sample(n, null, seed, denoiser(sigma), progress);
  }

  /**
   * As {@link #sampleDenoised(int, long, double, DoubleConsumer)}, one draw for each row of a
   * condition.
   *
   * @throws EbbException if sigma is not positive, the columns differ, or a layer cannot be
   *     inverted
   */
  public Dataset sampleDenoised(
      Dataset condition, long seed, double sigma, DoubleConsumer progress) {
    shape.requireCondition(condition, "the condition");
    return sample(condition.rows(), condition, seed, denoiser(sigma), progress)
        .withCondition(condition);
  }

  /** {@code ỹ + σ²·s(ỹ)} for a condition. */
  private BiFunction<Tensor, @Nullable Tensor, Tensor> denoiser(double sigma) {
    if (!(sigma > 0 && Double.isFinite(sigma))) {
      throw new EbbException("sigma is " + sigma, "give a positive number");
    }
    return (y, given) -> Ops.addScaled(y, flow.score(y, given, false).detach(), sigma * sigma);
  }

  private Dataset sample(
      int n,
      @Nullable Dataset condition,
      long seed,
      BiFunction<Tensor, @Nullable Tensor, Tensor> finish,
      DoubleConsumer progress) {
    if (condition == null && !shape.condition().isEmpty()) {
      throw new EbbException(
          "the model draws rows for given " + String.join(", ", shape.condition()),
          "give a table of them");
    }
    if (n < 1) {
      throw new EbbException(n + " draws are wanted", "ask for 1 or more");
    }
    if ((long) n * shape.dimension() > Integer.MAX_VALUE) {
      throw new EbbException(
          "%d draws of %s are more than %d numbers".formatted(n, shape, Integer.MAX_VALUE),
          "draw fewer at once, with several seeds");
    }
    double[][] rows = new double[n][];
    try (Autograd.Mode off = Autograd.off();
        Rng rng = flow.engine().rng(seed)) {
      // Draws from the base come one after the other, so that a seed's rows do not depend on
      // threads but for rounding.
      int together = BATCH * Parallel.width();
      for (int from = 0; from < n; from += together) {
        int end = Math.min(from + together, n);
        try (Scope scope = Scope.open()) {
          Tensor given = given(condition, from, end - from);
          invert(base(end - from, given, rng), given, finish, rows, from);
        }
        progress.accept(end / (double) n);
      }
    }
    return ofKind(rows);
  }

  /** Draws from the base, batch after batch. */
  private Tensor base(int n, @Nullable Tensor given, Rng rng) {
    List<Tensor> batches = new ArrayList<>();
    for (int from = 0; from < n; from += BATCH) {
      int size = Math.min(BATCH, n - from);
      Tensor own = given == null ? null : Ops.rows(given, from, from + size);
      batches.add(flow.base().sample(size, flow.dimension(), own, rng));
    }
    return batches.size() == 1 ? batches.get(0) : Ops.concatenate(batches.toArray(new Tensor[0]));
  }

  /** Rows of data from draws z of the base, into {@code rows} from {@code first} on. */
  private void invert(
      Tensor z,
      @Nullable Tensor given,
      BiFunction<Tensor, @Nullable Tensor, Tensor> finish,
      double[][] rows,
      int first) {
    Parallel.forRows(
        Math.toIntExact(z.size(0)),
        BATCH,
        (from, to) -> {
          try (Scope scope = Scope.open()) {
            Tensor own = given == null ? null : Ops.rows(given, from, to);
            Tensor y = finish.apply(flow.inverse(Ops.rows(z, from, to), own), own);
            unpack(Engine.doubles(preprocessing.invert(y)), rows, first + from);
          }
        });
  }

  private @Nullable Tensor given(@Nullable Dataset condition, int from, int n) {
    return condition == null
        ? null
        : preprocessing.given(condition, IntStream.range(from, from + n).toArray());
  }

  /** Continuous rows (n, D) as rows of the data's kind: bytes are rounded down to 0 to 255. */
  Dataset ofKind(double[][] rows) {
    if (!shape.bytes()) {
      Dataset table = Dataset.of(rows);
      return shape.columns().isEmpty() ? table : table.withColumnNames(shape.columns());
    }
    byte[] bytes = new byte[Math.multiplyExact(rows.length, shape.dimension())];
    for (int i = 0; i < bytes.length; i++) {
      double value = rows[i / shape.dimension()][i % shape.dimension()];
      if (Double.isNaN(value)) {
        throw new NumericalException(
            "image %d has a pixel that is not a number".formatted(i / shape.dimension() + 1),
            "train the model further or with a smaller learning rate");
      }
      bytes[i] = (byte) (int) Math.max(0, Math.min(255, Math.floor(value)));
    }
    return asImages(Dataset.ofBytes(bytes, rows.length, shape.dimension()));
  }

  /** Cuts a row-major block into rows, the first of them at {@code from}. */
  private void unpack(double[] block, double[][] rows, int from) {
    int columns = shape.dimension();
    for (int i = 0; i < block.length / columns; i++) {
      rows[from + i] = Arrays.copyOfRange(block, i * columns, (i + 1) * columns);
    }
  }

  /** Rows as data of the model's kind. */
  private Dataset dataset(double[][] rows) {
    Dataset table = Dataset.of(rows);
    if (!shape.bytes()) {
      return table;
    }
    byte[] bytes = new byte[Math.multiplyExact(table.rows(), table.columns())];
    for (int i = 0; i < bytes.length; i++) {
      double value = table.value(i / table.columns(), i % table.columns());
      if (value != Math.rint(value) || value < 0 || value > 255) {
        throw new EbbException(
            "row %d holds %s where the model takes bytes".formatted(i / table.columns(), value),
            "give whole numbers from 0 to 255");
      }
      bytes[i] = (byte) (int) value;
    }
    return asImages(Dataset.ofBytes(bytes, table.rows(), table.columns()));
  }

  private Dataset asImages(Dataset bytes) {
    Dataset.ImageShape image = shape.image();
    return image == null || bytes.columns() != shape.dimension()
        ? bytes
        : bytes.withImageShape(image);
  }
}
