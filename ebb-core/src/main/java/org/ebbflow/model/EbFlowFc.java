package org.ebbflow.model;

import java.util.ArrayList;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.tensor.Engine;

/**
 * The fully connected EBFlow: L dense layers with SmoothLeakyRelu between them.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 4 and appendix; constants of its MNIST
 * and CIFAR-10 experiments by {@link #defaults}.
 *
 * @param layers L, at least 1
 * @param alpha slope of the activation to the far left, in (0, 1]
 * @param residual whether the activations add their input
 * @param matrix how the dense layers are parametrised
 * @param negated whether the dense layers start at −I instead of I
 */
public record EbFlowFc(
    int layers, double alpha, boolean residual, FullyConnected.Structure matrix, boolean negated)
    implements Architecture {
  static final String NAME = "ebflow-fc";

  /** Checks the ranges. */
  public EbFlowFc {
    if (layers < 1) {
      throw new EbbException("layers is " + layers, "give 1 or more");
    }
    SmoothLeakyRelu.requireAlpha(alpha);
  }

  /**
   * α = 0.3. For images the published L = 2, residual for colour; for tables L = 6, since a bend
   * costs little there and few columns need several.
   */
  static EbFlowFc defaults(DataShape shape) {
    boolean colour = shape.image() != null && shape.image().channels() == 3;
    return new EbFlowFc(shape.bytes() ? 2 : 6, 0.3, colour, FullyConnected.Structure.FULL, true);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public long parameterCount(DataShape shape) {
    double d = shape.dimension();
    double matrices = matrix == FullyConnected.Structure.LU ? 2 : 1;
    return (long) (layers * (matrices * d * d + d)); // stops at the largest long, never wraps
  }

  @Override
  public Flow build(Engine engine, DataShape shape) {
    List<Bijection> chain = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      if (i > 0) {
        chain.add(new SmoothLeakyRelu(alpha, residual));
      }
      chain.add(FullyConnected.identity(engine, shape.dimension(), matrix, negated));
    }
    return new Flow(engine, shape.dimension(), chain, new StandardNormal());
  }
}
