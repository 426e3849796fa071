package org.ebbflow.bench.tabular;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.conditional.Imputation;
import org.ebbflow.tabular.schema.ColumnKind;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Table;

/**
 * {@code ebb reproduce tabular-imputation}: a fifth of the cells removed completely at random, the
 * model fitted to what is left, the gaps filled by it and compared with what was there, beside
 * means and modes and the nearest neighbours.
 */
public final class ImputationExperiment implements Experiment {
  private static final double SHARE = 0.2;
  static final double LEVEL = 0.9;
  private static final int[] NEIGHBOURS = {5, 10};
  private static final int MOST_FILLED = 4_000;

  /** Tables, and steps that take a core one to three minutes: no figure hangs on the machine. */
  private enum Source {
    CALIFORNIA("california-housing", "california_housing", Integer.MAX_VALUE, 2_500),
    BIKES("bike-sharing-hour", "bike_sharing_hour", Integer.MAX_VALUE, 5_000, "instant", "dteday"),
    ADULT("adult", "adult_train", 10_000, 2_500);

    private final String label;
    private final String file;
    private final int mostRows;
    private final int steps;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<String> keys;

    Source(String label, String file, int mostRows, int steps, String... keys) {
      this.label = label;
      this.file = file;
      this.mostRows = mostRows;
      this.steps = steps;
      this.keys = List.of(keys);
    }

    Table read(Setup setup) {
      if (setup.quick()) {
        return MixedTable.toy(300, label.length());
      }
      Path path = setup.data().resolve("tabular/" + file + ".csv.gz");
      Table all = MixedTable.read(path).without(keys);
      return MixedTable.drawn(all, mostRows, setup.seed());
    }
  }

  @Override
  public String name() {
    return "tabular-imputation";
  }

  @Override
  public String description() {
    return "gaps filled in three tables of mixed columns, beside means and nearest neighbours";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    return Arrays.stream(Source.values()).map(source -> (Cell) new TableCell(source)).toList();
  }

  private record TableCell(Source source) implements Cell {
    @Override
    public String name() {
      return source.label;
    }

    @Override
    public Outcome run(Context context) {
      Setup setup = context.setup();
      GappyTable all = GappyTable.remove(source.read(setup), SHARE, setup.seed());
      Schema schema = Schema.infer(all.gappy());
      FitOptions options = FitOptions.defaults().withModel("spline").withSeed(setup.seed());
      options =
          setup.minutes() > 0
              ? options.withMinutes(setup.minutes())
              : options.withSteps(setup.quick() ? 20 : source.steps);
      TabularModel model = TableTraining.run(context, "fit", all.gappy(), schema, options);
      GappyTable rows = all.drawn(MOST_FILLED, setup.seed());
      long start = System.nanoTime();
      Imputation filled;
      try (ProgressLine progress = ProgressLine.share(context.cell() + " fill")) {
        filled = model.impute(rows.gappy(), 0, LEVEL, setup.seed(), progress::shareDone);
      }
      double seconds = 1e-9 * (System.nanoTime() - start);
      List<Map<String, Object>> figures = figures(model, all.gappy(), rows, filled);
      Map<String, Object> last = figures.get(figures.size() - 1);
      last.put("rows filled", rows.whole().rows());
      last.put("fill s", seconds);
      return new Outcome(true, source.label, figures);
    }

    private static List<Map<String, Object>> figures(
        TabularModel model, Table known, GappyTable rows, Imputation filled) {
      List<String> categories =
          model.schema().columns().stream()
              .filter(
                  spec ->
                      spec.kind() == ColumnKind.CATEGORICAL || spec.kind() == ColumnKind.BOOLEAN)
              .map(ColumnSpec::name)
              .toList();
      NearestNeighbours neighbours = new NearestNeighbours(known, categories);
      List<FilledColumn> columns = new ArrayList<>();
      for (String name : known.names()) {
        columns.add(new FilledColumn(rows, model, name, categories.contains(name)));
      }
      for (Imputation.Cell cell : filled.cells()) {
        columns.get(known.names().indexOf(cell.column())).add(cell);
      }
      for (int j = 0; j < columns.size(); j++) {
        columns.get(j).addAll("mean or mode", neighbours, j, neighbours.all(j));
      }
      for (int k : NEIGHBOURS) {
        neighbours.each(
            rows.gappy(),
            k,
            (row, j, nearest) -> columns.get(j).add(k + " nearest", neighbours, j, row, nearest));
      }
      return FilledColumn.figures(columns);
    }
  }
}
