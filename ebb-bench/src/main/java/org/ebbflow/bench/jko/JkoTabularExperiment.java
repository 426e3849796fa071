package org.ebbflow.bench.jko;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.bench.tabular.BenchmarkTable;
import org.ebbflow.bench.tabular.GaussianMixture;
import org.ebbflow.bench.tabular.UciTable;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Refinement;
import org.ebbflow.model.RunConfig;

/**
 * Likelihoods on tables: JKO-iFlow, with a Gaussian and a mixture of Gaussians as floor. Tables are
 * read from the data folder. Those whose raw files nobody passes on have cells if their files,
 * plain or with {@code .gz} at the end, are there: {@code uci/household_power_consumption.txt},
 * {@code uci/ethylene_CO.txt}, {@code uci/MiniBooNE_PID.txt}, {@code uci/hepmass/1000_train.csv}
 * with {@code 1000_test.csv}.
 *
 * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424, section 5.2.
 */
public final class JkoTabularExperiment implements Experiment {
  /** The table "magic" in the data folder. */
  static final String MAGIC = "adbench/22_magic.gamma.csv.gz";

  private static final List<Integer> COMPONENTS = List.of(2, 5, 10, 20, 50);

  @Override
  public String name() {
    return "jko-tabular";
  }

  @Override
  public String description() {
    return "JKO-iFlow, Gaussian and mixture on POWER, GAS, MINIBOONE, HEPMASS, BSDS300 …: NLL";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    for (String table : setup.quick() ? List.of("toy") : List.copyOf(tables(setup).keySet())) {
      cells.add(new FloorCell(table, "gaussian", List.of(1)));
      cells.add(new FloorCell(table, "mixture", COMPONENTS));
      cells.add(new FlowCell(table));
    }
    return cells;
  }

  private static Map<String, Supplier<BenchmarkTable>> tables(Setup setup) {
    Map<String, Supplier<BenchmarkTable>> tables = new LinkedHashMap<>();
    Path data = setup.data();
    long seed = 42;
    Path patches = data.resolve("uci/bsds300");
    Path power = data.resolve("uci/power_household_first_rows.csv.gz");
    Path boone = data.resolve("uci/miniboone_maf_first_rows.csv.gz");
    Path cover = data.resolve("adbench/10_cover.csv.gz");
    Path magic = data.resolve(MAGIC);
    tables.put("bsds300", () -> BenchmarkTable.patches("bsds300", patches, seed));
    tables.put("power-34days", () -> BenchmarkTable.power("power-34days", power, seed));
    tables.put("miniboone-1523", () -> BenchmarkTable.inOrder("miniboone-1523", boone));
    raw(data, "uci/household_power_consumption.txt")
        .ifPresent(f -> tables.put("power", () -> BenchmarkTable.power("power", f, seed)));
    raw(data, "uci/ethylene_CO.txt")
        .ifPresent(f -> tables.put("gas", () -> UciTable.gas("gas", f, seed)));
    raw(data, "uci/MiniBooNE_PID.txt")
        .ifPresent(f -> tables.put("miniboone", () -> UciTable.miniboone("miniboone", f)));
    Optional<Path> test = raw(data, "uci/hepmass/1000_test.csv");
    raw(data, "uci/hepmass/1000_train.csv")
        .filter(f -> test.isPresent())
        .ifPresent(
            f -> tables.put("hepmass", () -> UciTable.hepmass("hepmass", f, test.orElseThrow())));
    tables.put("cover", () -> BenchmarkTable.inliers("cover", cover, seed));
    tables.put("magic", () -> BenchmarkTable.inliers("magic", magic, seed));
    return tables;
  }

  /** A file as it is or compressed, if there is one. */
  private static Optional<Path> raw(Path data, String name) {
    return Stream.of(data.resolve(name), data.resolve(name + ".gz"))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /**
   * A table by name; in quick runs a small one of its own.
   *
   * @throws EbbException if the data folder does not hold it
   */
  static BenchmarkTable table(String name, Setup setup) {
    if (setup.quick()) {
      return new BenchmarkTable(
          name, new Dataset.Split(curved(800, 1), curved(200, 2)), curved(200, 3));
    }
    if (!Files.isDirectory(setup.data())) {
      throw new EbbException("there is no folder " + setup.data(), "name one with --data");
    }
    return Objects.requireNonNull(tables(setup).get(name)).get();
  }

  /** Three columns, the last a noisy parabola of the others. */
  private static Dataset curved(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      double x = random.nextGaussian();
      double y = random.nextGaussian();
      rows[i] = new double[] {x, y, x * x - y + 0.3 * random.nextGaussian()};
    }
    return Dataset.of(rows);
  }

