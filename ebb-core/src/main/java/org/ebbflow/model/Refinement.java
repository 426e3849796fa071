package org.ebbflow.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.metric.LogLikelihood;

/**
 * How far the likelihood of a flow of neural-ODE blocks depends on how it was integrated.
 *
 * @param rows how many rows it was computed for
 * @param nll their mean −log p in nats, as the model reports it
 * @param finer the same with about twice the steps
 * @param exact the same with the exact divergence, NaN where that is what the model uses or where
 *     it was not asked for
 * @param estimateError standard error of the estimated divergence's part in {@code nll}, nats; 0 if
 *     it is exact, NaN if {@code exact} was not asked for
 * @param divergence the estimator that the model uses
 */
public record Refinement(
    int rows, double nll, double finer, double exact, double estimateError, String divergence) {
  private static final int ROWS = 500;

  /** Largest change of the likelihood, in nats, that is taken for none. */
  public static final double TOLERANCE = 0.01;

  /** Whether twice the steps change the likelihood by less than {@link #TOLERANCE}. */
  public boolean fine() {
    return Math.abs(finer - nll) < TOLERANCE;
  }

  /** How a model's divergences are computed, for a reader; empty if it has no neural-ODE blocks. */
  public static Optional<String> divergence(DensityModel model) {
    return firstBlock(model).map(block -> block.divergence().describe());
  }

  private static Optional<OdeBlock> firstBlock(DensityModel model) {
    return model.flow().chain().stream()
        .filter(OdeBlock.class::isInstance)
        .map(OdeBlock.class::cast)
        .findFirst();
  }

  /**
   * Measures a model on the first rows of some data; empty if it has no neural-ODE blocks.
   *
   * @param withExact whether to compute the exact divergence too, D times the cost
   */
  public static Optional<Refinement> of(DensityModel model, Dataset data, boolean withExact) {
    Optional<OdeBlock> block = firstBlock(model);
    if (block.isEmpty()) {
      return Optional.empty();
    }
    Dataset some = data.subset(IntStream.range(0, Math.min(ROWS, data.rows())).toArray());
    Integration integration = block.get().integration();
    Divergence divergence = block.get().divergence();
    double[] reported = logProb(model, some, integration, divergence);
    double[] refined = logProb(model, some, integration.refined(), divergence);
    double exact = Double.NaN;
    double error = divergence.directions() > 0 ? Double.NaN : 0;
    if (divergence.directions() > 0 && withExact) {
      double[] truth = logProb(model, some, integration, new Divergence.Exact());
      double[] gaps = new double[truth.length];
      for (int i = 0; i < gaps.length; i++) {
        gaps[i] = reported[i] - truth[i];
      }
      exact = LogLikelihood.summarise(truth, some.columns()).nll();
      error = LogLikelihood.summarise(gaps, some.columns()).standardError();
    }
    return Optional.of(
        new Refinement(
            some.rows(),
            LogLikelihood.summarise(reported, some.columns()).nll(),
            LogLikelihood.summarise(refined, some.columns()).nll(),
            exact,
            error,
            divergence.describe()));
  }

  private static double[] logProb(
      DensityModel model, Dataset data, Integration integration, Divergence divergence) {
    List<Bijection> chain = new ArrayList<>();
    for (Bijection layer : model.flow().chain()) {
      chain.add(layer instanceof OdeBlock block ? block.with(integration, divergence) : layer);
    }
    Flow flow =
        new Flow(model.flow().engine(), model.flow().dimension(), chain, model.flow().base());
    return LogLikelihood.perRow(
        flow, model.preprocessing(), data, model.config().seed(), share -> {});
  }
}
