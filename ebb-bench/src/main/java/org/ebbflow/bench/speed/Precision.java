package org.ebbflow.bench.speed;

import org.ebbflow.flow.Products;

/** In which precision a training step multiplies matrices. */
enum Precision {
  /** That of the parameters, single. */
  F32,
  /** bfloat16 factors; parameters and sums keep single precision. */
  BF16;

  /** As the library calls it. */
  Products products() {
    return this == F32 ? Products.FULL : Products.BFLOAT16;
  }

  /** As it is written on the command line. */
  String label() {
    return this == F32 ? "f32" : "bf16";
  }
}
