package org.ebbflow.bench.jko;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.ebbflow.data.Dataset;

/**
 * Two features at each node of a graph given a label 0 or 1 at each node, of known distribution:
 * {@code X = (I + ½·D^{−½}AD^{−½})Z}, where z of a node lies on the upper half of a circle if its
 * label is 0 and on the lower, moved, if it is 1, with noise; so that a node's features depend on
 * its neighbours' labels too.
 *
 * @param nodes how many, 3 or more: a ring, with a chord from every third node to the one opposite
 */
record LabelledGraph(int nodes) {
  private static final double NOISE = 0.1;

  /** Weights of edges, symmetric. */
  double[][] adjacency() {
    double[][] edges = new double[nodes][nodes];
    for (int i = 0; i < nodes; i++) {
      int next = (i + 1) % nodes;
      edges[i][next] = 1;
      edges[next][i] = 1;
      int opposite = (i + nodes / 2) % nodes;
      if (i % 3 == 0 && opposite != i) {
        edges[i][opposite] = 1;
        edges[opposite][i] = 1;
      }
    }
    return edges;
  }

  /** Labels drawn with equal chance, (n, nodes). */
  int[][] labels(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[][] labels = new int[n][nodes];
    for (int[] row : labels) {
      Arrays.setAll(row, i -> random.nextInt(2));
    }
    return labels;
  }

  /** Features, (n, 2·nodes), node by node, with one-hot labels, (n, 2·nodes), as condition. */
  Dataset sample(int[][] labels, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] filter = filter();
    double[][] rows = new double[labels.length][2 * nodes];
    double[][] conditions = new double[labels.length][2 * nodes];
    for (int row = 0; row < labels.length; row++) {
      for (int node = 0; node < nodes; node++) {
        int label = labels[row][node];
        conditions[row][2 * node + label] = 1;
        double angle = Math.PI * random.nextDouble();
        double sign = label == 0 ? 1 : -1;
        double x =
            sign * Math.cos(angle) + (label == 0 ? -0.5 : 0.5) + NOISE * random.nextGaussian();
        double y =
            sign * Math.sin(angle) + (label == 0 ? -0.25 : 0.25) + NOISE * random.nextGaussian();
        for (int other = 0; other < nodes; other++) {
          rows[row][2 * other] += filter[other][node] * x;
          rows[row][2 * other + 1] += filter[other][node] * y;
        }
      }
    }
    return Dataset.of(rows).withCondition(Dataset.of(conditions));
  }

  private double[][] filter() {
    double[][] edges = adjacency();
    double[] degrees = Arrays.stream(edges).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    double[][] filter = new double[nodes][nodes];
    for (int i = 0; i < nodes; i++) {
      for (int j = 0; j < nodes; j++) {
        filter[i][j] = 0.5 * edges[i][j] / Math.sqrt(degrees[i] * degrees[j]) + (i == j ? 1 : 0);
      }
    }
    return filter;
  }
}
