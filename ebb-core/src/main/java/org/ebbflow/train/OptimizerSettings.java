package org.ebbflow.train;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;

/**
 * Which optimiser and its constants; what a name does not use is ignored.
 *
 * @param name {@code rmsprop}, {@code adam} or {@code adamw}
 * @param learningRate before the schedule's factor, positive
 * @param weightDecay decoupled decay of {@code adamw} on matrices, at least 0
 * @param smoothing RMSprop's decay of the squared gradients, in [0, 1)
 * @param beta1 Adam's decay of the gradients, in [0, 1)
 * @param beta2 Adam's decay of the squared gradients, in [0, 1)
 * @param epsilon added to the root, positive
 */
public record OptimizerSettings(
    String name,
    double learningRate,
    double weightDecay,
    double smoothing,
    double beta1,
    double beta2,
    double epsilon) {

  /** Checks the ranges. */
  public OptimizerSettings {
    if (!name.equals("rmsprop") && !name.equals("adam") && !name.equals("adamw")) {
      throw new EbbException("there is no optimizer '" + name + "'", "use rmsprop, adam or adamw");
    }
    require("learningRate", learningRate, learningRate > 0, "a positive number");
    require("weightDecay", weightDecay, weightDecay >= 0, "0 or a positive number");
    require("smoothing", smoothing, smoothing >= 0 && smoothing < 1, "a number in [0, 1)");
    require("beta1", beta1, beta1 >= 0 && beta1 < 1, "a number in [0, 1)");
    require("beta2", beta2, beta2 >= 0 && beta2 < 1, "a number in [0, 1)");
    require("epsilon", epsilon, epsilon > 0, "a positive number");
  }

  /** A named optimiser with its customary constants. */
  public static OptimizerSettings of(String name, double learningRate) {
    return new OptimizerSettings(name, learningRate, 0.01, 0.99, 0.9, 0.999, 1e-8);
  }

  /** The optimiser itself, for parameters by name. */
  public Optimizer build(Map<String, Tensor> parameters) {
    return name.equals("rmsprop") ? new RmsProp(this, parameters) : new Adam(this, parameters);
  }

  private static void require(String field, double value, boolean ok, String allowed) {
    if (!ok || !Double.isFinite(value)) {
      throw new EbbException(field + " is " + value, "give " + allowed);
    }
  }
}
