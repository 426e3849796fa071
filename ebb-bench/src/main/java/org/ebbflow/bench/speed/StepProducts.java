package org.ebbflow.bench.speed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.LinearAlgebra;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Parallel;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;

/**
 * The matrix products of a training step of the fully connected EBFlow, and the time that they
 * alone take: the roof under which a step can be.
 *
 * <p>Counted are the products that the loss and its gradient need when none is computed twice,
 * whatever the step in fact does, for L layers D × D and a batch of B rows:
 *
 * <table>
 * <caption>Products, each of its shape</caption>
 * <tr><th>objective</th><th>(rows × D)·(D × D)ᵀ</th><th>(rows × D)·(D × D)</th>
 *     <th>(rows × D)ᵀ·(rows × D)</th></tr>
 * <tr><td>{@code ml}</td><td>L of B</td><td>L − 1 of B</td><td>L of B</td></tr>
 * <tr><td>{@code fdssm}</td><td>L of 3B</td><td>L − 1 of 3B</td><td>L of 3B</td></tr>
 * <tr><td>{@code dsm}</td><td>2L of B: values, derivatives along the residual</td>
 *     <td>L of B: the score; L − 1 of B</td><td>L of 2B</td></tr>
 * <tr><td>{@code ssm}</td><td>L of B: values; L of 2B: first and second derivatives</td>
 *     <td>L of B: the score; L − 1 of 2B</td><td>L of 3B</td></tr>
 * </table>
 *
 * <p>The score's way back is at the same time that of the highest derivative, whose adjoint in a
 * layer is the gradient of log p there; so it counts once. {@code ml} also needs an LU
 * factorisation and an inverse from it for each layer, which are measured with its products.
 *
 * <p>Products are measured with factors and results in memory of their own, one set a layer, the
 * whole list in each round, so that caches see what a step shows them. Each thread has a share of
 * every product and waits for the others at the end of the list only; whether that is some of the
 * batch's rows or of the matrices' columns is as it goes faster. With bfloat16 factors and results
 * are bfloat16; casting them is the step's own affair.
 */
final class StepProducts {
  private enum Kind {
    FORWARD,
    BACKWARD,
    WEIGHT
  }

  /** Of which a thread has its share, but for gradients, of which it has some rows. */
  private enum Cut {
    BATCH,
    COLUMNS
  }

  private record Product(Kind kind, int rows, int layers) {
    /** Multiplications and additions. */
    double operations(int dimension) {
      return 2.0 * rows * layers * dimension * dimension;
    }
  }

  /** Entries of an axis. */
  private record Range(int from, int to) {
    static Range all(int length) {
      return new Range(0, length);
    }

    static Range of(int length, int share, int shares) {
      return new Range(length * share / shares, length * (share + 1) / shares);
    }

    Tensor of(Tensor x, int axis) {
      return Ops.slice(x, axis, from, to);
    }
  }

  /**
   * Time of a step's products.
   *
   * @param milliseconds of all
   * @param gigaflops operations a second, in 10⁹, but for {@code ml}'s factorisations
   */
  record Roof(double milliseconds, double gigaflops) {}

  private final List<Product> products;
  private final boolean factorises;
  private final int dimension;
  private final int layers;

  StepProducts(String objective, int dimension, int layers, int batch) {
    this.products = list(objective, layers, batch);
    this.factorises = objective.equals("ml");
    this.dimension = dimension;
    this.layers = layers;
  }

  private static List<Product> list(String objective, int l, int b) {
    return switch (objective) {
      case "ml" -> simple(l, b);
      case "fdssm" -> simple(l, 3 * b);
      case "dsm" ->
          List.of(
              new Product(Kind.FORWARD, b, l),
              new Product(Kind.BACKWARD, b, l),
              new Product(Kind.FORWARD, b, l),
              new Product(Kind.BACKWARD, b, l - 1),
              new Product(Kind.WEIGHT, 2 * b, l));
      case "ssm" ->
          List.of(
              new Product(Kind.FORWARD, b, l),
              new Product(Kind.BACKWARD, b, l),
              new Product(Kind.FORWARD, 2 * b, l),
              new Product(Kind.BACKWARD, 2 * b, l - 1),
              new Product(Kind.WEIGHT, 3 * b, l));
      default -> throw new IllegalArgumentException(objective);
    };
  }

