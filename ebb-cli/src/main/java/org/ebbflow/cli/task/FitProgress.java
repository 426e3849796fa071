package org.ebbflow.cli.task;

import java.util.Locale;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainState;
import org.ebbflow.train.ValidationPoint;
import org.jspecify.annotations.Nullable;

/** Shows a training's steps and its last validation. */
public final class FitProgress implements TrainListener, AutoCloseable {
  private final String task;
  private @Nullable ProgressLine line;

  /**
   * Shows nothing before {@link #open}.
   *
   * @param task what the line begins with
   */
  public FitProgress(String task) {
    this.task = task;
  }

  /**
   * Starts the line.
   *
   * @param doneSteps steps of earlier sessions
   * @param totalSteps steps at the end, or the largest long if only time limits it
   */
  public void open(long doneSteps, long totalSteps) {
    line = ProgressLine.steps(task, doneSteps, totalSteps);
  }

  @Override
  public void stepped(TrainState state, long totalSteps) {
    if (line != null) {
      line.stepTo(state.step());
    }
  }

  @Override
  public void validated(TrainState state, ValidationPoint point) {
    if (line != null) {
      line.note(String.format(Locale.ROOT, "validation NLL %.4f", point.nll()));
    }
  }

  @Override
  public void close() {
    if (line != null) {
      line.close();
    }
  }
}
