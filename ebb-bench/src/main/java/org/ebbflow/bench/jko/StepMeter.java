package org.ebbflow.bench.jko;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.ebbflow.bench.speed.PeakMemory;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainState;

/**
 * Time and memory of a training's steps after some of them: the median time, and the least of their
 * peaks, since the process's other threads, the compiler above all, can only add to them.
 */
final class StepMeter implements TrainListener {
  private final PeakMemory memory;
  private final long first;
  private final List<Double> times = new ArrayList<>();
  private double peak = Double.NaN;
  private double held = Double.NaN;
  private long begin;

  /**
   * @param memory begun before anything of the training was there
   * @param first the step after which it begins to measure
   */
  StepMeter(PeakMemory memory, long first) {
    this.memory = memory;
    this.first = first;
  }

  @Override
  public void stepped(TrainState state, long totalSteps) {
    long now = System.nanoTime();
    if (state.step() > first) {
      times.add((now - begin) * 1e-6);
      double mebibytes = memory.mebibytes();
      peak = Double.isNaN(peak) ? mebibytes : Math.min(peak, mebibytes);
    }
    if (state.step() >= first) {
      memory.forgetPeak();
      double mebibytes = memory.held();
      held = Double.isNaN(held) ? mebibytes : Math.min(held, mebibytes);
      begin = System.nanoTime();
    }
  }

  /** Median time of a step. */
  double milliseconds() {
    List<Double> sorted = new ArrayList<>(times);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  /** What there is at most during a step. */
  double mebibytes() {
    return peak;
  }

  /** What there is between steps: rows, parameters and the optimiser's state. */
  double held() {
    return held;
  }
}
