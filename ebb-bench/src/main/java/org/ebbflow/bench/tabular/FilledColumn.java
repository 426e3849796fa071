package org.ebbflow.bench.tabular;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.conditional.Imputation;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.Interval;
import org.ebbflow.tabular.encode.NormalScores;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;

/**
 * How well a column's removed values were guessed: root mean squared error of numbers over the
 * column's standard deviation, the share that is right of categories.
 */
final class FilledColumn {
  private static final String MODEL = "Ebb";

  /** How far an interval's own probability may be from the level to be counted as one of it. */
  private static final double NEAR = 0.02;

  private final Column truth;
  private final boolean category;
  private final boolean[] removed;
  private final double deviation;
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private final double[] scores;
  private final Tally held = new Tally();
  private final Tally said = new Tally();
  private final Tally heldAtLevel = new Tally();
  private final Tally between = new Tally();

  private static final class Tally {
    private double sum;
    private int count;

    void add(double value) {
      sum += value;
      count++;
    }

    double mean() {
      return sum / count;
    }
  }

  /**
   * @param model that fills, for where values lie among its normal scores
   */
  FilledColumn(GappyTable rows, TabularModel model, String name, boolean category) {
    this.truth = rows.whole().column(name);
    this.category = category;
    this.removed = new boolean[truth.rows()];
    for (int row : rows.removed(name)) {
      removed[row] = true;
    }
    this.deviation = category ? 1 : deviation(truth);
    this.scores = scores(model.encoder(), truth);
  }

  /** Scores of the values that are there, drawn where a value is an interval of them. */
  private static double[] scores(TableEncoder encoder, Column values) {
    ColumnEncoder column =
        encoder.columns().stream()
            .filter(c -> c.spec().name().equals(values.name()))
            .findFirst()
            .orElseThrow();
    SplittableRandom random = new SplittableRandom(1);
    double[] scores = new double[values.rows()];
    for (int row = 0; row < scores.length; row++) {
      if (!values.isMissing(row)) {
        Interval interval = column.interval(values, row);
        double low = NormalScores.below(interval.lower());
        double high = NormalScores.below(interval.upper());
        scores[row] = NormalScores.quantile(low + random.nextDouble() * (high - low));
      }
    }
    return scores;
  }

  private static double deviation(Column column) {
    double[] values = Arrays.stream(column.numbers()).filter(x -> !Double.isNaN(x)).toArray();
    double mean = Arrays.stream(values).average().orElse(0);
    return Math.sqrt(Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElse(0));
  }

  /** What the model has for a gap. */
  void add(Imputation.Cell cell) {
    if (!removed[cell.row()]) {
      return;
    }
    if (category) {
      right(MODEL, cell.row(), cell.point());
    } else {
      near(MODEL, cell.row(), Double.parseDouble(cell.point()));
      double x = truth.number(cell.row());
      double in = x >= cell.lower() && x <= cell.upper() ? 1 : 0;
      held.add(in);
      said.add(cell.confidence());
      if (Math.abs(cell.confidence() - ImputationExperiment.LEVEL) <= NEAR) {
        heldAtLevel.add(in);
      }
      double score = scores[cell.row()];
      between.add(score >= cell.scores().lower() && score <= cell.scores().upper() ? 1 : 0);
    }
  }

  /** What neighbours have for a gap. */
  void add(String method, NearestNeighbours from, int column, int row, int[] nearest) {
    if (!removed[row]) {
      return;
    }
    if (category) {
      right(method, row, from.mode(column, nearest));
    } else {
      near(method, row, from.mean(column, nearest));
    }
  }

  /** The same guess for every gap. */
  void addAll(String method, NearestNeighbours from, int column, int[] rows) {
    String mode = category ? from.mode(column, rows) : "";
    double mean = category ? Double.NaN : from.mean(column, rows);
    for (int row = 0; row < removed.length; row++) {
      if (removed[row] && category) {
        right(method, row, mode);
      } else if (removed[row]) {
        near(method, row, mean);
      }
    }
  }

  private void right(String method, int row, String guess) {
    tally(method).add(guess.equals(truth.text(row)) ? 1 : 0);
  }

  // A column of whole numbers is filled with whole numbers, whoever guesses.
  private void near(String method, int row, double guess) {
    double filled = truth.type() == ColumnType.INTEGER ? Math.rint(guess) : guess;
    double difference = (filled - truth.number(row)) / deviation;
    tally(method).add(difference * difference);
  }

  private Tally tally(String method) {
    return tallies.computeIfAbsent(method, m -> new Tally());
  }

  private double figure(String method) {
    double mean = tally(method).mean();
    return category ? mean : Math.sqrt(mean);
  }

  private Map<String, Object> row() {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("column", truth.name());
    row.put("figure", category ? "accuracy" : "RMSE/σ");
    row.put("gaps", tally(MODEL).count);
    tallies.keySet().forEach(method -> row.put(method, figure(method)));
    if (!category) {
      coverage(row, List.of(this));
    }
    return row;
  }

  /** One row for each column, then the means over columns of numbers and over categories. */
  static List<Map<String, Object>> figures(List<FilledColumn> columns) {
    List<Map<String, Object>> rows = new ArrayList<>();
    columns.forEach(column -> rows.add(column.row()));
    for (boolean category : new boolean[] {true, false}) {
      List<FilledColumn> some = columns.stream().filter(c -> c.category == category).toList();
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("column", "mean");
      row.put("figure", category ? "accuracy" : "RMSE/σ");
      row.put("gaps", some.stream().mapToInt(c -> c.tally(MODEL).count).sum());
      for (String method : columns.get(0).tallies.keySet()) {
        row.put(method, some.stream().mapToDouble(c -> c.figure(method)).average().orElse(0));
      }
      if (!category) {
        coverage(row, some);
      }
      rows.add(row);
    }
    return rows;
  }

  /** Of all numbers removed from some columns. */
  private static void coverage(Map<String, Object> row, List<FilledColumn> columns) {
    row.put("in the interval", share(columns, c -> c.held));
    row.put("as the interval says", share(columns, c -> c.said));
    row.put("in those that say 88 to 92 %", share(columns, c -> c.heldAtLevel));
    row.put("in its scores", share(columns, c -> c.between));
  }

  private static double share(List<FilledColumn> columns, Function<FilledColumn, Tally> of) {
    return columns.stream().map(of).mapToDouble(t -> t.sum).sum()
        / columns.stream().map(of).mapToInt(t -> t.count).sum();
  }
}
