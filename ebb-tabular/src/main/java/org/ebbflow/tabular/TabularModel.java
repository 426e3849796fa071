package org.ebbflow.tabular;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.model.DensityModel;
import org.ebbflow.tabular.conditional.ColumnGrid;
import org.ebbflow.tabular.conditional.Conditionals;
import org.ebbflow.tabular.conditional.GriddyGibbs;
import org.ebbflow.tabular.conditional.Imputation;
import org.ebbflow.tabular.conditional.Imputer;
import org.ebbflow.tabular.encode.ColumnEncoder;
import org.ebbflow.tabular.encode.Draws;
import org.ebbflow.tabular.encode.Encoded;
import org.ebbflow.tabular.encode.NormalScores;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.jspecify.annotations.Nullable;

/**
 * The joint density of a table's columns: {@code log p(row) = log p_Z(z) + Σ_j [log m_j(x_j) − log
 * φ(z_j)]}, with exact margins m_j by {@link TableEncoder} and a flow p_Z for how columns hang
 * together.
 *
 * <p>Densities are in the table's own units, in nats. Immutable and safe for several threads.
 */
public final class TabularModel {
  private static final long SEED = 7;
  private static final int CELLS = 48;

  /** How often the gaps of a row begin anew, among so many draws, and what they do from there. */
  private static final int STARTS = 24;

  private static final int SWEEPS = 2;
  private static final int LIKELY = 2_000;

  /** What is known of gaps takes a few kilobytes each while rows are filled. */
  private static final int ROWS_AT_ONCE = 20_000;

  private final TableEncoder encoder;
  private final DensityModel density;
  private final Densities densities;
  private final Calibration calibration;

  TabularModel(Densities densities, Calibration calibration) {
    this.encoder = densities.encoder();
    this.density = densities.density();
    this.densities = densities;
    this.calibration = calibration;
  }

  /** Fits a model to a table whose columns are what they seem to be, with the default options. */
  public static TabularModel fit(Table table) {
    return fit(table, FitOptions.defaults());
  }

  /**
   * Fits a model to a table whose columns are what they seem to be.
   *
   * @throws EbbException if the table does not suit
   */
  public static TabularModel fit(Table table, FitOptions options) {
    return fit(table, Schema.infer(table), options);
  }

  /**
   * Fits a model to a table. For progress, stopping and going on see {@link TabularFit}.
   *
   * @param schema what its columns are
   * @throws EbbException if the table does not suit, or the thread is interrupted
   */
  public static TabularModel fit(Table table, Schema schema, FitOptions options) {
    return TabularFit.inMemory(table, schema, options);
  }

  /**
   * Reads a model from its folder.
   *
   * @throws EbbException if there is none, or it is damaged
   */
  public static TabularModel load(Path folder) {
    return TabularFolder.read(folder);
  }

  /** Writes the model into a folder made for it. */
  public void save(Path folder) {
    TabularFolder.write(folder, this);
  }

  /** What the columns are. */
  public Schema schema() {
    return encoder.schema();
  }

  /** From rows to normal scores. */
  public TableEncoder encoder() {
    return encoder;
  }

  /** The density of normal scores. */
  public DensityModel density() {
    return density;
  }

  /** The normal distribution of normal scores that {@link #density} has beaten, if it had to. */
  @Nullable DensityModel floor() {
    return densities.floor();
  }

  /** Held-out rows' densities, and what came of every candidate. */
  public Calibration calibration() {
    return calibration;
  }

  /** {@link #score(Table, long, DoubleConsumer)} of a whole table. */
  public Scores score(Table table) {
    return score(table, 0, share -> {});
  }

  /**
   * Log-densities and p-values of rows. Of a row with atoms the density is the mean of four draws
   * within them, which belong to what is in the row: the same row has the same score alone and in
   * any table, up to the rounding of single precision.
   *
   * @param table with the schema's columns, in any order
   * @param firstRow index of the table's first row in the whole that it is a piece of, for messages
   * @throws org.ebbflow.data.DataException naming what does not fit the schema
   */
  public Scores score(Table table, long firstRow, DoubleConsumer progress) {
    double[][] all = densities.of(table, firstRow, progress);
    return new Scores(all, densities.marginalTails(table), calibration);
  }

