package org.ebbflow.bench.tabular;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.ResultTable;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.metric.Ranking;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.compare.ClosestRecord;
import org.ebbflow.tabular.compare.KolmogorovSmirnov;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;

/**
 * {@code ebb reproduce tabular-synthetic}: rows drawn from a model of the Adult table in place of
 * the rows it was fitted to. A classifier trained on the draws is tested on real rows beside one
 * trained on real rows; the draws' margins and their distance to training rows are measured.
 */
public final class SyntheticExperiment implements Experiment {

  /** They take a core two minutes: by steps, no figure hangs on the machine. */
  private static final int STEPS = 2_500;

  private static final int SEEDS = 3;
  private static final int TREES = 100;

  @Override
  public String name() {
    return "tabular-synthetic";
  }

  @Override
  public String description() {
    return "a classifier trained on draws for Adult, tested on real rows; margins, privacy";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < SEEDS; i++) {
      cells.add(new SeedCell(setup.seed() + i));
    }
    return cells;
  }

  private record SeedCell(long seed) implements Cell {
    @Override
    public String name() {
      return "seed-" + seed;
    }

    @Override
    public Outcome run(Context context) {
      Setup setup = context.setup();
      Table train = read(setup, "train");
      Table test = read(setup, "test");
      String target = setup.quick() ? "answer" : "income";
      String one = setup.quick() ? "yes" : ">50K";
      FitOptions options = FitOptions.defaults().withModel("spline").withSeed(seed);
      options =
          setup.minutes() > 0
              ? options.withMinutes(setup.minutes())
              : options.withSteps(setup.quick() ? 20 : STEPS);
      TabularModel model = TableTraining.run(context, "fit", train, Schema.infer(train), options);
      long start = System.nanoTime();
      Table draws = model.sample(train.rows(), seed);
      double seconds = 1e-9 * (System.nanoTime() - start);
      int trees = setup.quick() ? 10 : TREES;
      Ranking real = Forest.train(train, target, one, trees, seed).test(test);
      Ranking synthetic = Forest.train(draws, target, one, trees, seed).test(test);

      Map<String, Object> row = new LinkedHashMap<>();
      row.put("seed", seed);
      row.put("rows", train.rows());
      row.put("AUC, real rows", real.auroc());
      row.put("AUC, draws", synthetic.auroc());
      row.put("points lost", 100 * (real.auroc() - synthetic.auroc()));
      margins(context, row, train, draws);
      // The rows that the fit held out were not trained on.
      Table fitted = train.split((int) (options.validation() * train.rows()), seed).train();
      ClosestRecord closest = ClosestRecord.measure(model.encoder(), draws, fitted, test);
      row.put("closer to training rows", closest.closerToTraining());
      row.put("copies", closest.copies());
      row.put("draw s", seconds);
      return new Outcome(true, "table", List.of(row));
    }

    private static Table read(Setup setup, String part) {
      return setup.quick()
          ? MixedTable.toy(300, part.length())
          : MixedTable.read(setup.data().resolve("tabular/adult_" + part + ".csv.gz"));
    }
  }

  /** How far the draws' columns are from the real ones', one by one. */
  private static void margins(
      Context context, Map<String, Object> summary, Table real, Table draws) {
    List<Map<String, Object>> rows = new ArrayList<>();
    Map<String, List<Double>> all = new LinkedHashMap<>();
    for (Column column : real.columns()) {
      boolean texts = column.type() == ColumnType.TEXT;
      String figure = texts ? "total variation" : "Kolmogorov-Smirnov";
      Column drawn = draws.column(column.name());
      double distance =
          texts
              ? totalVariation(column, drawn)
              : KolmogorovSmirnov.test(present(column), present(drawn)).statistic();
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("column", column.name());
      row.put("figure", figure);
      row.put("distance", distance);
      rows.add(row);
      all.computeIfAbsent(figure, f -> new ArrayList<>()).add(distance);
    }
    all.forEach(
        (figure, distances) -> {
          summary.put(
              figure + ", mean", distances.stream().mapToDouble(d -> d).average().orElse(0));
          summary.put(figure + ", largest", distances.stream().mapToDouble(d -> d).max().orElse(0));
        });
    AtomicFile.writeString(context.folder().resolve("columns.csv"), new ResultTable(rows).csv());
  }

  private static double[] present(Column column) {
    return Arrays.stream(column.numbers()).filter(x -> !Double.isNaN(x)).toArray();
  }

  /** Half the sum of the differences of shares; missing counts as one more category. */
  private static double totalVariation(Column a, Column b) {
    Map<String, Integer> first = counts(a);
    Map<String, Integer> second = counts(b);
    Set<String> values = new HashSet<>(first.keySet());
    values.addAll(second.keySet());
    double sum = 0;
    for (String value : values) {
      sum +=
          Math.abs(
              (double) first.getOrDefault(value, 0) / a.rows()
                  - (double) second.getOrDefault(value, 0) / b.rows());
    }
    return 0.5 * sum;
  }

  private static Map<String, Integer> counts(Column column) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    IntStream.range(0, column.rows())
        .forEach(
            row -> counts.merge(Objects.requireNonNullElse(column.text(row), ""), 1, Integer::sum));
    return counts;
  }
}
