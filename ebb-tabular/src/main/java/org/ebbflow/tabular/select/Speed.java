package org.ebbflow.tabular.select;

import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainState;
import org.ebbflow.train.ValidationPoint;

/**
 * How fast a training runs here and now.
 *
 * @param step seconds of one, in the mean
 * @param validation seconds of one, with what a growing flow does between its blocks
 */
record Speed(double step, double validation) {
  private static final double SHORTEST = 1e-6;

  /** What it is with so many times the rows. */
  Speed withRows(double times) {
    return new Speed(step, validation * times);
  }

  /** Times a training and passes on what it is told. */
  static final class Meter implements TrainListener {
    /** Steps while Java is still compiling; they take several times as long. */
    private static final int WARM_UP = 8;

    private final TrainListener target;
    private double ofSteps;
    private double ofOthers;
    private int steps;
    private int validations;
    private long seen;
    private boolean stepping;
    private long last;

    Meter(TrainListener target) {
      this.target = target;
    }

    @Override
    public void stepped(TrainState state, long totalSteps) {
      double passed = passed();
      if (stepping && ++seen > WARM_UP) {
        ofSteps += passed;
        steps++;
      } else if (validations > 0) {
        ofOthers += passed;
      }
      stepping = true;
      target.stepped(state, totalSteps);
    }

    @Override
    public void validated(TrainState state, ValidationPoint point) {
      ofOthers += passed();
      validations++;
      stepping = false;
      target.validated(state, point);
    }

    @Override
    public void improved(TrainState state) {
      target.improved(state);
    }

    private double passed() {
      long now = System.nanoTime();
      double passed = 1e-9 * (now - last);
      last = now;
      return passed;
    }

    /** What was measured, by a training that was long enough. */
    Speed speed() {
      return new Speed(
          Math.max(SHORTEST, ofSteps / Math.max(1, steps)),
          Math.max(SHORTEST, ofOthers / Math.max(1, validations)));
    }
  }
}
