package org.ebbflow.bench.jko;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Results;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.StepTimer;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.bench.speed.PeakMemory;
import org.ebbflow.bench.tabular.BenchmarkTable;
import org.ebbflow.bench.toy.PlaneShape;
import org.ebbflow.cli.report.Mosaic;
import org.ebbflow.cli.report.Png;
import org.ebbflow.cli.report.Scatter;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.RunConfig;
import org.jspecify.annotations.Nullable;

/**
 * JKO-iFlow beside other flows of neural-ODE blocks: an end-to-end likelihood, transport penalties,
 * flow matching with and without optimal pairs, and a diffusion. All have the same hidden layers,
 * batches of the same size and the same number of them in total, and equally many validations; the
 * block-wise flow has a network of its own in every block, the others one that sees time.
 *
 * <p>Source of the comparison: Xu, Cheng and Xie, 2023, arXiv:2212.14424, section 5.
 */
public final class JkoBaselinesExperiment implements Experiment {
  private static final List<String> SHAPES = List.of("rose", "checkerboard", "published-rose");
  private static final int PICTURE = 200;
  private static final String DRAWN = "drawn.png";
  private static final String DATA = "data.png";

  /** The penalties are the published share of transport, 1 : 100, for the bending too. */
  private static final List<Method> METHODS =
      List.of(
          new Method(
              "jko", "jko", "jko", "growth.epsilon=0", "substeps=3", "ode.quadrature=stages"),
          new Method("cnf", "cnf", "cnf", "substeps=8"),
          new Method("otflow", "cnf", "otflow", "substeps=8", "transport=0.01", "bending=0.01"),
          new Method("fm", "cnf", "fm"),
          new Method("fm-pairs", "cnf", "fm", "optimalPairs=true"),
          new Method("diffusion", "diffusion", "vp"));

  @Override
  public String name() {
    return "jko-baselines";
  }

  @Override
  public String description() {
    return "JKO-iFlow, CNF, OT-Flow, flow matching, diffusion at one budget: NLL, MMD, time, memory";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Subject> subjects = new ArrayList<>();
    for (PlaneShape shape : PlaneShape.all(setup.data().resolve("toy"))) {
      if (SHAPES.contains(shape.toString())) {
        subjects.add(new Subject(shape.toString(), shape));
      }
    }
    if (setup.quick() || Files.isRegularFile(setup.data().resolve(JkoTabularExperiment.MAGIC))) {
      subjects.add(new Subject(setup.quick() ? "toy" : "magic", null));
    }
    List<Cell> cells = new ArrayList<>();
    for (Subject subject : subjects) {
      METHODS.forEach(method -> cells.add(new MethodCell(subject, method)));
    }
    return cells;
  }

  /** One row a density: data, then each method's draws. */
  @Override
  public void illustrate(Results results) {
    Mosaic mosaic = new Mosaic(PICTURE);
    String subject = "";
    List<Mosaic.Tile> tiles = new ArrayList<>();
    for (Cell cell : results.having(DRAWN)) {
      MethodCell drawn = (MethodCell) cell;
      if (!drawn.subject().name().equals(subject)) {
        if (!tiles.isEmpty()) {
          mosaic.row(tiles);
        }
        subject = drawn.subject().name();
        tiles = new ArrayList<>();
        tiles.add(Mosaic.Tile.read(subject, results.file(cell, DATA)));
      }
      tiles.add(Mosaic.Tile.read(drawn.method().name(), results.file(cell, DRAWN)));
    }
    if (!tiles.isEmpty()) {
      results.write("drawn.png", mosaic.row(tiles).png());
    }
  }

  /** A way to train, with what it sets besides the common settings. */
  private record Method(String name, String model, String objective, List<String> settings) {
    Method(String name, String model, String objective, String... settings) {
      this(name, model, objective, List.of(settings));
    }

    RunConfig config(BenchmarkTable table, Budget budget) {
      boolean grows = model.equals("jko");
      List<String> all = new ArrayList<>(settings);
      all.add("growth.maxBlocks=" + budget.blocks());
      all.add("training.steps=" + (grows ? budget.steps() : budget.blocks() * budget.steps()));
      all.add("training.epochs=0");
      all.add("validateEvery=" + budget.steps());
      all.add("batch=" + budget.batch());
      all.add("network.hidden=" + budget.hidden());
      all.add("learningRate=" + budget.learningRate());
      all.add("tolerance=1e-4");
      RunConfig standard = RunConfig.defaults(model, objective, DataShape.of(table.test()));
      return Training.with(standard, all.toArray(new String[0]));
    }