  /**
   * Which columns make rows unlikely, the largest drop in log-density first.
   *
   * @param rows which of the table's
   * @param most how many columns to name
   * @return one list for each of these rows
   */
  public List<List<Explanation>> explain(Table table, int[] rows, int most) {
    if (most < 0) {
      throw new EbbException("explanations are to name " + most + " columns", "give 0 or more");
    }
    if (rows.length == 0) {
      return List.of();
    }
    Table chosen = encoder.schema().check(table.select(rows));
    Encoded encoded = encoder.drawsByContent(chosen, 0, Densities.DRAWS).apply(0);
    double[][] scores = encoded.rows();
    double[] own = density.logProb(encoded.scores(), share -> {});
    Conditionals conditionals = new Conditionals(density, encoder.columns(), CELLS);
    List<List<Explanation>> all = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      all.add(new ArrayList<>());
    }
    int[] every = IntStream.range(0, rows.length).toArray();
    for (int j = 0; j < encoder.columns().size(); j++) {
      ColumnEncoder column = encoder.columns().get(j);
      Column values = chosen.column(column.spec().name());
      ColumnGrid grid = conditionals.grid(j);
      double[] margins = margins(column, grid);
      double[] ratios = encoded.logRatios(j);
      conditionals.of(
          j,
          scores,
          every,
          encoded.scores().columnNames(),
          (row, logDensities) -> {
            double[] p = logDensities.clone();
            grid.normalise(p);
            double expected = 0;
            for (int cell = 0; cell < p.length; cell++) {
              expected += p[cell] == 0 ? 0 : p[cell] * (logDensities[cell] + margins[cell]);
            }
            int usual = column.spec().isOrdered() ? grid.median(p) : grid.likeliest(p);
            String value = Objects.requireNonNullElse(values.text(row), "");
            all.get(row)
                .add(
                    new Explanation(
                        column.spec().name(),
                        value,
                        expected - own[row] - ratios[row],
                        String.valueOf(grid.values().text(usual))));
          });
    }
    for (List<Explanation> row : all) {
      row.sort(Comparator.comparingDouble(Explanation::drop).reversed());
    }
    return all.stream()
        .map(row -> List.copyOf(row.subList(0, Math.min(most, row.size()))))
        .toList();
  }

  /** log m − log φ at the cells' middles. */
  private static double[] margins(ColumnEncoder column, ColumnGrid grid) {
    double[] scores = new double[grid.size()];
    double[] ratios = new double[grid.size()];
    column.encode(grid.values(), Draws.byIndex(SEED, 0), 0, scores, ratios);
    for (int cell = 0; cell < ratios.length; cell++) {
      // An atom's score was drawn anew; its mass is the same at the cell's middle.
      ratios[cell] +=
          NormalScores.logDensity(scores[cell]) - NormalScores.logDensity(grid.score(cell));
    }
    return ratios;
  }

  /**
   * Fills gaps by the model's conditionals. A model that was fitted to rows with gaps takes a gap's
   * distribution given what the row has, other gaps being gaps; else gaps are filled by Gibbs
   * sampling.
   *
   * @param table with the modelled columns, some cells of which are missing
   * @param draws how many completed copies, 0 for none
   * @param level of the intervals, in (0, 1)
   * @param seed of the draws
   */
  public Imputation impute(
      Table table, int draws, double level, long seed, DoubleConsumer progress) {
    if (draws < 0) {
      throw new EbbException("draws is " + draws, "give 0 or more");
    }
    if (!(level > 0 && level < 1)) {
      throw new EbbException("level is " + level, "give a number between 0 and 1");
    }
    GriddyGibbs sampler = new GriddyGibbs(Math.max(STARTS, draws), SWEEPS, seed);
    Conditionals conditionals = new Conditionals(density, encoder.columns(), CELLS);
    Imputer imputer =
        new Imputer(encoder, conditionals, sampler, () -> sample(LIKELY, seed), level);
    List<Imputation> pieces = new ArrayList<>();
    int from = 0;
    do {
      int done = from;
      int end = Math.min(from + ROWS_AT_ONCE, table.rows());
      pieces.add(
          imputer.impute(
              table.slice(from, end),
              from,
              draws,
              share -> progress.accept((done + share * (end - done)) / table.rows())));
      from = end;
    } while (from < table.rows());
    return Imputation.concatenate(pieces);
  }

  /** As {@link #impute(Table, int, double, long, DoubleConsumer)}, one draw, intervals of 90 %. */
  public Imputation impute(Table table) {
    return impute(table, 1, 0.9, 1, share -> {});
  }

  /**
   * Independent draws, in the original types and categories, within declared bounds.
   *
   * @param seed of the draws
   */
  public Table sample(int n, long seed, DoubleConsumer progress) {
    return encoder.decode(density.sample(n, seed, progress));
  }

  /** As {@link #sample(int, long, DoubleConsumer)}, without telling progress. */
  public Table sample(int n, long seed) {
    return sample(n, seed, share -> {});
  }
}
