package org.ebbflow.train;

/**
 * Keeps every best model before others are told of it.
 *
 * @param keep writes the model as it stands
 * @param next told after it
 */
public record BestKeeper(Runnable keep, TrainListener next) implements TrainListener {
  @Override
  public void stepped(TrainState state, long totalSteps) {
    next.stepped(state, totalSteps);
  }

  @Override
  public void validated(TrainState state, ValidationPoint point) {
    next.validated(state, point);
  }

  @Override
  public void improved(TrainState state) {
    keep.run();
    next.improved(state);
  }
}
