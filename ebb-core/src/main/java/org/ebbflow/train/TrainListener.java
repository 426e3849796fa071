package org.ebbflow.train;

/** Told how training goes, on the training thread. */
public interface TrainListener {

  /** After each step. */
  default void stepped(TrainState state, long totalSteps) {}

  /** After each validation. */
  default void validated(TrainState state, ValidationPoint point) {}

  /** When a validation gave the best model so far; the averaged parameters are that model. */
  default void improved(TrainState state) {}
}
