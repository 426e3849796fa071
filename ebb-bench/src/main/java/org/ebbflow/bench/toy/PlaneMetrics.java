package org.ebbflow.bench.toy;

import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;

/**
 * How far a model is from a density in the plane, as means over draws from that density.
 *
 * <p>Source of the two measures' use: Chao et al., 2023, arXiv:2305.15267, section 5.1.
 *
 * @param fisher Fisher divergence {@code ½E‖∇log p − ∇log q‖²}
 * @param kl Kullback-Leibler divergence {@code E[log p − log q]} in nats
 * @param klError its standard error
 */
public record PlaneMetrics(double fisher, double kl, double klError) {

  /**
   * Measures a model.
   *
   * @param target p
   * @param model q, trained without preprocessing
   * @param draws how many draws from p
   */
  public static PlaneMetrics of(ParzenDensity target, DensityModel model, int draws, long seed) {
    double[][] points = target.sample(draws, seed);
    double[][] exact = target.logDensityAndScore(points);
    Dataset rows = Dataset.of(points);
    double[] logQ = model.logProb(rows, share -> {});
    double[][] scores = model.score(rows, share -> {});
    double fisher = 0;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double gapX = exact[i][1] - scores[i][0];
      double gapY = exact[i][2] - scores[i][1];
      fisher += 0.5 * (gapX * gapX + gapY * gapY) / draws;
      double gap = exact[i][0] - logQ[i];
      sum += gap;
      squares += gap * gap;
    }
    double kl = sum / draws;
    double variance = Math.max(0, squares / draws - kl * kl);
    return new PlaneMetrics(fisher, kl, Math.sqrt(variance / draws));
  }
}
