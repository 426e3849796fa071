package org.ebbflow.train;

/** Why training ended. */
public enum Outcome {
  /** The number of steps or epochs, or the time, is reached. */
  FINISHED,
  /** No new best for the given number of validations. */
  STOPPED_EARLY,
  /** {@link Trainer#stop} was called; the checkpoint says where to go on. */
  INTERRUPTED
}
