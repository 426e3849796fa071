package org.ebbflow.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.flow.preprocess.RadialNormal;
import org.ebbflow.flow.preprocess.Whitening;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * How data get from rows to the flow's space.
 *
 * @param kind {@code image} (bytes: dequantise, scale, shrink, logit), {@code standardise}, {@code
 *     whiten}, {@code radial} (whiten, then give the distance from the mean the distribution it has
 *     for a normal) or {@code none}. In all kinds but {@code none}, labels and covariates are
 *     standardised, columns of zeros and ones excepted
 * @param logitSmoothness what the logit is divided by ({@code image})
 */
public record PreprocessingSettings(String kind, double logitSmoothness) {
  private static final int BLOCK = 4096;
  // Squares of what is below it have lost digits, and the factor would be beyond all measure.
  private static final double SMALLEST = Math.sqrt(Double.MIN_NORMAL);
  private static final List<String> KINDS =
      List.of("image", "standardise", "whiten", "radial", "none");

  /** Checks the ranges. */
  public PreprocessingSettings {
    if (!KINDS.contains(kind)) {
      throw new EbbException(
          "there is no preprocessing '" + kind + "'", "use " + String.join(", ", KINDS));
    }
    if (!(logitSmoothness > 0 && Double.isFinite(logitSmoothness))) {
      throw new EbbException("logitSmoothness is " + logitSmoothness, "give a positive number");
    }
  }

  /** Images for bytes, standardisation for tables. */
  static PreprocessingSettings defaults(DataShape shape) {
    return new PreprocessingSettings(shape.bytes() ? "image" : "standardise", 0.5);
  }

  /**
   * The preprocessing fitted to training rows, and to their conditions.
   *
   * @throws DataException if a column that is to be standardised holds one value only
   */
  Preprocessing fit(Engine engine, Dataset train) {
    Preprocessing ofRows = fitToRows(engine, train);
    Dataset given = train.condition().orElse(null);
    if (given == null || kind.equals("none")) {
      return ofRows;
    }
    Spread spread = spreadOfConditions(given);
    return spread.changesNothing()
        ? ofRows
        : ofRows.withConditions(spread.mean(), spread.deviation());
  }

  private Preprocessing fitToRows(Engine engine, Dataset train) {
    return switch (kind) {
      case "image" -> image(engine, train.columns(), train.isBytes());
      case "standardise" -> {
        Spread spread = spread(train);
        yield Preprocessing.standardise(engine, spread.mean(), spread.deviation());
      }
      case "whiten" -> {
        Spread spread = spread(train);
        yield Preprocessing.whiten(engine, spread.mean(), covariance(train, spread));
      }
      case "radial" -> {
        Spread spread = spread(train);
        Whitening whitening = new Whitening(engine, spread.mean(), covariance(train, spread));
        double[] radii = radii(engine, whitening, train);
        yield Preprocessing.radial(
            engine, whitening, RadialNormal.of(engine, radii, train.columns()));
      }
      default -> Preprocessing.none(engine);
    };
  }

  /**
   * The preprocessing with its constants still to be read from a file.
   *
   * @param conditions whether the file holds some for labels and covariates
   */
  Preprocessing unfitted(Engine engine, DataShape shape, boolean conditions) {
    Preprocessing ofRows = unfittedToRows(engine, shape);
    int given = shape.condition().size();
    return conditions ? ofRows.withConditions(new double[given], ones(given)) : ofRows;
  }

  private Preprocessing unfittedToRows(Engine engine, DataShape shape) {
    double[] ones = ones(shape.dimension());
    return switch (kind) {
      case "image" -> image(engine, shape.dimension(), shape.bytes());
      case "standardise" -> Preprocessing.standardise(engine, new double[ones.length], ones);
      case "whiten" -> Preprocessing.whiten(engine, new double[ones.length], identity(ones.length));
      case "radial" ->
          Preprocessing.radial(
              engine,
              new Whitening(engine, new double[ones.length], identity(ones.length)),
              RadialNormal.identity(engine));
      default -> Preprocessing.none(engine);
    };
  }

  private Preprocessing image(Engine engine, int dimension, boolean bytes) {
    if (!bytes) {
      throw new EbbException(
          "the preprocessing 'image' takes bytes, not a table of numbers",
          "use --set preprocessing.kind=standardise");
    }
    return Preprocessing.image(engine, dimension, logitSmoothness);
  }

  /** Means and standard deviations of the columns, 0 where a column has one value only. */
  @SuppressWarnings("ArrayRecordComponent") // handed through, never compared
  private record Spread(double[] mean, double[] deviation) {
    /** Of one value, or of several that are the same but for the last digits. */
    boolean isConstant(int column) {
      return !(deviation[column] > 1e-12 * Math.abs(mean[column]) && deviation[column] > 0);
    }

