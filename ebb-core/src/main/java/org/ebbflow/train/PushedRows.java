package org.ebbflow.train;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.RowCache;
import org.ebbflow.flow.BaseDensity;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Chain;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Rows as the blocks so far have left them, kept so that each block moves them once: in memory or
 * on disk, in the flow's element type. While a block moves them there are two copies, else one.
 *
 * <p>Not thread-safe.
 */
final class PushedRows implements AutoCloseable {
  private static final int BATCH = 1000;

  private final Engine engine;
  private final Preprocessing preprocessing;
  private final @Nullable Path folder;
  private final @Nullable Dataset given;
  private final double @Nullable [] logDet;
  private RowCache cache;
  private Dataset rows;
  private double movement;
  private double size;

  /**
   * Data through the preprocessing.
   *
   * @param withLogDet whether to keep what the way adds to each row's log-density
   * @param folder for a temporary file; null to keep the rows in memory
   */
  PushedRows(
      Engine engine,
      Preprocessing preprocessing,
      Dataset data,
      long seed,
      boolean withLogDet,
      @Nullable Path folder) {
    this.engine = engine;
    this.preprocessing = preprocessing;
    this.folder = folder;
    this.given = data.condition().orElse(null);
    this.logDet = withLogDet ? new double[data.rows()] : null;
    Chain transform = new Chain(preprocessing.transform());
    this.cache =
        moved(
            data,
            false,
            batch -> {
              Tensor x = preprocessing.fixed(data, batch, seed);
              Bijection.Mapped mapped = transform.forward(Jet.of(x), null);
              if (logDet != null) {
                add(logDet, batch, mapped.logDet());
                double constant =
                    transform.constantLogDet().map(t -> Engine.doubles(t)[0]).orElse(0.0);
                for (int row : batch) {
                  logDet[row] += constant;
                }
              }
              return new Tensor[] {mapped.value().value(), mapped.value().value()};
            });
    this.rows = paired(cache);
  }

  /** Bytes that one copy of some rows takes. */
  static long bytes(Engine engine, long rows, int columns) {
    return RowCache.bytes(rows, columns, single(engine));
  }

  private static boolean single(Engine engine) {
    return engine.dtype() == DType.FLOAT32;
  }

  /** Moves the rows through one more block; {@link #rows} from before can no longer be read. */
  void push(OdeBlock block) {
    RowCache next =
        moved(
            rows,
            true,
            batch -> {
              Tensor x = gathered(batch);
              if (logDet == null) {
                return new Tensor[] {x, block.push(x, condition(batch))};
              }
              Bijection.Mapped mapped = block.forward(Jet.of(x), condition(batch));
              add(logDet, batch, mapped.logDet());
              return new Tensor[] {x, mapped.value().value()};
            });
    cache.close();
    cache = next;
    rows = paired(next);
  }

  private static void add(double[] sums, int[] rows, @Nullable Jet terms) {
    if (terms != null) {
      double[] each = values(terms);
      for (int i = 0; i < rows.length; i++) {
        sums[rows[i]] += each[i];
      }
    }
  }

  private Dataset paired(RowCache moved) {
    Dataset all = moved.dataset();
    return given == null ? all : all.withCondition(given);
  }

  /**
   * The rows, (n, D), in the flow's space, with their conditions as the data have them; until they
   * are next moved.
   */
  Dataset rows() {
    return rows;
  }

  /** {@code E‖x(t₁) − x(t₀)‖²} of the last block. */
  double movement() {
    return movement;
  }

  /** {@code E‖x(t₁)‖²}. */
  double size() {
    return size;
  }

  /** {@code log p} of each row if the flow ended here, in nats of data space. */
  double[] logLikelihoods(BaseDensity base) {
    double[] values = new double[rows.rows()];
    for (int from = 0; from < rows.rows(); from += BATCH) {
      int[] batch = IntStream.range(from, Math.min(from + BATCH, rows.rows())).toArray();
      try (Scope scope = Scope.open();
          Autograd.Mode off = Autograd.off()) {
        double[] logBase = values(base.logProb(Jet.of(gathered(batch)), condition(batch)));
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
  Tensor gathered(int[] batch) {
    double[] numbers = new double[Math.multiplyExact(batch.length, rows.columns())];
    rows.gather(batch, numbers);
    return engine.tensor(numbers, batch.length, rows.columns());
  }

  /** Their labels or covariates as networks take them, or null. */
  @Nullable Tensor condition(int[] batch) {
    return given == null ? null : preprocessing.given(given, batch);
  }

  /**
   * A new copy of rows.
   *
   * @param byBlock whether it is a block that moves them
   * @param move gives where a batch's rows were and where they are, (B, D) each
   */
  private RowCache moved(Dataset data, boolean byBlock, Function<int[], Tensor[]> move) {
    int n = data.rows();
    RowCache next = new RowCache(folder, n, data.columns(), single(engine));
    boolean done = false;
    double moved = 0;
    double squares = 0;
    try {
      for (int from = 0; from < n; from += BATCH) {
        int[] batch = IntStream.range(from, Math.min(from + BATCH, n)).toArray();
        try (Scope scope = Scope.open();
            Autograd.Mode off = Autograd.off()) {
          Tensor[] ends = move.apply(batch);
          double[] before = Engine.doubles(ends[0]);
          double[] after = Engine.doubles(ends[1]);
          for (int i = 0; i < after.length; i++) {
            moved += (after[i] - before[i]) * (after[i] - before[i]) / n;
            squares += after[i] * after[i] / n;
          }
          if (!Double.isFinite(squares)) {
            throw outOfBounds(byBlock, from, from + batch.length - 1);
          }
          next.append(after);
        }
      }
      next.dataset();
      done = true;
    } finally {
      if (!done) {
        next.close();
      }
    }
    movement = moved;
    size = squares;
    return next;
  }

  private EbbException outOfBounds(boolean byBlock, int first, int last) {
    String which = "rows with index %d to %d".formatted(first, last);
    return byBlock
        ? new DivergenceException("the block moves " + which + " out of all bounds")
        : new EbbException(
            which + " are beyond the range of " + engine.dtype() + " after the preprocessing",
            "take out what is so large or standardise the columns");
  }

  /** Releases the rows. */
  @Override
  public void close() {
    cache.close();
  }
}
