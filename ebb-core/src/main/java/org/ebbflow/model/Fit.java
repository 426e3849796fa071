package org.ebbflow.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Parallel;
import org.ebbflow.train.BestKeeper;
import org.ebbflow.train.BlockwiseTrainer;
import org.ebbflow.train.GrowthTask;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainRun;
import org.ebbflow.train.TrainSettings;
import org.ebbflow.train.TrainState;
import org.ebbflow.train.TrainTask;
import org.ebbflow.train.Trainer;
import org.jspecify.annotations.Nullable;

/**
 * Fits a model to data in a folder: splits, builds, trains with checkpoints, and keeps the best
 * averaged model there.
 *
 * <p>{@link #run} is called once, from one thread; {@link #stop} from any.
 */
public final class Fit {
  private final RunConfig config;
  private final DataShape shape;
  private final ModelFolder folder;
  private final Provenance provenance;
  private final Engine engine;
  private final Dataset.Split split;
  private final Preprocessing preprocessing;
  private final String fingerprintOfRows;
  private final TrainRun training;
  private final Supplier<DensityModel> current;

  /**
   * Builds everything; trains nothing yet.
   *
   * @param data rows to train on and to hold validation rows out of
   * @param folder where the model goes; a checkpoint there is gone on from
   * @throws EbbException if data or settings do not suit
   */
  public Fit(RunConfig config, Dataset data, ModelFolder folder, TrainListener listener) {
    this(
        config,
        data,
        folder,
        Provenance.start(config, Fit.class.getName(), Provenance.Source.of("memory", data), null),
        listener);
  }

  /**
   * As the other, with what the model's provenance is to say.
   *
   * @param provenance completed by the run's figures at its end
   */
  public Fit(
      RunConfig config,
      Dataset data,
      ModelFolder folder,
      Provenance provenance,
      TrainListener listener) {
    this(
        config,
        data.split(config.validationRows(data.rows()), config.seed()),
        data.fingerprint(),
        folder,
        provenance,
        listener);
  }

  /**
   * As the others, with rows already split: the configuration's share of validation rows has no
   * effect.
   */
  public Fit(
      RunConfig config,
      Dataset.Split split,
      ModelFolder folder,
      Provenance provenance,
      TrainListener listener) {
    this(
        config,
        split,
        split.train().fingerprint() + split.validation().fingerprint(),
        folder,
        provenance,
        listener);
  }

  private Fit(
      RunConfig config,
      Dataset.Split split,
      String rows,
      ModelFolder folder,
      Provenance provenance,
      TrainListener listener) {
    this.provenance = provenance;
    this.config = config;
    this.folder = folder;
    this.shape = DataShape.of(split.train());
    this.split = split;
    if (!shape.condition().isEmpty() && !config.model().acceptsCondition()) {
      throw new EbbException(
          "the model '" + config.model().name() + "' takes no condition",
          "use jko, cnf, diffusion, spline or realnvp-2d, or glow for images");
    }
    if (!shape.condition().isEmpty()
        && config.objective().name().equals("fm")
        && config.objective().optimalPairs()) {
      throw new EbbException(
          "pairs by optimal transport would make the noise depend on the condition",
          "set objective.optimalPairs=false");
    }
    this.engine = Engine.on(config.device(), config.dtype());
    this.preprocessing = config.preprocessing().fit(engine, split.train());
    // Rows that reach networks otherwise are other rows.
    String given = preprocessing.standardisesConditions() ? "conditions standardised" : "";
    this.fingerprintOfRows = fingerprint(config, rows);
    String fingerprint = fingerprint(config, rows + given);
    BestKeeper keeper = new BestKeeper(this::keep, listener);
    if (config.model() instanceof BlockFlow grown) {
      BlockwiseTrainer trainer = blockwise(grown, fingerprint, keeper);
      this.training = trainer;
      this.current =
          () ->
              new DensityModel(
                  shape, config.with(grown.with(trainer.spans())), trainer.flow(), preprocessing);
    } else {
      Flow averaged = config.model().build(engine, shape);
      boolean behind = config.training().matchAfterPreprocessing();
      config.objective().requireReach(averaged, behind ? List.of() : preprocessing.transform());
      this.training = trainer(averaged, fingerprint, keeper);
      this.current = () -> new DensityModel(shape, config, averaged, preprocessing);
    }
  }