    boolean changesNothing() {
      return Arrays.stream(mean).allMatch(m -> m == 0)
          && Arrays.stream(deviation).allMatch(s -> s == 1);
    }
  }

  private static double[] ones(int n) {
    double[] ones = new double[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static double[] identity(int n) {
    double[] identity = new double[n * n];
    for (int i = 0; i < n; i++) {
      identity[i * n + i] = 1;
    }
    return identity;
  }

  /** Norms of the whitened rows. */
  private static double[] radii(Engine engine, Whitening whitening, Dataset train) {
    double[] radii = new double[train.rows()];
    for (int from = 0; from < radii.length; from += BLOCK) {
      int[] rows = IntStream.range(from, Math.min(from + BLOCK, radii.length)).toArray();
      double[] values = new double[rows.length * train.columns()];
      train.gather(rows, values);
      try (Scope scope = Scope.open();
          Autograd.Mode off = Autograd.off()) {
        Tensor x = engine.exact(values, rows.length, train.columns());
        Tensor z = whitening.forward(Jet.of(x), null).value().value();
        double[] norms = Engine.doubles(Ops.dotEvent(z, z).sqrt());
        System.arraycopy(norms, 0, radii, from, norms.length);
      }
    }
    return radii;
  }

  /** (D·D), row-major. */
  private static double[] covariance(Dataset train, Spread spread) {
    int d = train.columns();
    double[] covariance = new double[d * d];
    double[] centred = new double[d];
    accumulate(
        train,
        (column, value) -> {
          centred[column] = value - spread.mean()[column];
          for (int j = 0; j <= column; j++) {
            covariance[column * d + j] += centred[column] * centred[j] / train.rows();
          }
        });
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < i; j++) {
        covariance[j * d + i] = covariance[i * d + j];
      }
    }
    return covariance;
  }

  private static Spread spread(Dataset train) {
    Spread spread = moments(train);
    for (int i = 0; i < train.columns(); i++) {
      if (spread.isConstant(i)) {
        throw new DataException(
            train.columnLabel(i) + " holds one value only (" + train.value(0, i) + ")",
            "leave the column out, it has no density");
      }
    }
    return spread;
  }

  /**
   * What conditions are standardised by. Columns of zeros and ones stay as they are: that is what
   * labels look like, they are of order one, a rare label must not become a large number, and a
   * base whose means are those of labels wants them so. A column of one value, or whose spread is
   * below what can be told in double precision, is only moved to 0.
   */
  private static Spread spreadOfConditions(Dataset given) {
    boolean[] indicator = new boolean[given.columns()];
    Arrays.fill(indicator, true);
    accumulate(given, (column, value) -> indicator[column] &= value == 0 || value == 1);
    Spread spread = moments(given);
    for (int i = 0; i < indicator.length; i++) {
      if (indicator[i]) {
        spread.mean()[i] = 0;
      }
      if (indicator[i] || spread.isConstant(i) || spread.deviation()[i] < SMALLEST) {
        spread.deviation()[i] = 1;
      }
    }
    return spread;
  }

  private static Spread moments(Dataset train) {
    int columns = train.columns();
    double[] mean = new double[columns];
    double[] deviation = new double[columns];
    double[] first = new double[columns];
    boolean[] varies = new boolean[columns];
    for (int i = 0; i < columns; i++) {
      first[i] = train.value(0, i);
    }
    // Two passes: the second around the mean, so that large offsets cost no digits.
    accumulate(
        train,
        (column, value) -> {
          mean[column] += value / train.rows();
          varies[column] |= value != first[column];
        });
    accumulate(
        train,
        (column, value) -> {
          double centred = value - mean[column];
          deviation[column] += centred * centred / train.rows();
        });
    for (int i = 0; i < columns; i++) {
      // Of one value only the mean's rounding is left, which grows with the rows.
      deviation[i] = varies[i] ? Math.sqrt(deviation[i]) : 0;
      if (!Double.isFinite(deviation[i])) {
        throw new DataException(
            train.columnLabel(i) + " holds numbers too large to be squared",
            "give it in larger units or leave it out");
      }
    }
    return new Spread(mean, deviation);
  }

  private interface CellVisitor {
    void visit(int column, double value);
  }

  private static void accumulate(Dataset data, CellVisitor visitor) {
    for (int from = 0; from < data.rows(); from += BLOCK) {
      int[] rows = IntStream.range(from, Math.min(from + BLOCK, data.rows())).toArray();
      double[] values = new double[rows.length * data.columns()];
      data.gather(rows, values);
      for (int i = 0; i < values.length; i++) {
        visitor.visit(i % data.columns(), values[i]);
      }
    }
  }
}
