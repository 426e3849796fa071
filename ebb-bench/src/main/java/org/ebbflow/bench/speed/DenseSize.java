package org.ebbflow.bench.speed;

import java.util.Map;
import org.ebbflow.objective.Differentiation;
import picocli.CommandLine.Option;

/** How large the fully connected EBFlow is whose steps are timed. */
final class DenseSize {
  @Option(names = "--dim", paramLabel = "D", description = "Numbers in a row (default 784).")
  private int dimension = 784;

  @Option(names = "--layers", paramLabel = "L", description = "Dense layers (default 2).")
  private int layers = 2;

  @Option(names = "--batch", paramLabel = "B", description = "Rows a step (default 100).")
  private int batch = 100;

  /** A step of that size; checks the values. */
  FullyConnectedStep step(String objective, Precision precision, Differentiation way) {
    return new FullyConnectedStep(dimension, layers, batch, objective, precision, way);
  }

  /** The matrix products of such a step. */
  StepProducts products(String objective) {
    return new StepProducts(objective, dimension, layers, batch);
  }

  /** What a measurement says of it. */
  void describe(Map<String, Object> row) {
    row.put("dim", dimension);
    row.put("layers", layers);
    row.put("batch", batch);
  }
}
