package org.ebbflow.bench.tabular;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.metric.Ranking;
import org.ebbflow.tabular.Scores;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;

/**
 * Anomaly detection without labels on fifteen ADBench tables: models fitted to training rows with
 * their anomalies, labels seen by nothing but the ranking of test rows. Three seeds of split and
 * training each. The parts are written beside the results for {@code peers/anomalies.py}.
 *
 * <p>Source of data and protocol: Han et al., "ADBench", 2022, arXiv:2206.09426.
 */
public final class AnomaliesExperiment implements Experiment {
  private static final List<String> TABLES =
      List.of(
          "2_annthyroid",
          "6_cardio",
          "10_cover",
          "16_http",
          "22_magic.gamma",
          "23_mammography",
          "26_optdigits",
          "27_PageBlocks",
          "28_pendigits",
          "30_satellite",
          "31_satimage-2",
          "32_shuttle",
          "38_thyroid",
          "40_vowels",
          "43_WDBC");
  private static final int SEEDS = 3;

  /** Share of training rows left out as the unlikeliest, the same for all tables. */
  private static final double TRIM = 0.1;

  @Override
  public String name() {
    return "tabular-anomalies";
  }

  @Override
  public String description() {
    return "anomalies in fifteen ADBench tables: AUROC and AUPRC, three seeds";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    for (String table : setup.quick() ? List.of("ring", "narrow-ring") : TABLES) {
      cells.add(new TableCell(table));
    }
    return cells;
  }

  private record TableCell(String table) implements Cell {
    @Override
    public String name() {
      return table.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }

    @Override
    public Outcome run(Context context) {
      Setup setup = context.setup();
      Map<String, List<Double>> figures = new LinkedHashMap<>();
      List<String> winners = new ArrayList<>();
      int rows = 0;
      long first = SEEDS * (setup.seed() - 1) + 1;
      for (long seed = first; seed < first + (setup.quick() ? 1 : SEEDS); seed++) {
        LabelledTable data = load(setup, seed);
        Path folder = context.folder().resolve("seed-" + seed);
        try {
          Files.createDirectories(folder);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        data.write(folder);
        Table train = data.unlabelled();
        rows = train.rows();
        FitOptions options =
            FitOptions.defaults()
                .withMinutes(setup.minutes() > 0 ? setup.minutes() / SEEDS : 0.5)
                .withTrim(TRIM)
                .withSeed(seed);
        if (setup.quick()) {
          options = options.withSteps(20);
        }
        TabularModel model =
            TableTraining.run(context, "seed-" + seed, train, Schema.infer(train), options);
        winners.add(best(model));
        Table test = data.test().without(List.of(LabelledTable.LABEL));
        Scores scores = model.score(test);
        boolean[] labels = data.testLabels();
        add(figures, "", Ranking.of(scores.strangeness(), labels));
        double[] density = scores.strangenessByDensity();
        double[] margins = scores.strangenessByMargins();
        add(figures, "by density ", Ranking.of(density, labels));
        add(figures, "by margins ", Ranking.of(margins, labels));
        add(figures, "by the stranger ", Ranking.of(greater(density, margins), labels));
        add(figures, "by log p ", Ranking.of(negated(scores.logDensities()), labels));
      }
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("data", table);
      row.put("training rows", rows);
      figures.forEach(
          (name, values) -> {
            row.put(name, values.stream().mapToDouble(v -> v).average().orElse(Double.NaN));
            row.put(
                name + " range",
                "%.3f–%.3f"
                    .formatted(
                        values.stream().mapToDouble(v -> v).min().orElse(Double.NaN),
                        values.stream().mapToDouble(v -> v).max().orElse(Double.NaN)));
          });
      row.put("models", winners.stream().distinct().sorted().collect(Collectors.joining(", ")));
      return new Outcome(true, "table", List.of(row));
    }

    private static void add(Map<String, List<Double>> figures, String name, Ranking ranking) {
      figures.computeIfAbsent(name + "AUROC", k -> new ArrayList<>()).add(ranking.auroc());
      figures
          .computeIfAbsent(name + "AUPRC", k -> new ArrayList<>())
          .add(ranking.averagePrecision());
    }

    private LabelledTable load(Setup setup, long seed) {
      return setup.quick()
          ? LabelledTable.split(ring(table.equals("ring") ? 0.2 : 0.05), seed)
          : LabelledTable.read(setup.data().resolve("adbench/" + table + ".csv.gz"), seed);
    }
  }

  private static double[] greater(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> Math.max(a[i], b[i])).toArray();
  }

  private static double[] negated(double[] values) {
    return Arrays.stream(values).map(v -> -v).toArray();
  }

  private static String best(TabularModel model) {
    return model.calibration().best().name().replace("-final", "");
  }

  /** A ring with strangers in its middle. */
  private static Table ring(double width) {
    Random random = new Random(1);
    int n = 400;
    double[] x = new double[n];
    double[] y = new double[n];
    double[] label = new double[n];
    for (int i = 0; i < n; i++) {
      label[i] = i % 20 == 0 ? 1 : 0;
      double angle = 2 * Math.PI * random.nextDouble();
      double radius = (label[i] == 1 ? 0.1 : 3) + width * random.nextGaussian();
      x[i] = radius * Math.cos(angle);
      y[i] = radius * Math.sin(angle);
    }
    return Table.of(
        Column.numbers("x", x),
        Column.numbers("y", y),
        Column.integers(LabelledTable.LABEL, label));
  }
}
