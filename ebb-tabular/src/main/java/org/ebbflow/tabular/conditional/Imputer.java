package org.ebbflow.tabular.conditional;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.Interval;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.schema.ColumnKind;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;

/**
 * Fills a table's gaps and reads off points, intervals and draws: by {@link SequentialFill} where
 * the model was fitted to rows with such gaps, else by {@link GriddyGibbs}.
 */
public final class Imputer {
  private final TableEncoder encoder;
  private final Conditionals conditionals;
  private final GriddyGibbs sampler;
  private final Supplier<Table> likely;
  private final double level;

  /**
   * @param likely makes draws of the model, where the sampler begins
   * @param level of the intervals, in (0, 1)
   */
  public Imputer(
      TableEncoder encoder,
      Conditionals conditionals,
      GriddyGibbs sampler,
      Supplier<Table> likely,
      double level) {
    this.encoder = encoder;
    this.conditionals = conditionals;
    this.sampler = sampler;
    this.likely = likely;
    this.level = level;
  }

  /**
   * Fills the gaps of the modelled columns.
   *
   * @param given the modelled columns, and keys, which stay as they are
   * @param firstRow index of the table's first row in the whole that it is a piece of
   * @param draws how many completed copies, 0 for none
   */
  public Imputation impute(Table given, long firstRow, int draws, DoubleConsumer progress) {
    List<ColumnEncoder> columns = encoder.columns();
    boolean[][] missing = new boolean[given.rows()][columns.size()];
    // Checks all but gaps, which are welcome here whatever the columns that were fitted to had.
    Table table = encoder.schema().check(withConstants(given), firstRow);
    Table whole = table;
    for (int j = 0; j < columns.size(); j++) {
      Column column = table.column(columns.get(j).spec().name());
      for (int row = 0; row < table.rows(); row++) {
        missing[row][j] = column.isMissing(row);
      }
      // Any value will do where there is none: the sampler replaces its score.
      whole = whole.with(filled(column, columns.get(j).decode(new double[table.rows()])));
    }
    GriddyGibbs.Filled filled =
        fill(encoder.middles(whole), columns, missing, firstRow, draws, progress);
    List<Imputation.Cell> cells = new ArrayList<>();
    Table point = table;
    for (int j = 0; j < columns.size(); j++) {
      point = point.with(points(columns.get(j), j, table, firstRow, filled.gaps().get(j), cells));
    }
    List<Table> copies = new ArrayList<>();
    for (double[][] copy : filled.draws()) {
      Table decoded = encoder.decode(copy);
      Table complete = table;
      for (ColumnEncoder column : columns) {
        String name = column.spec().name();
        complete = complete.with(filled(table.column(name), decoded.column(name)));
      }
      copies.add(complete);
    }
    return new Imputation(
        over(given, point), copies.stream().map(copy -> over(given, copy)).toList(), cells);
  }

  /** Gaps where all rows that were fitted to have one value have that. */
  private Table withConstants(Table given) {
    Table whole = given;
    for (ColumnSpec spec : encoder.schema().columns()) {
      Column column = given.find(spec.name()).orElse(null);
      if (spec.kind() == ColumnKind.CONSTANT && column != null && column.missing() > 0) {
        Column constant = TableEncoder.constant(spec, given.rows());
        boolean alike = (column.type() == ColumnType.TEXT) == (constant.type() == ColumnType.TEXT);
        if (alike) {
          whole = whole.with(filled(column, constant));
        } else if (column.missing() == column.rows()) {
          whole = whole.with(constant);
        } // else it has values of another kind, which are refused
      }
    }
    return whole;
  }

  /** A table with the columns of another in place of its own, and what else it has. */
  private static Table over(Table given, Table filled) {
    return Table.of(
        given.columns().stream().map(column -> filled.find(column.name()).orElse(column)).toList());
  }

