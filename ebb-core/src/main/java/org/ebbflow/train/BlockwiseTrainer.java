package org.ebbflow.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.RowCache;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Grows a flow of neural-ODE blocks, each trained by itself as one JKO step on rows that the blocks
 * before it have moved: memory and time of a step do not grow with the number of blocks. The moved
 * rows are kept where {@link GrowthSettings#cache} says, in at most two copies. Then moves the time
 * points, or cuts blocks in two, and retrains.
 *
 * <p>Resumes between blocks and within one with the same numbers as if never stopped.
 *
 * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424, algorithms 1 and 2.
 */
public final class BlockwiseTrainer implements TrainRun {
  private static final Logger LOG = LoggerFactory.getLogger(BlockwiseTrainer.class);

  /** Seconds that a block is trained for at least, however little time is left. */
  private static final double SHORTEST = 0.06;

  private final GrowthTask task;
  private final TrainSettings settings;
  private final GrowthSettings growth;
  private final TrainListener listener;
  private final long stepsPerBlock;
  private final long stepsPerEpoch;
  private final @Nullable GrowthCheckpoint checkpoint;
  private final Path scratch;
  private final BlockMeasurement measurement;
  private final String runFingerprint;
  private final GrowingChain chain;
  private volatile @Nullable Trainer inner;
  private @Nullable TrainState resumedBlock;
  private volatile boolean stopping;
  private boolean restored;

  /**
   * @param checkpointFile where the state is kept; null to keep none
   * @param runFingerprint says which data and settings a checkpoint belongs to
   * @throws EbbException if there are no rows to train or validate on
   */
  public BlockwiseTrainer(
      GrowthTask task,
      TrainSettings settings,
      GrowthSettings growth,
      @Nullable Path checkpointFile,
      String runFingerprint,
      TrainListener listener) {
    if (task.train().rows() == 0 || task.validation().rows() == 0) {
      throw new EbbException("there are no training or validation rows", "give more data");
    }
    this.task = task;
    this.settings = settings;
    this.growth = growth;
    this.listener = listener;
    this.runFingerprint = runFingerprint;
    this.chain = new GrowingChain(task.blocks(), growth);
    this.measurement = new BlockMeasurement(task);
    this.stepsPerEpoch =
        new BatchOrder(task.train().rows(), settings.batch(), task.seed()).batchesPerEpoch();
    this.stepsPerBlock = settings.totalSteps(stepsPerEpoch);
    this.checkpoint =
        checkpointFile == null ? null : new GrowthCheckpoint(checkpointFile, runFingerprint);
    this.scratch =
        checkpointFile == null
            ? Path.of(System.getProperty("java.io.tmpdir"))
            : checkpointFile.toAbsolutePath().resolveSibling("");
  }

  @Override
  public void stop() {
    stopping = true;
    Trainer current = inner;
    if (current != null) {
      current.stop();
    }
  }

  /** Of the blocks that are done and of the one in training; without a block's own validation. */
  @Override
  public TrainState state() {
    Trainer current = inner;
    TrainState block = current == null ? resumedBlock : current.state();
    return block == null ? chain.train() : chain.train().with(block);
  }

  /** Of all blocks that may yet be trained; fewer are if growth ends early. */
  @Override
  public long totalSteps() {
    if (stepsPerBlock == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    return (chain.train().blocks.size() + chain.trainingsLeft()) * stepsPerBlock;
  }

  @Override
  public long stepsPerEpoch() {
    return stepsPerEpoch;
  }

  /** The spans of the blocks that {@link #flow} has. */
  public List<BlockSpan> spans() {
    return chain.spans();
  }

  /** The flow of the blocks there are, from the preprocessed space on; shares their tensors. */
  public Flow flow() {
    return new Flow(task.engine(), task.dimension(), chain.blocks(), task.base());
  }

  @Override
  public void restore() {
    if (!restored && checkpoint != null && checkpoint.exists()) {
      chain.read(checkpoint);
    }
    if (!restored && checkpoint != null) {
      resumedBlock = Checkpoint.state(checkpoint.ofBlock(), nameOfBlock()).orElse(null);
    }
    restored = true;
  }

  /**
   * Blocks are trained on what the blocks before make of the rows: none can go on after the next.
   */
  @Override
  public boolean isComplete() {
    return chain.isComplete();
  }

  @Override
  public Outcome run() {
    restore();
    RowCache.removeLeftovers(scratch);
    while (!isComplete()) {
      Outcome outcome = phase();
      if (outcome != Outcome.FINISHED) {
        return outcome;
      }
    }
    return Outcome.FINISHED;
  }

  /** The rest of the current phase. */
  private Outcome phase() {
    if (stopping || Thread.currentThread().isInterrupted()) {
      return Outcome.INTERRUPTED;
    }
    Path folder = cacheFolder();
    long begin = System.nanoTime();
    Dataset first = task.validation().subset(BlockMeasurement.first(task.validation()));
    try (PushedRows train = pushed(task.train(), false, folder);
        PushedRows validation = pushed(task.validation(), true, folder);
        PushedRows start = pushed(first, false, null)) {
      for (OdeBlock block : chain.blocks().subList(0, chain.next())) {
        train.push(block);
        validation.push(block);
      }
      double before = chain.train().seconds;
      countSince(begin);
      if (chain.next() > 0) { // only a resumed run begins a phase further on
        chain.train().secondsAgain += chain.train().seconds - before;
      }
      for (int phase = chain.phase(); chain.phase() == phase; ) {
        BlockSpan span = chain.nextSpan();
        OdeBlock block = task.blocks().apply(span);
        chain.warmStart(block);
        OdeBlock average = task.blocks().apply(span);
        Trainer trainer = trainer(block, average, span, train.rows(), validation.rows());
        inner = trainer;
        resumedBlock = null;
        if (stopping) {
          trainer.stop();
        }
        if (train(trainer) == Outcome.INTERRUPTED) {
          save(); // with the time that moving the rows has taken
          return Outcome.INTERRUPTED;
        }
        inner = null;
        chain.train().add(trainer.state());
        begin = System.nanoTime();
        GrowingChain.copy(average, block);
        average.parameters().values().forEach(Scope::release);
        train.push(block);
        BlockMeasurement.Terms terms = measurement.terms(block, span, validation);
        validation.push(block);
        chain.place(span, block);
        countSince(begin);
        finish(record(span, trainer.state(), train, terms, validation, start));
      }
    }
    return Outcome.FINISHED;
  }

  private PushedRows pushed(Dataset data, boolean withLogDet, @Nullable Path folder) {
    return new PushedRows(
        task.engine(), task.preprocessing(), data, task.seed(), withLogDet, folder);
  }

  /** Where moved rows go, or null if they are kept in memory. */
  private @Nullable Path cacheFolder() {
    long rows = (long) task.train().rows() + task.validation().rows();
    long bytes = 2 * PushedRows.bytes(task.engine(), rows, task.train().columns());
    boolean onDisk = growth.cache().onDisk(bytes);
    if (onDisk) {
      LOG.info("moved rows are kept on disk in {}: at most {} MiB", scratch, (bytes >> 20) + 1);
    }
    return onDisk ? scratch : null;
  }

  private Trainer trainer(
      OdeBlock block, OdeBlock average, BlockSpan span, Dataset train, Dataset validation) {
    TrainTask one =
        new TrainTask(
            new Flow(task.engine(), task.dimension(), List.of(block), task.base()),
            new Flow(task.engine(), task.dimension(), List.of(average), task.base()),
            task.preprocessing().ofAppliedRows(),
            measurement.objective(span),
            train,
            validation.subset(BlockMeasurement.first(validation)),
            Rng.mix(task.seed(), 1000L * chain.phase() + chain.next()));
    Path file = checkpoint == null ? null : checkpoint.ofBlock();
    return new Trainer(one, settings.ofBlock(minutes()), file, nameOfBlock(), new StepCounter());
  }

  private double minutes() {
    return settings.minutes() == 0
        ? 0
        : seconds(60 * settings.minutes(), chain.train(), chain.trainingsLeft()) / 60;
  }

  /**
   * The next block's share of what is left of a budget, less what moving the rows through it will
   * take if it is as long as through a block before; what resumed runs have moved again is no
   * measure of that.
   */
  static double seconds(double budget, TrainState spent, long trainingsLeft) {
    double training = spent.blocks.stream().mapToDouble(BlockRecord::seconds).sum();
    double moved = spent.seconds - training - spent.secondsAgain;
    double moving = moved / Math.max(1, spent.blocks.size());
    return Math.max(SHORTEST, (budget - spent.seconds) / trainingsLeft - moving);
  }

  private void countSince(long begin) {
    chain.train().seconds += (System.nanoTime() - begin) * 1e-9;
  }

  /** Which run and which block of it a block's checkpoint belongs to. */
  private String nameOfBlock() {
    return runFingerprint + "/" + chain.phase() + "/" + chain.next();
  }

  /** Goes on from the block's checkpoint, unless it is one that a finished block left behind. */
  private Outcome train(Trainer trainer) {
    if (checkpoint != null && Files.exists(checkpoint.ofBlock())) {
      try {
        trainer.restore();
      } catch (EbbException stale) {
        if (stale.getCause() instanceof IOException) {
          throw stale; // the disk's fault says nothing of what the file holds
        }
        LOG.info("{}; the block starts anew", stale.getMessage());
        checkpoint.blockDone();
      }
    }
    return trainer.run();
  }

  private BlockRecord record(
      BlockSpan span,
      TrainState training,
      PushedRows train,
      BlockMeasurement.Terms terms,
      PushedRows validation,
      PushedRows start) {
    long begin = System.nanoTime();
    LogLikelihood.Summary summary =
        LogLikelihood.summarise(validation.logLikelihoods(task.base()), task.dimension());
    double inversionError =
        measurement.inversionError(chain.blocks().subList(0, chain.next() + 1), start);
    countSince(begin);
    TrainState all = chain.train();
    all.validations.add(
        new ValidationPoint(all.step, summary.nll(), summary.standardError(), all.seconds));
    return new BlockRecord(
        chain.phase(),
        chain.next(),
        span.h(),
        training.step,
        training.seconds,
        Math.sqrt(train.movement()),
        train.movement() / train.size(),
        terms.potential(),
        terms.divergence(),
        terms.movement(),
        summary.nll(),
        inversionError);
  }

  /** Keeps the record, tells the listener, and moves on to what comes next. */
  private void finish(BlockRecord record) {
    TrainState all = chain.train();
    all.blocks.add(record);
    LOG.info("{}", record);
    Double best = all.bestNll;
    if (chain.isWhole() && (best == null || record.nll() < best)) {
      all.bestNll = record.nll();
      all.bestStep = all.step;
      listener.improved(all);
    }
    listener.validated(all, all.validations.get(all.validations.size() - 1));
    chain.advance(record.ratio());
    save();
    if (checkpoint != null) {
      checkpoint.blockDone();
    }
  }

  private void save() {
    if (checkpoint != null) {
      chain.write(checkpoint);
    }
  }

  /** Passes a block's steps on as steps of the whole. */
  private final class StepCounter implements TrainListener {
    @Override
    public void stepped(TrainState ofBlock, long totalSteps) {
      listener.stepped(chain.train().with(ofBlock), totalSteps());
    }
  }
}
