package org.ebbflow.train;

import java.util.List;
import org.ebbflow.EbbException;

/**
 * The learning rate's factor over training.
 *
 * @param name {@code constant}; {@code exponential}: factor^epoch, constant after {@code epochs};
 *     {@code multistep}: factor at each milestone passed; {@code cosine}: ½(1 + cos πt) over the
 *     run
 * @param warmupSteps linear rise from 0 over this many steps, on top of any of them
 * @param factor what the rate is multiplied by, in (0, 1]
 * @param epochs epochs the exponential decay lasts
 * @param milestones epochs at which {@code multistep} multiplies, rising
 */
public record ScheduleSettings(
    String name, int warmupSteps, double factor, int epochs, List<Integer> milestones) {

  /** Checks the ranges; the list is copied. */
  public ScheduleSettings {
    if (!List.of("constant", "exponential", "multistep", "cosine").contains(name)) {
      throw new EbbException(
          "there is no schedule '" + name + "'", "use constant, exponential, multistep or cosine");
    }
    if (warmupSteps < 0) {
      throw new EbbException("warmupSteps is " + warmupSteps, "give 0 or more");
    }
    if (!(factor > 0 && factor <= 1)) {
      throw new EbbException("factor is " + factor, "give a number in (0, 1]");
    }
    if (epochs < 0) {
      throw new EbbException("schedule epochs is " + epochs, "give 0 or more");
    }
    milestones = milestones == null ? List.of() : List.copyOf(milestones);
    if (name.equals("multistep") && milestones.isEmpty()) {
      throw new EbbException(
          "the multistep schedule has no milestones", "give epochs: --set milestones=[30,60]");
    }
    for (int i = 0; i < milestones.size(); i++) {
      if (milestones.get(i) < 1 || (i > 0 && milestones.get(i) <= milestones.get(i - 1))) {
        throw new EbbException("milestones are " + milestones, "give rising epoch numbers");
      }
    }
  }

  /** No change over training. */
  public static ScheduleSettings constant() {
    return new ScheduleSettings("constant", 0, 0.95, 50, List.of());
  }

  /** The factor for one step. */
  double factorAt(long step, long epoch, long totalSteps) {
    double shape =
        switch (name) {
          case "exponential" -> Math.pow(factor, (double) Math.min(epoch, epochs));
          case "multistep" ->
              Math.pow(factor, (double) milestones.stream().filter(m -> epoch >= m).count());
          case "cosine" -> 0.5 * (1 + Math.cos(Math.PI * Math.min(1, step / (double) totalSteps)));
          default -> 1;
        };
    double warmup = warmupSteps == 0 ? 1 : Math.min(1, (step + 1) / (double) warmupSteps);
    return shape * warmup;
  }
}
