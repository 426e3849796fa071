package org.ebbflow.tabular.select;

import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainState;
import org.ebbflow.train.ValidationPoint;

/** Passes on what it is told to a listener that is known only once the training is set up. */
final class ForwardingListener implements TrainListener {
  private TrainListener target = new TrainListener() {};

  void forwardTo(TrainListener listener) {
    target = listener;
  }

  @Override
  public void stepped(TrainState state, long totalSteps) {
    target.stepped(state, totalSteps);
  }

  @Override
  public void validated(TrainState state, ValidationPoint point) {
    target.validated(state, point);
  }

  @Override
  public void improved(TrainState state) {
    target.improved(state);
  }
}
