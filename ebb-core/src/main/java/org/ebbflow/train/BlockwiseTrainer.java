package org.ebbflow.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.RowCache;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.GrowthPlan.Phase;
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
  private final GrowthPlan plan;
  private final long stepsPerBlock;
  private final long stepsPerEpoch;
  private final @Nullable GrowthCheckpoint checkpoint;
  private final Path scratch;
  private final BlockMeasurement measurement;
  private final String runFingerprint;
  private final List<OdeBlock> blocks = new ArrayList<>();
  private GrowthState state = new GrowthState();
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
    this.plan = GrowthPlan.of(growth);
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
    return block == null ? state.train : state.train.with(block);
  }

  /** Of all blocks that may yet be trained; fewer are if growth ends early. */
  @Override
  public long totalSteps() {
    if (stepsPerBlock == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    return (state.train.blocks.size() + trainingsLeft()) * stepsPerBlock;
  }

  @Override
  public long stepsPerEpoch() {
    return stepsPerEpoch;
  }

  /** The spans of the blocks that {@link #flow} has. */
  public List<BlockSpan> spans() {
    return List.copyOf(state.spans);
  }

  /** The flow of the blocks there are, from the preprocessed space on; shares their tensors. */
  public Flow flow() {
    return new Flow(task.engine(), task.dimension(), blocks, task.base());
  }

  @Override
  public void restore() {
    if (!restored && checkpoint != null && checkpoint.exists()) {
      state = checkpoint.read(task.blocks(), blocks);
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
    return plan.isOver(state.phase);
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
    if (stopping) {
      return Outcome.INTERRUPTED;
    }
    Phase phase = plan.phase(state.phase);
    Path folder = cacheFolder();
    long begin = System.nanoTime();
    Dataset first = task.validation().subset(BlockMeasurement.first(task.validation()));
    try (PushedRows train = pushed(task.train(), false, folder);
        PushedRows validation = pushed(task.validation(), true, folder);
        PushedRows start = pushed(first, false, null)) {
      for (OdeBlock block : blocks.subList(0, state.next)) {
        train.push(block);
        validation.push(block);
      }
      countSince(begin);
      for (int phaseNumber = state.phase; state.phase == phaseNumber; ) {
        BlockSpan span = span(phase);
        OdeBlock block = task.blocks().apply(span);
        warmStart(block);
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
        state.train.add(trainer.state());
        begin = System.nanoTime();
        copy(average, block);
        average.parameters().values().forEach(Scope::release);
        train.push(block);
        BlockMeasurement.Terms terms = measurement.terms(block, span, validation);
        validation.push(block);
        place(span, block);
        countSince(begin);
        finish(phase, record(span, trainer.state(), train, terms, validation, start));
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

  private BlockSpan span(Phase phase) {
    return switch (phase) {
      case GROW -> BlockSpan.whole(growth.stepSize(state.next));
      case FREE -> BlockSpan.whole(0);
      case EVEN, REFINE -> state.spans.get(state.next);
    };
  }

  /** From the block's own parameters where it is retrained, else from the block before. */
  private void warmStart(OdeBlock block) {
    int source = Math.min(state.next, blocks.size() - 1);
    if (source >= 0) {
      copy(blocks.get(source), block);
    }
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
            Rng.mix(task.seed(), 1000L * state.phase + state.next));
    Path file = checkpoint == null ? null : checkpoint.ofBlock();
    return new Trainer(one, settings.ofBlock(minutes()), file, nameOfBlock(), new StepCounter());
  }

  private double minutes() {
    return settings.minutes() == 0
        ? 0
        : seconds(60 * settings.minutes(), state.train, trainingsLeft()) / 60;
  }

  /**
   * The next block's share of what is left of a budget, less what moving the rows through it will
   * take if it is as long as through a block before.
   */
  static double seconds(double budget, TrainState spent, long trainingsLeft) {
    double training = spent.blocks.stream().mapToDouble(BlockRecord::seconds).sum();
    double moving = (spent.seconds - training) / Math.max(1, spent.blocks.size());
    return Math.max(SHORTEST, (budget - spent.seconds) / trainingsLeft - moving);
  }

  private void countSince(long begin) {
    state.train.seconds += (System.nanoTime() - begin) * 1e-9;
  }

  /** Which run and which block of it a block's checkpoint belongs to. */
  private String nameOfBlock() {
    return runFingerprint + "/" + state.phase + "/" + state.next;
  }

  /** Goes on from the block's checkpoint, unless it is one that a finished block left behind. */
  private Outcome train(Trainer trainer) {
    if (checkpoint != null && Files.exists(checkpoint.ofBlock())) {
      try {
        trainer.restore();
      } catch (EbbException stale) {
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
    double inversionError = measurement.inversionError(blocks.subList(0, state.next + 1), start);
    countSince(begin);
    TrainState all = state.train;
    all.validations.add(
        new ValidationPoint(all.step, summary.nll(), summary.standardError(), all.seconds));
    return new BlockRecord(
        state.phase,
        state.next,
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

  private void place(BlockSpan span, OdeBlock block) {
    if (state.next < blocks.size()) {
      blocks.set(state.next, block);
      state.spans.set(state.next, span);
    } else {
      blocks.add(block);
      state.spans.add(span);
    }
  }

  /** Keeps the record, tells the listener, and moves on to what comes next. */
  private void finish(Phase phase, BlockRecord record) {
    TrainState all = state.train;
    all.blocks.add(record);
    LOG.info("{}", record);
    boolean whole = state.next == blocks.size() - 1;
    Double best = all.bestNll;
    if (whole && (best == null || record.nll() < best)) {
      all.bestNll = record.nll();
      all.bestStep = all.step;
      listener.improved(all);
    }
    listener.validated(all, all.validations.get(all.validations.size() - 1));
    state.next++;
    boolean ended =
        switch (phase) {
          case GROW -> state.next == growth.maxBlocks() || record.ratio() < growth.epsilon();
          case EVEN, REFINE -> state.next == blocks.size();
          case FREE -> true;
        };
    if (ended) {
      advance();
    }
    save();
    if (checkpoint != null) {
      checkpoint.blockDone();
    }
  }

  private void save() {
    if (checkpoint != null) {
      checkpoint.write(state, blocks);
    }
  }

  /** Prepares the next phase, leaving out rounds that have nothing to even out. */
  private void advance() {
    double[] movements = lastMovements();
    do {
      state.phase++;
    } while (!plan.isOver(state.phase)
        && plan.phase(state.phase) == Phase.EVEN
        && growth.isEven(movements));
    if (plan.isOver(state.phase)) {
      return;
    }
    state.next = 0;
    switch (plan.phase(state.phase)) {
      case EVEN -> {
        List<Double> steps =
            growth.evened(state.spans.stream().map(BlockSpan::h).toList(), movements);
        for (int i = 0; i < steps.size(); i++) {
          state.spans.set(i, state.spans.get(i).with(steps.get(i)));
        }
      }
      case REFINE -> refine();
      case FREE -> state.next = blocks.size();
      case GROW -> throw new IllegalStateException("a flow grows first");
    }
  }

  private void refine() {
    List<OdeBlock> parents = List.copyOf(blocks);
    List<BlockSpan> spans = List.copyOf(state.spans);
    blocks.clear();
    state.spans.clear();
    for (int i = 0; i < parents.size(); i++) {
      for (boolean second : new boolean[] {false, true}) {
        BlockSpan half = spans.get(i).half(second);
        OdeBlock child = task.blocks().apply(half);
        copy(parents.get(i), child);
        blocks.add(child);
        state.spans.add(half);
      }
    }
  }

  /** W₂ movements of the blocks of the phase that has just ended. */
  private double[] lastMovements() {
    List<BlockRecord> all = state.train.blocks;
    return all.subList(all.size() - blocks.size(), all.size()).stream()
        .mapToDouble(BlockRecord::movement)
        .toArray();
  }

  private long trainingsLeft() {
    return plan.trainingsLeft(state.phase, state.next, blocks.size());
  }

  private static void copy(OdeBlock from, OdeBlock to) {
    Map<String, Tensor> source = from.parameters();
    to.parameters()
        .forEach((name, tensor) -> Ops.assign(tensor, Objects.requireNonNull(source.get(name))));
  }

  /** Passes a block's steps on as steps of the whole. */
  private final class StepCounter implements TrainListener {
    @Override
    public void stepped(TrainState ofBlock, long totalSteps) {
      listener.stepped(state.train.with(ofBlock), totalSteps());
    }
  }
}