  private Trainer trainer(Flow averaged, String fingerprint, TrainListener listener) {
    Flow trained = config.model().build(engine, shape);
    requireSameBuffers(trained, averaged);
    TrainTask task =
        new TrainTask(
            trained,
            averaged,
            preprocessing,
            config.objective().build(),
            split.train(),
            split.validation(),
            config.seed());
    return new Trainer(task, config.training(), folder.checkpoint(), fingerprint, listener);
  }

  private void requireSameBuffers(Flow first, Flow second) {
    first
        .buffers()
        .forEach(
            (name, buffer) -> {
              Tensor other = second.buffers().get(name);
              if (other == null || !buffer.equal(other)) {
                throw new EbbException(
                    "the architecture '%s' builds another '%s' each time"
                        .formatted(config.model().name(), name),
                    "draw what is not trained from a fixed seed");
              }
            });
  }

  private BlockwiseTrainer blockwise(BlockFlow grown, String fingerprint, TrainListener listener) {
    GrowthTask task =
        new GrowthTask(
            engine,
            shape.dimension(),
            span -> grown.block(engine, shape, span),
            grown.base(engine, shape),
            config.objective().ode(),
            preprocessing,
            split.train(),
            split.validation(),
            config.seed());
    return new BlockwiseTrainer(
        task, config.training(), config.growth(), folder.checkpoint(), fingerprint, listener);
  }

  /**
   * Takes up the folder's checkpoint, if there is one. Nothing is written: what does not belong to
   * the run is refused before anything of it is overwritten.
   *
   * @throws EbbException if the checkpoint is damaged or of a run with other data or settings, or a
   *     flow that has grown to its end is to be trained for longer
   */
  public void restore() {
    try {
      training.restore();
    } catch (ModelFileException e) {
      requireSameConditions();
      throw e;
    }
    if (training.isComplete() && Files.exists(folder.config())) {
      requireSameLength(folder.readConfig().config().training());
    }
  }

  /** Says so where the checkpoint is of a run whose networks take conditions as they are stored. */
  private void requireSameConditions() {
    if (preprocessing.standardisesConditions()
        && fingerprintOfRows.equals(runOf(folder.checkpoint()))) {
      throw new ModelFileException(
          folder.checkpoint(),
          "is of an older version, whose networks took labels and covariates as they are, where"
              + " they are standardised now",
          "train anew in another folder");
    }
  }

  private static @Nullable String runOf(Path checkpoint) {
    try {
      return SafeTensors.read(checkpoint).metadata().get("run");
    } catch (ModelFileException damaged) {
      return null;
    }
  }

  private void requireSameLength(TrainSettings before) {
    TrainSettings now = config.training();
    if (now.steps() != before.steps()
        || now.epochs() != before.epochs()
        || now.minutes() != before.minutes()) {
      throw new EbbException(
          "the flow in "
              + folder.path()
              + " has grown to its end, and its blocks, each trained on what those before it make of"
              + " the rows, cannot be trained for longer",
          "start anew in another folder with longer training, or resume without changing its length");
    }
  }

  /**
   * Writes the configuration, trains to the end or until {@link #stop} or an interrupt of the
   * thread, and returns why. Where the configuration names a thread count, what this thread asks of
   * libtorch has it for as long as this takes.
   */
  public Outcome run() {
    restore();
    folder.create();
    folder.writeProvenance(provenance);
    folder.writeConfig(shape, withBlocksTrained());
    // Also where nothing is asked for: OpenBLAS has a count of its own until it is told.
    int threads = config.threads() > 0 ? config.threads() : engine.threads();
    try (Parallel.Limit limit = engine.limitThreads(threads)) {
      Outcome outcome = training.run();
      folder.writeProvenance(provenance.with(figures()));
      return outcome;
    }
  }

