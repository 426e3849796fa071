package org.ebbflow.flow.autoregressive;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.network.Network;
import org.ebbflow.flow.network.Silu;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;

/**
 * P numbers for each column of rows (B, D), made of the columns before it and of the condition: (B,
 * D + C) to (B, D·P).
 *
 * <p>A hidden unit has a degree m: it sees the condition and the first m columns, through units of
 * degree m or less; column i takes those of degree i or less, counted from 0. After the first
 * hidden layer each adds to what it was given. The last layer starts from zero.
 *
 * <p>Immutable but for its parameters; thread-safe as long as no thread changes them.
 *
 * <p>Source: Germain et al., "MADE: masked autoencoder for distribution estimation", 2015,
 * arXiv:1502.03509; residual connections: He et al., 2016, arXiv:1603.05027.
 */
final class MaskedNetwork {
  private final int outputs;
  private final Network activation = new Silu();
  private final MaskedDense input;
  private final List<MaskedDense> hidden = new ArrayList<>();
  private final MaskedDense output;

  /**
   * @param dimension D
   * @param conditionSize C, which stand behind the columns
   * @param depth hidden layers, at least 1
   * @param width of the hidden layers
   * @param outputs P
   * @param rng is advanced
   */
  MaskedNetwork(
      Engine engine, int dimension, int conditionSize, int depth, int width, int outputs, Rng rng) {
    this.outputs = outputs;
    // Without a condition, units of degree 0 would be constants, as biases are.
    int least = conditionSize > 0 || dimension == 1 ? 0 : 1;
    int[] units = degrees(width, j -> least + degree(j, width, dimension - least));
    int[] inputs = degrees(dimension + conditionSize, j -> j < dimension ? j + 1 : 0);
    int[] columns = degrees(dimension * outputs, j -> j / outputs);
    this.input = MaskedDense.uniform(engine, mask(units, inputs), rng);
    for (int i = 1; i < depth; i++) {
      hidden.add(MaskedDense.uniform(engine, mask(units, units), rng));
    }
    this.output = MaskedDense.zero(engine, mask(columns, units));
  }

  /** How many numbers it trains. */
  static double parameterCount(
      int dimension, int conditionSize, int depth, int width, int outputs) {
    double w = width;
    double in = (double) dimension + conditionSize;
    double out = (double) dimension * outputs;
    return w * (in + 1) + (depth - 1) * w * (w + 1) + out * (w + 1);
  }

  /** All columns' numbers, (B, D + C) to (B, D·P), with derivatives to the order of {@code x}. */
  Jet apply(Jet x) {
    return output.apply(features(x));
  }

  /** Column {@code i}'s numbers alone, (B, D + C) to (B, P). */
  Tensor column(Tensor x, int i) {
    long from = (long) i * outputs;
    return output.outputs(features(Jet.of(x)).value(), from, from + outputs);
  }

  private Jet features(Jet x) {
    Jet at = activation.apply(input.apply(x));
    for (MaskedDense layer : hidden) {
      at = at.add(activation.apply(layer.apply(at)));
    }
    return at;
  }

  /** Trainable tensors by "layer.name". */
  Map<String, Tensor> parameters() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    int number = 0;
    put(all, number++, input);
    for (MaskedDense layer : hidden) {
      put(all, number++, layer);
    }
    put(all, number, output);
    return all;
  }

  private static void put(Map<String, Tensor> all, int number, MaskedDense layer) {
    layer.parameters().forEach((name, tensor) -> all.put(number + "." + name, tensor));
  }

  private static int[] degrees(int count, IntUnaryOperator degree) {
    int[] degrees = new int[count];
    Arrays.setAll(degrees, degree);
    return degrees;
  }

  /**
   * The degree above the least of unit {@code j}: each in turn or, of fewer units than degrees,
   * from the first to the last at equal distances.
   */
  private static int degree(int j, int width, int degrees) {
    if (width >= degrees) {
      return j % degrees;
    }
    return width == 1 ? degrees - 1 : (int) ((long) j * (degrees - 1) / (width - 1));
  }

  /** Whether each of {@code to} may see each of {@code from}: its degree is no higher. */
  private static boolean[][] mask(int[] to, int[] from) {
    boolean[][] mask = new boolean[to.length][from.length];
    for (int i = 0; i < to.length; i++) {
      for (int j = 0; j < from.length; j++) {
        mask[i][j] = from[j] <= to[i];
      }
    }
    return mask;
  }
}