  private static List<Product> simple(int layers, int rows) {
    return List.of(
        new Product(Kind.FORWARD, rows, layers),
        new Product(Kind.BACKWARD, rows, layers - 1),
        new Product(Kind.WEIGHT, rows, layers));
  }

  /** Multiplications and additions of a step's products. */
  double operations() {
    return products.stream().mapToDouble(p -> p.operations(dimension)).sum();
  }

  /** Medians of some rounds, of the faster way to share among the threads that there are. */
  Roof measure(Engine engine, Precision precision, int rounds) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off();
        Rng rng = engine.rng(1)) {
      Operands operands = new Operands(rng, precision);
      return Stream.of(Cut.values())
          .map(cut -> measure(operands, cut, engine.linearAlgebra(), rounds))
          .min(Comparator.comparingDouble(Roof::milliseconds))
          .orElseThrow();
    }
  }

  private Roof measure(Operands operands, Cut cut, LinearAlgebra algebra, int rounds) {
    double[] times = new double[rounds];
    double[] whole = new double[rounds];
    int shares = Parallel.width();
    for (int round = -1; round < rounds; round++) {
      long start = System.nanoTime();
      Parallel.forEach(shares, share -> operands.multiply(cut, share, shares));
      double multiplied = (System.nanoTime() - start) * 1e-6;
      if (factorises) {
        Parallel.forEach(layers, layer -> operands.factorise(layer, algebra));
      }
      if (round >= 0) {
        times[round] = multiplied;
        whole[round] = (System.nanoTime() - start) * 1e-6;
      }
    }
    return new Roof(Spread.of(whole).median(), operations() / Spread.of(times).median() * 1e-6);
  }

  private final class Operands {
    private final List<Tensor> matrices = new ArrayList<>();
    private final List<Tensor> gradients = new ArrayList<>();
    private final Tensor left;
    private final Tensor right;
    private final Tensor result;

    Operands(Rng rng, Precision precision) {
      int rows = products.stream().mapToInt(Product::rows).max().orElse(1);
      for (int i = 0; i < layers; i++) {
        matrices.add(
            cast(Ops.mul(rng.normal(dimension, dimension), 1 / Math.sqrt(dimension)), precision));
        gradients.add(Ops.emptyLike(matrices.get(i)));
      }
      left = cast(rng.normal(rows, dimension), precision);
      right = cast(rng.normal(rows, dimension), precision);
      result = Ops.emptyLike(left);
    }

    void multiply(Cut cut, int share, int shares) {
      for (Product product : products) {
        try (Scope scope = Scope.open();
            Autograd.Mode off = Autograd.off()) {
          multiply(product, cut, share, shares);
        }
      }
    }

    private void multiply(Product product, Cut cut, int share, int shares) {
      boolean byBatch = cut == Cut.BATCH && product.kind() != Kind.WEIGHT;
      Range batch = byBatch ? Range.of(product.rows(), share, shares) : Range.all(product.rows());
      Range some = byBatch ? Range.all(dimension) : Range.of(dimension, share, shares);
      Tensor x = batch.of(left, 0);
      Tensor y = some.of(batch.of(result, 0), 1);
      for (int i = 0; i < product.layers(); i++) {
        Tensor matrix = matrices.get(i);
        switch (product.kind()) {
          case FORWARD -> torch.mm_out(y, x, some.of(matrix, 0).t());
          case BACKWARD -> torch.mm_out(y, x, some.of(matrix, 1));
          case WEIGHT ->
              torch.mm_out(some.of(gradients.get(i), 0), some.of(x, 1).t(), batch.of(right, 0));
        }
      }
    }

    void factorise(int layer, LinearAlgebra algebra) {
      try (Scope scope = Scope.open();
          Autograd.Mode off = Autograd.off()) {
        LinearAlgebra.Factorisation factors =
            algebra.factorise(matrices.get(layer).to(torch.ScalarType.Float), false);
        factors.inverse();
        factors.release();
      }
    }

    private static Tensor cast(Tensor x, Precision precision) {
      return precision == Precision.BF16 ? Ops.toBfloat16(x) : x;
    }
  }
}
