package org.ebbflow.train;

import org.ebbflow.EbbException;

/**
 * How a flow is trained; what counts as long enough is whichever limit comes first.
 *
 * @param batch rows a step
 * @param epochs passes over the training rows, 0 for no limit
 * @param steps steps, 0 for no limit
 * @param minutes wall-clock time of training over all its sessions, of a growing flow with moving
 *     its rows from block to block; 0 for no limit
 * @param optimizer what moves the parameters
 * @param schedule the learning rate over time
 * @param clip largest Euclidean norm of the whole gradient, 0 for no clipping
 * @param ema decay of the parameters' moving average, warmed up as min(ema, (1+t)/(10+t)); 0 for
 *     none
 * @param matchAfterPreprocessing whether scores are matched in the preprocessed space (MaP) rather
 *     than in the data's
 * @param noise standard deviation of fresh normal noise on every training row at every step, in the
 *     space where the objective works: the flow then fits the data smoothed by it; 0 for none
 * @param validateEvery steps between validations, 0 for once an epoch of 25 steps or more
 * @param patience validations without a new best after which training stops, 0 for never
 * @param checkpointSeconds time between checkpoints, besides one at the end
 */
public record TrainSettings(
    int batch,
    double epochs,
    long steps,
    double minutes,
    OptimizerSettings optimizer,
    ScheduleSettings schedule,
    double clip,
    double ema,
    boolean matchAfterPreprocessing,
    double noise,
    int validateEvery,
    int patience,
    int checkpointSeconds) {

  /** Checks the ranges. */
  public TrainSettings {
    require("batch", batch, batch >= 1, "1 or more");
    require("epochs", epochs, epochs >= 0, "0 or more");
    require("steps", (double) steps, steps >= 0, "0 or more");
    require("minutes", minutes, minutes >= 0, "0 or more");
    if (epochs == 0 && steps == 0 && minutes == 0) {
      throw new EbbException("training has no end", "give steps, epochs or minutes");
    }
    require("clip", clip, clip >= 0, "0 or more");
    require("ema", ema, ema >= 0 && ema < 1, "a number in [0, 1)");
    require("noise", noise, noise >= 0, "0 or more");
    require("validateEvery", validateEvery, validateEvery >= 0, "0 or more");
    require("patience", patience, patience >= 0, "0 or more");
    require("checkpointSeconds", checkpointSeconds, checkpointSeconds >= 1, "1 or more");
    if (schedule.name().equals("cosine") && epochs == 0 && steps == 0) {
      throw new EbbException("the cosine schedule needs to know its end", "give steps or epochs");
    }
  }

  /** Without noise on the training rows. */
  public TrainSettings(
      int batch,
      double epochs,
      long steps,
      double minutes,
      OptimizerSettings optimizer,
      ScheduleSettings schedule,
      double clip,
      double ema,
      boolean matchAfterPreprocessing,
      int validateEvery,
      int patience,
      int checkpointSeconds) {
    this(
        batch,
        epochs,
        steps,
        minutes,
        optimizer,
        schedule,
        clip,
        ema,
        matchAfterPreprocessing,
        0,
        validateEvery,
        patience,
        checkpointSeconds);
  }

  /** For one block of a growing flow: validated at its end only, in the time it is given. */
  TrainSettings ofBlock(double minutes) {
    return new TrainSettings(
        batch,
        epochs,
        steps,
        minutes,
        optimizer,
        schedule,
        clip,
        ema,
        matchAfterPreprocessing,
        noise,
        Integer.MAX_VALUE,
        0,
        checkpointSeconds);
  }

  /** Steps after which training is over, or the largest long if only time limits it. */
  long totalSteps(long stepsPerEpoch) {
    long bySteps = steps == 0 ? Long.MAX_VALUE : steps;
    long byEpochs = epochs == 0 ? Long.MAX_VALUE : (long) Math.ceil(epochs * stepsPerEpoch);
    return Math.min(bySteps, byEpochs);
  }

  private static void require(String field, double value, boolean ok, String allowed) {
    if (!ok || !Double.isFinite(value)) {
      throw new EbbException(field + " is " + value, "give " + allowed);
    }
  }
}