    /** Steps of the training; those of a block, where it grows. */
    StepTimer timer(RunConfig config, BenchmarkTable table) {
      boolean grows = model.equals("jko");
      RunConfig one =
          grows ? Training.with(config, "blocks=[{\"from\":0,\"to\":1,\"h\":1}]") : config;
      return new StepTimer(one, DataShape.of(table.test()));
    }
  }

  /**
   * What every method gets.
   *
   * @param blocks of the block-wise flow
   * @param steps of each of them; the other methods take {@code blocks·steps}
   */
  private record Budget(
      int blocks, int steps, int batch, List<Integer> hidden, double learningRate) {
    static Budget of(Setup setup, @Nullable PlaneShape shape) {
      return setup.quick()
          ? new Budget(2, 3, 50, List.of(8), 1e-2)
          : new Budget(8, 100, 500, List.of(64, 64, 64), shape == null ? 1e-3 : 2e-3);
    }
  }

  /**
   * What is learned.
   *
   * @param shape null for a table
   */
  private record Subject(String name, @Nullable PlaneShape shape) {
    BenchmarkTable rows(Setup setup) {
      if (shape == null) {
        return JkoTabularExperiment.table(name, setup);
      }
      boolean quick = setup.quick();
      Dataset train = shape.draws().of(quick ? 300 : 50_000, 1);
      Dataset validation = shape.draws().of(quick ? 50 : 2_000, 2);
      Dataset test = shape.draws().of(quick ? 100 : 10_000, 3);
      return new BenchmarkTable(name, new Dataset.Split(train, validation), test);
    }
  }

  private record MethodCell(Subject subject, Method method) implements Cell {
    @Override
    public String name() {
      return subject.name() + "-" + method.name();
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      BenchmarkTable table = subject.rows(context.setup());
      Budget budget = Budget.of(context.setup(), subject.shape());
      Map<String, Object> cost = cost(table, budget, quick ? 1 : 15);
      long begin = System.nanoTime();
      Training training =
          Training.run(context, method.config(table, budget), table.rows(), subject.name());
      // A growing flow's own clock leaves out moving the rows on; a resumed cell's knows no more.
      double seconds = Math.max((System.nanoTime() - begin) * 1e-9, training.state().seconds());
      DensityModel model = training.model();
      LogLikelihood.Summary summary = model.evaluate(table.test(), share -> {});
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("data", subject.name());
      row.put("method", method.name());
      row.put("test NLL [nats]", summary.nll());
      row.put("± standard error", summary.standardError());
      PlaneShape shape = subject.shape();
      OptionalDouble truth =
          shape == null ? OptionalDouble.empty() : shape.meanNegativeLogDensity(table.test());
      row.put("of the truth", truth.isPresent() ? truth.getAsDouble() : "");
      int compared = Math.min(table.test().rows(), quick ? 100 : 5_000);
      Dataset drawn =
          model.sample(
              shape == null ? compared : table.test().rows(), context.setup().seed(), share -> {});
      row.putAll(SampleQuality.of(table.test(), drawn, compared, quick ? 20 : 200, 4));
      row.put("parameters", model.parameterCount());
      row.put("batches", training.state().step());
      row.putAll(cost);
      row.put("minutes", seconds / 60);
      if (shape != null) {
        draw(context, new Scatter(shape.halfWidth(), PICTURE), table.test(), drawn);
      }
      return new Outcome(training.complete(), "table", List.of(row));
    }

    /** Time of a step, by turns with a block's, and its memory. */
    private Map<String, Object> cost(BenchmarkTable table, Budget budget, int rounds) {
      Method first = METHODS.get(0);
      Map<String, Object> row = new LinkedHashMap<>();
      try (StepTimer block = first.timer(first.config(table, budget), table);
          StepTimer own = method.timer(method.config(table, budget), table)) {
        double[] times = StepTimer.medians(List.of(own, block), 2, rounds);
        row.put("ms a step", times[0]);
        row.put("to a block's", times[0] / times[1]);
        row.put("memory of a step [MiB]", PeakMemory.ofStep(own::step, 5));
      }
      return row;
    }

    private static void draw(Context context, Scatter scatter, Dataset test, Dataset drawn) {
      Map.of(DATA, test, DRAWN, drawn)
          .forEach(
              (file, rows) ->
                  AtomicFile.write(
                      context.folder().resolve(file),
                      Png.encode(scatter.image(PlaneShape.rows(rows)))));
    }
  }
}
