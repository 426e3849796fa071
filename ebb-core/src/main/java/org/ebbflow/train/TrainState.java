package org.ebbflow.train;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where training stands: everything a checkpoint holds besides tensors, written to it as JSON.
 * Mutable and confined to the training thread; what others see are copies.
 *
 * <p>Random numbers need no state of their own: each step's generator is seeded by the run's seed
 * and the step's number, each epoch's order by the seed and the epoch's.
 */
public final class TrainState {
  /** Steps done. */
  public long step;

  /** Seconds of training, over all sessions. */
  public double seconds;

  /** Samples left out because their loss was not finite. */
  public long droppedSamples;

  /** Steps without effect because nothing finite was left. */
  public long skippedSteps;

  /** Lowest validation NLL so far in nats; null before the first validation. */
  public @Nullable Double bestNll;

  /** When {@link #bestNll} was reached. */
  public long bestStep;

  /** Validations since. */
  public int validationsSinceBest;

  /** Steps skipped one after the other, up to now. */
  public int skippedInARow;

  /** Sum and number of the losses since the last loss point. */
  public double lossSum;

  /** See {@link #lossSum}. */
  public long lossCount;

  /** The training curve. */
  public List<LossPoint> losses = new ArrayList<>();

  /** The validation curve. */
  public List<ValidationPoint> validations = new ArrayList<>();
}
