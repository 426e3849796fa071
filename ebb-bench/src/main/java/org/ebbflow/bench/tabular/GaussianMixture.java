package org.ebbflow.bench.tabular;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.LinearAlgebra;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * {@code p(x) = Σ_k π_k N(x; μ_k, Σ_k)} with full covariances, fitted by expectation maximisation:
 * what a flow has to beat. One component is the Gaussian of the rows' mean and covariance.
 *
 * <p>Source: Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM
 * algorithm", 1977.
 */
public final class GaussianMixture {
  private static final int BLOCK = 5_000;

  /** Added to each variance, as a share of the mean variance of the rows. */
  private static final double RIDGE = 1e-6;

  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private final int dimension;
  private final int components;
  private final double ridge;
  private final double[] logWeights;
  private final double[][] means;
  private final double[][] covariances;

  private GaussianMixture(int dimension, int components, double ridge) {
    this.dimension = dimension;
    this.components = components;
    this.ridge = ridge;
    this.logWeights = new double[components];
    this.means = new double[components][];
    this.covariances = new double[components][];
  }

  /**
   * Fits to rows, from means at random rows and the rows' own covariance.
   *
   * @param iterations of expectation maximisation; one is all that a single component needs
   */
  public static GaussianMixture fit(Dataset rows, int components, int iterations, long seed) {
    int d = rows.columns();
    double[] mean = new double[d];
    double[] covariance = covariance(rows, mean);
    double variance = IntStream.range(0, d).mapToDouble(i -> covariance[i * d + i]).sum() / d;
    GaussianMixture mixture = new GaussianMixture(d, components, RIDGE * variance);
    SplittableRandom random = new SplittableRandom(seed);
    for (int k = 0; k < components; k++) {
      mixture.logWeights[k] = -Math.log(components);
      mixture.covariances[k] = covariance.clone();
      mixture.means[k] = mean.clone();
      if (components > 1) {
        rows.gather(new int[] {random.nextInt(rows.rows())}, mixture.means[k]);
      }
    }
    for (int i = 0; i < iterations && components > 1; i++) {
      mixture.improve(rows);
    }
    return mixture;
  }

  private static double[] covariance(Dataset rows, double[] mean) {
    int d = rows.columns();
    double[] row = new double[d];
    for (int i = 0; i < rows.rows(); i++) {
      rows.gather(new int[] {i}, row);
      for (int j = 0; j < d; j++) {
        mean[j] += row[j] / rows.rows();
      }
    }
    double[] covariance = new double[d * d];
    for (int i = 0; i < rows.rows(); i++) {
      rows.gather(new int[] {i}, row);
      for (int j = 0; j < d; j++) {
        for (int k = 0; k < d; k++) {
          covariance[j * d + k] += (row[j] - mean[j]) * (row[k] - mean[k]) / rows.rows();
        }
      }
    }
    return covariance;
  }

  /** How many numbers it has. */
  public long parameters() {
    long d = dimension;
    return components * (d + d * (d + 1) / 2) + components - 1;
  }

  /**
   * Independent draws (n, D): a component by its weight, then {@code μ_k + L_k·ε} with {@code
   * L_k·L_kᵀ = Σ_k}.
   */
  public Dataset sample(int n, long seed) {
    double[][] roots = new double[components][];
    Arrays.setAll(roots, k -> choleskyRoot(covariances[k], dimension));
    SplittableRandom random = new SplittableRandom(seed);
    double[][] rows = new double[n][dimension];
    for (double[] row : rows) {
      int k = 0;
      double left = random.nextDouble() - Math.exp(logWeights[0]);
      while (left > 0 && k < components - 1) {
        left -= Math.exp(logWeights[++k]);
      }
      for (int j = 0; j < dimension; j++) {
        double noise = random.nextGaussian();
        for (int i = j; i < dimension; i++) {
          row[i] += roots[k][i * dimension + j] * noise;
        }
      }
      for (int i = 0; i < dimension; i++) {
        row[i] += means[k][i];
      }
    }
    return Dataset.of(rows);
  }

