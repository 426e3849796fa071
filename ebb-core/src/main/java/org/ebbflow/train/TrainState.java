package org.ebbflow.train;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Where training stands: everything a checkpoint holds besides tensors, written to it as JSON.
 *
 * <p>Changed by the training thread alone; read it there, in a listener's call, or when training is
 * over. Random numbers need no state of their own: each step's generator is seeded by the run's
 * seed and the step's number, each epoch's order by the seed and the epoch's.
 */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.ANY,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class TrainState {
  long step;
  double seconds;

  /** Of {@link #seconds}, those of a growing flow's resumed sessions that moved all rows again. */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  double secondsAgain;

  long droppedSamples;
  long skippedSteps;
  int skippedInARow;
  @Nullable Double bestNll;
  long bestStep;
  int validationsSinceBest;
  double lossSum;
  long lossCount;
  List<LossPoint> losses = new ArrayList<>();
  List<ValidationPoint> validations = new ArrayList<>();

  @JsonInclude(JsonInclude.Include.NON_EMPTY) // most trainings have none
  List<BlockRecord> blocks = new ArrayList<>();

  TrainState() {}

  /** These figures with those of a block that is being trained behind them. */
  TrainState with(TrainState block) {
    TrainState sum = new TrainState();
    sum.step = step;
    sum.seconds = seconds;
    sum.secondsAgain = secondsAgain;
    sum.droppedSamples = droppedSamples;
    sum.skippedSteps = skippedSteps;
    sum.bestNll = bestNll;
    sum.bestStep = bestStep;
    sum.losses.addAll(losses);
    sum.validations.addAll(validations);
    sum.blocks.addAll(blocks);
    sum.add(block);
    return sum;
  }

  /** Adds a point to the validation curve; whether it is the best so far. */
  boolean take(ValidationPoint point) {
    validations.add(point);
    Double best = bestNll;
    boolean better = best == null || point.nll() < best;
    if (better) {
      bestNll = point.nll();
      bestStep = step;
    }
    validationsSinceBest = better ? 0 : validationsSinceBest + 1;
    return better;
  }

  /** Counts a block's steps, time and losses in; how good it is, its record says. */
  void add(TrainState block) {
    long before = step;
    step += block.step;
    seconds += block.seconds;
    droppedSamples += block.droppedSamples;
    skippedSteps += block.skippedSteps;
    block.losses.forEach(p -> losses.add(new LossPoint(before + p.step(), p.loss())));
  }

  /** Steps done. */
  public long step() {
    return step;
  }

  /** Seconds of training, over all sessions; of a growing flow with those of moving its rows. */
  public double seconds() {
    return seconds;
  }

  /** Mean seconds of a step; of a growing flow without moving its rows. */
  public double secondsPerStep() {
    double training = blocks.stream().mapToDouble(BlockRecord::seconds).sum();
    long steps = blocks.stream().mapToLong(BlockRecord::steps).sum();
    return steps > 0 ? training / steps : seconds / Math.max(1, step);
  }

  /** Samples left out because their loss was not finite. */
  public long droppedSamples() {
    return droppedSamples;
  }

  /** Steps without effect because nothing finite was left. */
  public long skippedSteps() {
    return skippedSteps;
  }

  /** Lowest validation NLL so far in nats; empty before the first validation. */
  public OptionalDouble bestNll() {
    Double best = bestNll;
    return best == null ? OptionalDouble.empty() : OptionalDouble.of(best);
  }

  /** The step at which {@link #bestNll} was reached. */
  public long bestStep() {
    return bestStep;
  }

  /** The training curve. */
  public List<LossPoint> losses() {
    return Collections.unmodifiableList(losses);
  }

  /** What each block's training came to, in order; empty unless the flow grew by blocks. */
  public List<BlockRecord> blocks() {
    return Collections.unmodifiableList(blocks);
  }

  /** The validation curve. */
  public List<ValidationPoint> validations() {
    return Collections.unmodifiableList(validations);
  }
}
