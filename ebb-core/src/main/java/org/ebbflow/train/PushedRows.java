package org.ebbflow.train;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.DatasetBuilder;
import org.ebbflow.flow.BaseDensity;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Chain;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Rows as the blocks so far have left them, kept so that each block moves them once.
 *
 * @param rows (n, D), in the flow's space
 * @param logDet what the way there has added to each row's log-density, in nats; null where it was
 *     not asked for
 * @param movement {@code E‖x(t₁) − x(t₀)‖²} of the last block
 * @param size {@code E‖x(t₁)‖²}
 */
@SuppressWarnings("ArrayRecordComponent") // handed through, never compared
record PushedRows(Dataset rows, double @Nullable [] logDet, double movement, double size) {
  private static final int BATCH = 1000;

  /** Data through the preprocessing. */
  static PushedRows start(
      Preprocessing preprocessing, Dataset data, long seed, boolean withLogDet) {
    Chain transform = new Chain(preprocessing.transform());
    double[] logDet = withLogDet ? new double[data.rows()] : null;
    return moved(
        data,
        logDet,
        batch -> {
          Tensor x = preprocessing.fixed(data, batch, seed);
          Bijection.Mapped mapped = transform.forward(Jet.of(x), null);
          if (logDet != null) {
            double constant = transform.constantLogDet().map(t -> Engine.doubles(t)[0]).orElse(0.0);
            Jet dependent = mapped.logDet();
            double[] each = dependent == null ? new double[batch.length] : values(dependent);
            for (int i = 0; i < batch.length; i++) {
              logDet[batch[i]] = constant + each[i];
            }
          }
          return new Tensor[] {mapped.value().value(), mapped.value().value()};
        });
  }

  /** The same rows after one more block. */
  PushedRows through(OdeBlock block, Engine engine) {
    double[] total = logDet == null ? null : logDet.clone();
    return moved(
        rows,
        total,
        batch -> {
          Tensor x = gathered(engine, batch);
          if (total == null) {
            return new Tensor[] {x, block.push(x, condition(engine, batch))};
          }
          Bijection.Mapped mapped = block.forward(Jet.of(x), condition(engine, batch));
          double[] each =
              mapped.logDet() == null ? new double[batch.length] : values(mapped.logDet());
          for (int i = 0; i < batch.length; i++) {
            total[batch[i]] += each[i];
          }
          return new Tensor[] {x, mapped.value().value()};
        });
  }

  /** {@code log p} of each row if the flow ended here, in nats of data space. */
  double[] logLikelihoods(BaseDensity base, Engine engine) {
    double[] values = new double[rows.rows()];
    for (int from = 0; from < rows.rows(); from += BATCH) {
      int[] batch = IntStream.range(from, Math.min(from + BATCH, rows.rows())).toArray();
      try (Scope scope = Scope.open();
          Autograd.Mode off = Autograd.off()) {
        double[] logBase =
            values(base.logProb(Jet.of(gathered(engine, batch)), condition(engine, batch)));
        for (int i = 0; i < batch.length; i++) {
          values[from + i] = logBase[i] + (logDet == null ? 0 : logDet[from + i]);
        }
      }
    }
    return values;
  }

  private static double[] values(Jet jet) {
    return Engine.doubles(jet.value());
  }

  /** Some rows as a tensor. */
  Tensor gathered(Engine engine, int[] batch) {
    return gathered(rows, engine, batch);
  }

  /** Their labels or covariates, or null. */
  @Nullable Tensor condition(Engine engine, int[] batch) {
    return rows.condition().map(given -> gathered(given, engine, batch)).orElse(null);
  }

  private static Tensor gathered(Dataset data, Engine engine, int[] batch) {
    double[] numbers = new double[Math.multiplyExact(batch.length, data.columns())];
    data.gather(batch, numbers);
    return engine.tensor(numbers, batch.length, data.columns());
  }

  private interface BatchMove {
    /** Where the rows were and where they are, (B, D) each. */
    Tensor[] of(int[] batch);
  }

  private static PushedRows moved(Dataset data, double @Nullable [] logDet, BatchMove move) {
    int n = data.rows();
    int columns = data.columns();
    DatasetBuilder builder = new DatasetBuilder(columns);
    double movement = 0;
    double size = 0;
    for (int from = 0; from < n; from += BATCH) {
      int[] batch = IntStream.range(from, Math.min(from + BATCH, n)).toArray();
      try (Scope scope = Scope.open();
          Autograd.Mode off = Autograd.off()) {
        Tensor[] ends = move.of(batch);
        double[] before = Engine.doubles(ends[0]);
        double[] after = Engine.doubles(ends[1]);
        for (int i = 0; i < after.length; i++) {
          movement += (after[i] - before[i]) * (after[i] - before[i]) / n;
          size += after[i] * after[i] / n;
        }
        for (int i = 0; i < batch.length; i++) {
          builder.add(Arrays.copyOfRange(after, i * columns, (i + 1) * columns));
        }
      }
    }
    Dataset pushed = builder.build();
    Dataset paired = data.condition().map(pushed::withCondition).orElse(pushed);
    return new PushedRows(paired, logDet, movement, size);
  }
}