  private static Map<String, Object> row(
      String data, String model, LogLikelihood.Summary test, long parameters) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("data", data);
    row.put("model", model);
    row.put("test NLL [nats]", test.nll());
    row.put("± standard error", test.standardError());
    row.put("parameters", parameters);
    return row;
  }

  /** The best by validation of some mixtures. */
  private record FloorCell(String data, String kind, List<Integer> components) implements Cell {
    @Override
    public String name() {
      return data + "-" + kind;
    }

    @Override
    public Outcome run(Context context) {
      BenchmarkTable table = table(data, context.setup());
      int d = table.test().columns();
      long begin = System.nanoTime();
      GaussianMixture best = null;
      double bestNll = Double.POSITIVE_INFINITY;
      String title = kind;
      for (int count : components) {
        if (context.setup().quick() && count > 5) {
          break;
        }
        GaussianMixture mixture =
            GaussianMixture.fit(table.rows().train(), count, 40, context.setup().seed());
        double nll = LogLikelihood.summarise(mixture.logProb(table.rows().validation()), d).nll();
        if (nll < bestNll) {
          bestNll = nll;
          best = mixture;
          title = count == 1 ? kind : kind + " of " + count;
        }
      }
      GaussianMixture chosen = Objects.requireNonNull(best, "no finite likelihood");
      Map<String, Object> row =
          row(
              data,
              title,
              LogLikelihood.summarise(chosen.logProb(table.test()), d),
              chosen.parameters());
      row.put("blocks", "");
      row.put("batches", "");
      row.put("minutes", (System.nanoTime() - begin) * 1e-9 / 60);
      return new Outcome(true, "table", List.of(row));
    }
  }

  private record FlowCell(String data) implements Cell {
    @Override
    public String name() {
      return data + "-jko";
    }

    @Override
    public Outcome run(Context context) {
      BenchmarkTable table = table(data, context.setup());
      Training training =
          Training.run(context, config(table, context.setup().quick()), table.rows(), data);
      DensityModel model = training.model();
      Map<String, Object> row =
          row(data, "jko", model.evaluate(table.test(), share -> {}), model.parameterCount());
      row.put("blocks", model.flow().chain().size());
      row.put("batches", training.state().step());
      row.put("minutes", training.state().seconds() / 60);
      Refinement.of(model, table.test(), true)
          .ifPresent(
              check -> {
                row.put("divergence", check.divergence());
                row.put("change by finer steps", check.finer() - check.nll());
                boolean exact = Double.isNaN(check.exact()); // nothing else to compare with
                row.put("estimate − exact", exact ? "" : check.nll() - check.exact());
                row.put("± its error", exact ? "" : check.estimateError());
              });
      return new Outcome(training.complete(), "table", List.of(row));
    }

    private RunConfig config(BenchmarkTable table, boolean quick) {
      RunConfig standard = RunConfig.defaults("jko", "jko", DataShape.of(table.test()));
      if (quick) {
        return Training.with(
            standard, "growth.maxBlocks=2", "network.hidden=[16]", "batch=100", "training.steps=5");
      }
      return Training.with(standard, settings().toArray(new String[0]));
    }

    private List<String> settings() {
      List<String> settings =
          new ArrayList<>(List.of("ode.divergence=hutchinson", "ode.quadrature=stages"));
      settings.addAll(
          switch (data) {
            case "bsds300" ->
                List.of(
                    "preprocessing.kind=radial",
                    "growth.maxBlocks=4",
                    "growth.h=3",
                    "growth.factor=1.5",
                    "growth.hMax=10",
                    "growth.epsilon=0",
                    "network.hidden=[256,256]",
                    "training.steps=2500",
                    "learningRate=2e-3",
                    "evaluation.tolerance=1e-4",
                    "ode.products=bfloat16");
            // A thousand rows: more steps or wider layers learn them by heart.
            case "miniboone-1523" ->
                List.of("growth.maxBlocks=3", "network.hidden=[64]", "training.steps=60");
            default -> List.of("growth.maxBlocks=5", "growth.epsilon=0", "training.steps=800");
          });
      return settings;
    }
  }
}
