package org.ebbflow.flow.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;

/**
 * A graph convolution {@code Y = Σ_{k<K} T_k(L̃)·X·W_k + b} with Chebyshev polynomials T_k of the
 * scaled normalised Laplacian {@code L̃ = 2L/λ_max − I}: (B, nodes, in) to (B, nodes, out). A node
 * sees what is at most K − 1 edges away.
 *
 * <p>Source: Defferrard, Bresson and Vandergheynst, "Convolutional neural networks on graphs with
 * fast localized spectral filtering", 2016, arXiv:1606.09375, eq. 4–5.
 */
public final class Chebyshev implements Network {
  private final Tensor polynomials;
  private final Tensor weight;
  private final Tensor bias;
  private final long order;

  /**
   * Weights drawn from N(0, 1/(in·K)), biases zero; advances {@code rng}.
   *
   * @param laplacian L̃, (nodes, nodes), symmetric; fixed
   * @param order K, at least 1
   * @throws EbbException if the order is below 1
   */
  public Chebyshev(Engine engine, double[][] laplacian, int in, int out, int order, Rng rng) {
    if (order < 1) {
      throw new EbbException("the polynomials' order is " + order, "give 1 or more");
    }
    this.order = order;
    try (Scope scope = Scope.open()) {
      this.polynomials = Scope.own(engine.convert(polynomials(engine, laplacian, order)));
      double deviation = Math.sqrt(1.0 / ((double) in * order));
      this.weight = engine.parameter(Ops.mul(rng.normal(out, (long) in * order), deviation));
      this.bias = engine.parameter(engine.zeros(out));
    }
  }

  /**
   * The scaled normalised Laplacian {@code 2/λ_max·(I − D^{−½}AD^{−½}) − I} of a graph, with λ_max
   * bounded by 2, so {@code −D^{−½}AD^{−½}}.
   *
   * @param adjacency symmetric weights of edges, (nodes, nodes)
   * @throws EbbException if a node has no edge
   */
  public static double[][] laplacian(double[][] adjacency) {
    int n = adjacency.length;
    double[] degree = new double[n];
    for (int i = 0; i < n; i++) {
      for (double weight : adjacency[i]) {
        degree[i] += weight;
      }
      if (!(degree[i] > 0)) {
        throw new EbbException("node " + i + " of the graph has no edge", "connect it");
      }
    }
    double[][] scaled = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        scaled[i][j] = -adjacency[i][j] / Math.sqrt(degree[i] * degree[j]);
      }
    }
    return scaled;
  }

  /** T_0(L̃) to T_{K−1}(L̃), one below the other, (K·nodes, nodes). */
  private static Tensor polynomials(Engine engine, double[][] laplacian, int order) {
    int n = laplacian.length;
    double[] flat = new double[n * n];
    for (int i = 0; i < n; i++) {
      System.arraycopy(laplacian[i], 0, flat, i * n, n);
    }
    Tensor l = engine.exact(flat, n, n);
    Tensor before = Ops.identityLike(n, l);
    Tensor all = before;
    Tensor at = l;
    for (int k = 1; k < order; k++) {
      all = Ops.concatenate(all, at);
      Tensor next = Ops.mul(l.matmul(at), 2).sub(before);
      before = at;
      at = next;
    }
    return all;
  }

  @Override
  public Jet apply(Jet x) {
    return x.stacked(this::filter).linear(weight, bias);
  }

  /** (B, nodes, in) to (B, nodes, K·in): every polynomial's neighbourhood mean side by side. */
  private Tensor filter(Tensor x) {
    long nodes = polynomials.size(1);
    Tensor filtered = polynomials.matmul(x);
    return filtered
        .reshape(x.size(0), order, nodes, x.size(2))
        .transpose(1, 2)
        .reshape(x.size(0), nodes, order * x.size(2));
  }

  @Override
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("weight", weight);
    parameters.put("bias", bias);
    return parameters;
  }
}
