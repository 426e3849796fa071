package org.ebbflow.bench.speed;

import java.util.Map;
import java.util.Optional;
import org.ebbflow.objective.Differentiation;
import picocli.CommandLine.Option;

/** Which EBFlow it is whose steps are timed, and how large. */
final class StepSize {
  /** Stands for what the model is usually measured with. */
  private static final int CUSTOMARY = Integer.MIN_VALUE;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "ebflow-fc (default) or realnvp-2d.")
  private String model = FlowStep.FULLY_CONNECTED;

  @Option(
      names = "--dim",
      paramLabel = "D",
      description = "Numbers in a row (default 784; realnvp-2d: 2).")
  private int dimension = CUSTOMARY;

  @Option(
      names = "--layers",
      paramLabel = "L",
      description = "Dense layers (default 2); of realnvp-2d, couplings (default 10).")
  private int layers = CUSTOMARY;

  @Option(
      names = "--batch",
      paramLabel = "B",
      description = "Rows a step (default 100; realnvp-2d: 2048).")
  private int batch = CUSTOMARY;

  /** A step of that size; checks the values. */
  FlowStep step(String objective, Precision precision, Differentiation way) {
    return new FlowStep(model, dimension(), layers(), batch(), objective, precision, way);
  }

  /** The matrix products of such a step, where they are known. */
  Optional<StepProducts> products(String objective) {
    return isRealNvp()
        ? Optional.empty()
        : Optional.of(new StepProducts(objective, dimension(), layers(), batch()));
  }

  /** What a measurement says of it. */
  void describe(Map<String, Object> row) {
    row.put("model", model);
    row.put("dim", dimension());
    row.put("layers", layers());
    row.put("batch", batch());
  }

  private boolean isRealNvp() {
    return model.equals(FlowStep.REAL_NVP);
  }

  private int dimension() {
    return given(dimension, 784, 2);
  }

  private int layers() {
    return given(layers, 2, 10);
  }

  private int batch() {
    return given(batch, 100, 2048);
  }

  private int given(int value, int fullyConnected, int realNvp) {
    if (value != CUSTOMARY) {
      return value;
    }
    return isRealNvp() ? realNvp : fullyConnected;
  }
}
