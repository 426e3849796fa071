package org.ebbflow.train;

import java.util.List;
import org.ebbflow.EbbException;

/**
 * How networks that are no flow are trained.
 *
 * @param batch rows a step, at least 1
 * @param epochs passes over the training rows, positive
 * @param optimizer what moves the parameters
 * @param schedule the learning rate over time
 * @param clip largest Euclidean norm of the whole gradient, 0 for no clipping
 * @param checkpointSeconds time between checkpoints, besides one at the end
 */
public record EpochSettings(
    int batch,
    double epochs,
    OptimizerSettings optimizer,
    ScheduleSettings schedule,
    double clip,
    int checkpointSeconds) {

  /** Checks the ranges. */
  public EpochSettings {
    require("batch", batch, batch >= 1, "1 or more");
    require("epochs", epochs, epochs > 0, "a positive number");
    require("clip", clip, clip >= 0, "0 or more");
    require("checkpointSeconds", checkpointSeconds, checkpointSeconds >= 1, "1 or more");
  }

  /** Adam, its rate falling to zero along a cosine, without clipping. */
  public static EpochSettings adam(int batch, double epochs, double learningRate) {
    return new EpochSettings(
        batch,
        epochs,
        OptimizerSettings.of("adam", learningRate),
        new ScheduleSettings("cosine", 0, 1, 0, List.of()),
        0,
        60);
  }

  private static void require(String field, double value, boolean ok, String allowed) {
    if (!ok || !Double.isFinite(value)) {
      throw new EbbException(field + " is " + value, "give " + allowed);
    }
  }
}