  /** The lower triangle L with {@code LLᵀ = A}, row-major. */
  private static double[] choleskyRoot(double[] a, int d) {
    double[] root = new double[d * d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i * d + j];
        for (int k = 0; k < j; k++) {
          sum -= root[i * d + k] * root[j * d + k];
        }
        root[i * d + j] = i == j ? Math.sqrt(Math.max(0, sum)) : sum / root[j * d + j];
      }
    }
    return root;
  }

  /** {@code log p(x)} of every row in nats, in order. */
  public double[] logProb(Dataset rows) {
    double[] all = new double[rows.rows()];
    try (Autograd.Mode off = Autograd.off();
        Scope outer = Scope.open()) {
      Component[] parts = parts();
      for (int from = 0; from < all.length; from += BLOCK) {
        try (Scope scope = Scope.open()) {
          Tensor x = block(rows, from);
          double[] values = Engine.doubles(joint(parts, x).logsumexp(1));
          System.arraycopy(values, 0, all, from, values.length);
        }
      }
    }
    return all;
  }

  /** One round of expectation and maximisation. */
  private void improve(Dataset rows) {
    double[] weights = new double[components];
    double[][] sums = new double[components][dimension];
    double[][] products = new double[components][dimension * dimension];
    try (Autograd.Mode off = Autograd.off();
        Scope outer = Scope.open()) {
      Component[] parts = parts();
      for (int from = 0; from < rows.rows(); from += BLOCK) {
        try (Scope scope = Scope.open()) {
          Tensor x = block(rows, from);
          Tensor joint = joint(parts, x);
          Tensor shares = joint.sub(joint.logsumexp(1).unsqueeze(1)).exp();
          for (int k = 0; k < components; k++) {
            Tensor share = shares.select(1, k).unsqueeze(1);
            Tensor weighted = x.mul(share);
            weights[k] += Ops.item(share.sum());
            add(sums[k], weighted.sum(0));
            add(products[k], weighted.t().matmul(x));
          }
        }
      }
    }
    for (int k = 0; k < components; k++) {
      if (weights[k] < dimension + 1) {
        continue; // too few rows to tell a covariance: the component stays as it is
      }
      logWeights[k] = Math.log(weights[k] / rows.rows());
      for (int i = 0; i < dimension; i++) {
        means[k][i] = sums[k][i] / weights[k];
      }
      for (int i = 0; i < dimension; i++) {
        for (int j = 0; j < dimension; j++) {
          covariances[k][i * dimension + j] =
              products[k][i * dimension + j] / weights[k] - means[k][i] * means[k][j];
        }
        covariances[k][i * dimension + i] += ridge;
      }
    }
  }

  /** A component ready to be evaluated: {@code Σ^{−½}} and its log-determinant. */
  private record Component(Tensor mean, Tensor root, double constant) {}

  private Component[] parts() {
    Component[] parts = new Component[components];
    Arrays.setAll(
        parts,
        k -> {
          LinearAlgebra.Spectrum spectrum =
              engine
                  .linearAlgebra()
                  .symmetricSpectrum(engine.exact(covariances[k], dimension, dimension));
          Tensor values = Ops.atLeast(spectrum.values(), ridge);
          double logDet = Ops.item(values.log().sum());
          double constant = logWeights[k] - 0.5 * (logDet + dimension * Math.log(2 * Math.PI));
          return new Component(
              engine.exact(means[k], dimension), spectrum.vectors().mul(values.rsqrt()), constant);
        });
    return parts;
  }

  /** {@code log π_k + log N(x; μ_k, Σ_k)}, (B, K). */
  private static Tensor joint(Component[] parts, Tensor x) {
    Tensor[] columns = new Tensor[parts.length];
    for (int k = 0; k < columns.length; k++) {
      Tensor standard = x.sub(parts[k].mean()).matmul(parts[k].root());
      Tensor exponent = Ops.mul(Ops.dotEvent(standard, standard), -0.5);
      columns[k] = Ops.add(exponent, parts[k].constant()).unsqueeze(0);
    }
    return Ops.concatenate(columns).t();
  }

  private Tensor block(Dataset rows, int from) {
    int[] batch = IntStream.range(from, Math.min(from + BLOCK, rows.rows())).toArray();
    double[] numbers = new double[batch.length * dimension];
    rows.gather(batch, numbers);
    return engine.exact(numbers, batch.length, dimension);
  }

  private static void add(double[] sum, Tensor part) {
    double[] values = Engine.doubles(part);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += values[i];
    }
  }
}
