package org.ebbflow.model;

import java.util.ArrayList;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.ImageConvolution;
import org.ebbflow.flow.network.Network;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Softplus;
import org.ebbflow.flow.network.Swish;
import org.ebbflow.flow.network.Tanh;
import org.ebbflow.flow.ode.Layout;
import org.ebbflow.flow.ode.NetworkField;
import org.ebbflow.flow.ode.VelocityField;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;

/**
 * The network of a neural-ODE block's velocity field. It starts as zero, so that a block starts as
 * the identity.
 *
 * @param kind {@code dense}, or {@code convolutional} with 3 × 3 kernels for images
 * @param hidden widths of the hidden layers, or their channels
 * @param activation {@code softplus}, {@code tanh} or {@code swish}
 * @param beta β of the softplus
 * @param time whether it sees t
 */
public record VelocityNetwork(
    String kind, List<Integer> hidden, String activation, double beta, boolean time) {

  /** Checks the ranges; the list is copied. */
  public VelocityNetwork {
    hidden = hidden == null ? List.of() : List.copyOf(hidden);
    if (!kind.equals("dense") && !kind.equals("convolutional")) {
      throw new EbbException(
          "there is no velocity network '" + kind + "'", "use dense or convolutional");
    }
    if (hidden.isEmpty() || hidden.stream().anyMatch(width -> width < 1)) {
      throw new EbbException("hidden is " + hidden, "give one width or more, as [128,128,128]");
    }
    if (!List.of("softplus", "tanh", "swish").contains(activation)) {
      throw new EbbException(
          "there is no activation '" + activation + "'", "use softplus, tanh or swish");
    }
    new Softplus(beta);
  }

  /** Fully connected with softplus of β = 20, the published one. */
  public static VelocityNetwork dense(List<Integer> hidden, boolean time) {
    return new VelocityNetwork("dense", hidden, "softplus", 20, time);
  }

  /** How many numbers it trains on rows of a shape. */
  long parameterCount(DataShape shape) {
    boolean image = kind.equals("convolutional");
    double taps = image ? 9 : 1;
    double out = image ? shape.requireImage("convolutional").channels() : shape.dimension();
    double in = out + (time ? 1 : 0) + shape.condition().size();
    double total = image ? out : 0; // scales of the last convolution's channels
    for (int width : hidden) {
      total += (taps * in + 1) * width + (activation.equals("swish") ? 1 : 0);
      in = width;
    }
    return (long) (total + (taps * in + 1) * out); // stops at the largest long, never wraps
  }

  /** A fresh field; advances {@code rng}. */
  VelocityField build(Engine engine, DataShape shape, Rng rng) {
    Dataset.ImageShape image =
        kind.equals("convolutional") ? shape.requireImage("convolutional") : null;
    int out = image == null ? shape.dimension() : image.channels();
    int given = shape.condition().size();
    int in = out + (time ? 1 : 0) + given;
    List<Network> layers = new ArrayList<>();
    for (int width : hidden) {
      layers.add(
          image == null
              ? Dense.uniform(engine, in, width, rng)
              : ImageConvolution.normal(engine, in, width, 3, 1 / Math.sqrt(9.0 * in), rng));
      layers.add(activation(engine));
      in = width;
    }
    layers.add(
        image == null ? Dense.zero(engine, in, out) : ImageConvolution.zero(engine, in, out, 3));
    Layout layout =
        image == null
            ? new Layout.Rows(given)
            : new Layout.Image(image.channels(), image.height(), image.width(), given);
    return new NetworkField(
        new Sequential(layers), layout, time, kind + hidden + " with " + activation);
  }

  private Network activation(Engine engine) {
    return switch (activation) {
      case "tanh" -> new Tanh();
      case "swish" -> new Swish(engine);
      default -> new Softplus(beta);
    };
  }
}
