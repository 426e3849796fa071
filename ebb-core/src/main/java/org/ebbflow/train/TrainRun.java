package org.ebbflow.train;

/**
 * A training that can be stopped and gone on with from its checkpoint: of a whole flow at once, or
 * of one block after the other.
 *
 * <p>{@link #run} is called once, from one thread; {@link #stop} from any.
 */
public interface TrainRun {

  /**
   * Takes up the checkpoint, if there is one; {@link #run} does so itself unless it has been done.
   *
   * @throws org.ebbflow.EbbException if the checkpoint cannot be read or belongs to another run
   */
  void restore();

  /**
   * Trains from the checkpoint, if there is one, to the end or until {@link #stop}.
   *
   * @return why it ended
   * @throws org.ebbflow.EbbException if the training diverges, or the checkpoint cannot be read or
   *     written
   */
  Outcome run();

  /** Asks {@link #run} to write a checkpoint and return after the current step. */
  void stop();

  /** Where training stands; read it after {@link #run} or on the training thread. */
  TrainState state();

  /** Whether training has come to an end that no longer limit would move; once restored. */
  default boolean isComplete() {
    return false;
  }

  /** Steps after which training is over, or the largest long if only time limits it. */
  long totalSteps();

  /** Steps in a pass over the training rows. */
  long stepsPerEpoch();
}