  /** The configuration, with the blocks of the best model that an earlier run has left here. */
  private RunConfig withBlocksTrained() {
    boolean resumed = training.state().step() > 0 && Files.exists(folder.weights());
    if (resumed
        && config.model() instanceof BlockFlow grown
        && folder.withBlocks(folder.readConfig(), folder.readWeights()).config().model()
            instanceof BlockFlow before) {
      return config.with(grown.with(before.blocks()));
    }
    return config;
  }

  private Map<String, Double> figures() {
    TrainState state = training.state();
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("steps", (double) state.step());
    figures.put("bestStep", (double) state.bestStep());
    state.bestNll().ifPresent(nll -> figures.put("validationNll", nll));
    figures.put("seconds", state.seconds());
    figures.put("secondsPerStep", state.secondsPerStep());
    figures.put("droppedSamples", (double) state.droppedSamples());
    figures.put("skippedSteps", (double) state.skippedSteps());
    return figures;
  }

  /** Asks {@link #run} to keep a checkpoint and return. */
  public void stop() {
    training.stop();
  }

  /** Curves and counters so far. */
  public TrainState state() {
    return training.state();
  }

  /**
   * The model as it stands, with the moving average of the parameters; the folder keeps the best by
   * validation. Shares its tensors with the training: use it when that is over.
   */
  public DensityModel latest() {
    return current.get();
  }

  /** Steps after which training is over, or the largest long if only time limits it. */
  public long totalSteps() {
    return training.totalSteps();
  }

  /** Steps in a pass over the training rows. */
  public long stepsPerEpoch() {
    return training.stepsPerEpoch();
  }

  /** The rows trained on and those held out. */
  public Dataset.Split split() {
    return split;
  }

  /** Which data and settings a checkpoint belongs to; how long to train is not part of it. */
  private static String fingerprint(RunConfig config, String rows) {
    var tree = ConfigJson.write(config);
    tree.remove(List.of("device", "threads")); // where it runs, not what
    // What has no effect on this run, or comes of it.
    if (!(config.model() instanceof BlockFlow)) {
      tree.remove("growth");
    } else if (tree.get("model") instanceof ObjectNode model) {
      model.remove("blocks");
      if (tree.get("growth") instanceof ObjectNode growth) {
        growth.remove("cache"); // where rows are kept, not what they are
      }
    }
    if (tree.get("objective") instanceof ObjectNode objective) {
      if (!config.objective().trainsBlocks()) {
        objective.remove(ObjectiveSettings.ofBlocks());
      }
      objective.remove("differentiation"); // all ways agree
      if (config.objective().precision() == Products.FULL) {
        objective.remove("precision"); // older runs had no other
      }
      if (objective.get("ode") instanceof ObjectNode ode
          && config.objective().ode().quadrature() == Quadrature.STAGES) {
        ode.remove("quadrature"); // likewise
      }
    }
    if (tree.get("training") instanceof ObjectNode training) {
      training.put("checkpointSeconds", 60); // how often it is kept, not what; 60 in older runs
      if (!config.training().schedule().name().equals("cosine")) {
        training.remove(List.of("steps", "epochs", "minutes", "patience"));
      }
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ConfigJson.text(tree).getBytes(StandardCharsets.UTF_8));
      digest.update(rows.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private void keep() {
    DensityModel best = current.get();
    folder.writeWeights(best.config(), best.flow(), preprocessing);
    if (config.model() instanceof BlockFlow) {
      folder.writeConfig(shape, best.config()); // says which blocks there are
    }
  }
}