  /** Rows such as the model was fitted to at once, the others by a Markov chain. */
  private GriddyGibbs.Filled fill(
      double[][] scores,
      List<ColumnEncoder> columns,
      boolean[][] missing,
      long firstRow,
      int draws,
      DoubleConsumer progress) {
    List<String> names = columns.stream().map(column -> column.spec().name()).toList();
    SequentialFill.Result seen =
        new SequentialFill(sampler.seed())
            .fill(
                conditionals,
                columns,
                scores,
                missing,
                firstRow,
                names,
                draws,
                share -> progress.accept(0.5 * share));
    GriddyGibbs.Filled others =
        sampler.fill(
            conditionals,
            scores,
            seen.left(),
            () -> encoder.middles(likely.get()),
            firstRow,
            names,
            draws,
            share -> progress.accept(0.5 + 0.5 * share));
    return others.with(seen.filled(), seen.known());
  }

  private Column points(
      ColumnEncoder encoder,
      int index,
      Table table,
      long firstRow,
      GriddyGibbs.Gaps gaps,
      List<Imputation.Cell> cells) {
    Column column = table.column(encoder.spec().name());
    if (gaps.rows().length == 0) {
      return column;
    }
    ColumnGrid grid = conditionals.grid(index);
    boolean ordered = encoder.spec().isOrdered();
    int n = gaps.rows().length;
    double[] chosen = new double[n];
    double[] confidence = new double[n];
    double[] low = new double[n];
    double[] high = new double[n];
    Interval[] scores = new Interval[n];
    Arrays.fill(scores, new Interval(Double.NaN, Double.NaN));
    for (int i = 0; i < n; i++) {
      double[] p = gaps.probabilities()[i];
      if (ordered) {
        CentralInterval interval = CentralInterval.nearest(encoder, grid, p, level);
        scores[i] = interval.scores();
        low[i] = interval.lower();
        high[i] = interval.upper();
        confidence[i] = interval.probability();
      } else {
        int best = grid.likeliest(p);
        chosen[i] = grid.score(best);
        confidence[i] = Math.min(1, grid.massOf(p, best));
      }
    }
    Column lower = encoder.decode(ordered ? low : chosen);
    Column upper = encoder.decode(ordered ? high : chosen);
    double[] means = new double[table.rows()];
    int[] from = new int[table.rows()];
    for (int i = 0; i < n; i++) {
      int row = gaps.rows()[i];
      from[row] = i;
      if (ordered) {
        means[row] = encoder.nearest(mean(grid, gaps.probabilities()[i]));
      }
    }
    Column spread = ordered ? numeric(column, means) : lower.select(from);
    for (int i = 0; i < n; i++) {
      int row = gaps.rows()[i];
      cells.add(
          new Imputation.Cell(
              Math.toIntExact(firstRow + row),
              column.name(),
              String.valueOf(spread.text(row)),
              ordered ? lower.number(i) : Double.NaN,
              ordered ? upper.number(i) : Double.NaN,
              confidence[i],
              scores[i]));
    }
    return filled(column, spread);
  }

  private static Column numeric(Column like, double[] values) {
    return switch (like.type()) {
      case INTEGER -> Column.integers(like.name(), values);
      case TIMESTAMP -> Column.timestamps(like.name(), values);
      case BOOLEAN -> Column.booleans(like.name(), values);
      default -> Column.numbers(like.name(), values);
    };
  }

  /** The values of {@code column}, those of {@code other} where it has none. */
  private static Column filled(Column column, Column other) {
    if (column.missing() == 0) {
      return column;
    }
    if (column.type() == ColumnType.TEXT) {
      String[] texts = new String[column.rows()];
      for (int row = 0; row < texts.length; row++) {
        texts[row] = column.isMissing(row) ? other.text(row) : column.text(row);
      }
      return Column.texts(column.name(), texts);
    }
    double[] numbers = column.numbers();
    for (int row = 0; row < numbers.length; row++) {
      if (Double.isNaN(numbers[row])) {
        numbers[row] = other.number(row);
      }
    }
    return numeric(column, numbers);
  }

  private static double mean(ColumnGrid grid, double[] p) {
    double sum = 0;
    for (int cell = 0; cell < p.length; cell++) {
      sum += p[cell] * grid.mean(cell);
    }
    return sum;
  }
}
