package org.ebbflow.model;

import java.util.Arrays;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.sample.MarkovChain;
import org.ebbflow.sample.Mask;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Fills in entries of rows by a Markov chain on a model's score given the other entries.
 *
 * <p>Chains run in the preprocessed space, from normal draws at the entries to be filled in; the
 * entries that are given come back bit by bit.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 5.3.
 *
 * @param model whose conditionals are drawn from
 * @param chain how
 */
public record Inpainter(DensityModel model, MarkovChain chain) {
  private static final int BATCH = 100;

  /**
   * Rows filled in.
   *
   * @param rows as the data, of the data's kind
   * @param acceptance share of proposals accepted, NaN if every one is taken
   */
  public record Filled(Dataset rows, double acceptance) {}

  /**
   * Fills in rows.
   *
   * @param data what the hidden entries hold has no effect, so long as the model could hold it;
   *     with labels or covariates if the model takes some
   * @param seed of the chains
   * @param progress told the share done, 0 to 1
   * @throws EbbException if the data do not fit the model, its preprocessing mixes columns of which
   *     the mask hides a part, or a chain leaves the finite numbers
   */
  public Filled fill(Dataset data, Mask mask, long seed, DoubleConsumer progress) {
    model.shape().requireSame(data, "the data");
    Preprocessing preprocessing = model.preprocessing();
    int columns = data.columns();
    if (preprocessing.mixesColumns()) {
      requireWholeRows(mask, data.rows(), columns);
    }
    double[][] filled = new double[data.rows()][];
    double accepted = 0;
    try (Rng rng = model.flow().engine().rng(seed)) {
      for (int from = 0; from < data.rows(); from += BATCH) {
        int start = from;
        int[] batch = IntStream.range(from, Math.min(from + BATCH, data.rows())).toArray();
        double[] hidden = new double[batch.length * columns];
        for (int i = 0; i < batch.length; i++) {
          boolean[] row = mask.row(batch[i], columns);
          for (int j = 0; j < columns; j++) {
            hidden[i * columns + j] = row[j] ? 1 : 0;
          }
        }
        try (Scope scope = Scope.open()) {
          rng.reseed(seed, from);
          // Noise of bytes by the seed, not by the row: that would tell what is hidden.
          Tensor y = preprocessing.apply(preprocessing.draw(data, batch, rng));
          Tensor condition = preprocessing.condition(data, batch);
          Tensor free = Ops.as(model.flow().engine().exact(hidden, batch.length, columns), y);
          Tensor begin = Ops.where(Ops.less(free, 0.5), y, rng.normalLike(y));
          MarkovChain.Result result =
              run(
                  begin,
                  free,
                  condition,
                  rng,
                  share -> progress.accept((start + share * batch.length) / data.rows()));
          merge(data, batch, hidden, Engine.doubles(preprocessing.invert(result.state())), filled);
          accepted += result.acceptance() * batch.length / data.rows();
        }
      }
    }
    return new Filled(model.ofKind(filled), accepted);
  }

  /** Chains run behind the preprocessing, where a given column would be no column. */
  private static void requireWholeRows(Mask mask, int rows, int columns) {
    for (int row = 0; row < rows; row++) {
      boolean[] hidden = mask.row(row, columns);
      for (boolean one : hidden) {
        if (one != hidden[0]) {
          throw new EbbException(
              "the model mixes columns before its flow, and the mask gives some of a row's",
              "fit one with --set preprocessing.kind=standardise, or, of a table without --model,"
                  + " and use ebb impute");
        }
      }
    }
  }

  /**
   * Draws whole rows, chains begun at normal draws of the preprocessed space.
   *
   * @param n how many
   * @param seed of the chains
   * @param progress told the share done, 0 to 1
   * @throws EbbException if the model takes labels or covariates, or a chain leaves the finite
   *     numbers
   */
  public Filled draw(int n, long seed, DoubleConsumer progress) {
    if (!model.shape().condition().isEmpty()) {
      throw new EbbException(
          "chains draw no rows for given " + String.join(", ", model.shape().condition()),
          "draw them exactly");
    }
    double[][] drawn = new double[n][];
    int columns = model.shape().dimension();
    double accepted = 0;
    try (Rng rng = model.flow().engine().rng(seed)) {
      for (int from = 0; from < n; from += BATCH) {
        int start = from;
        int batch = Math.min(BATCH, n - from);
        try (Scope scope = Scope.open()) {
          rng.reseed(seed, from);
          MarkovChain.Result result =
              run(
                  rng.normal(batch, columns),
                  null,
                  null,
                  rng,
                  share -> progress.accept((start + share * batch) / n));
          double[] values = Engine.doubles(model.preprocessing().invert(result.state()));
          for (int i = 0; i < batch; i++) {
            drawn[from + i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
          }
          accepted += result.acceptance() * batch / n;
        }
      }
    }
    return new Filled(model.ofKind(drawn), accepted);
  }

  private MarkovChain.Result run(
      Tensor begin,
      @Nullable Tensor free,
      @Nullable Tensor condition,
      Rng rng,
      DoubleConsumer progress) {
    MarkovChain.Result result = chain.run(model.flow(), begin, free, condition, rng, progress);
    if (!Ops.allFinite(result.state())) {
      throw new EbbException("a chain left the finite numbers", "take smaller steps");
    }
    return result;
  }

  /** The data's own numbers where they are given, the chain's elsewhere. */
  private static void merge(
      Dataset data, int[] batch, double[] hidden, double[] drawn, double[][] filled) {
    int columns = data.columns();
    double[] given = new double[columns];
    for (int i = 0; i < batch.length; i++) {
      data.gather(new int[] {batch[i]}, given);
      double[] row = new double[columns];
      for (int j = 0; j < columns; j++) {
        row[j] = hidden[i * columns + j] > 0 ? drawn[i * columns + j] : given[j];
      }
      filled[batch[i]] = row;
    }
  }
}
