package org.ebbflow.tensor;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** Element type of a model's parameters and computations. */
public enum DType {
  /** Single precision, the default. */
  FLOAT32,
  /** Double precision, for tests and small models. */
  FLOAT64;

  // The engine's constant is looked up on use: touching it loads the native library.
  ScalarType scalarType() {
    return this == FLOAT64 ? ScalarType.Double : ScalarType.Float;
  }
}
