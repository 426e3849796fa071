package org.ebbflow.bench.ebflow;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Results;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.bench.toy.HeatMap;
import org.ebbflow.bench.toy.ParzenDensity;
import org.ebbflow.bench.toy.PlaneDensity;
import org.ebbflow.bench.toy.PlaneMetrics;
import org.ebbflow.cli.report.Mosaic;
import org.ebbflow.cli.report.Png;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.RunConfig;

/**
 * Three densities in the plane, five objectives: Fisher divergence and KL against the Parzen
 * density of held-out points, and pictures.
 *
 * <p>Every objective fits the density smoothed by N(0, σ²I), σ = 0.375: {@code dsm} by its own
 * noise, the others by fresh noise on each row. Rows are drawn once, a million of them, which is
 * far more than 50,000 steps of 2048 could learn by heart. What is measured is the moving average
 * at the last step: the best by likelihood would not be what score matching asks for.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 5.1, table 1 and figure 2.
 */
public final class PlaneExperiment implements Experiment {
  static final List<String> OBJECTIVES = List.of("ml", "sml", "ssm", "dsm", "fdssm");

  private static final double SIGMA = 0.375;
  private static final int HELD_OUT = 10_000;
  private static final int PICTURE = 200;
  private static final String DENSITY = "density.png";

  @Override
  public String name() {
    return "ebflow-2d";
  }

  @Override
  public String description() {
    return "Sine, Swirl, Checkerboard x 5 objectives: Fisher divergence, KL, pictures";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    for (PlaneDensity density : PlaneDensity.values()) {
      for (String objective : OBJECTIVES) {
        cells.add(new PlaneCell(density, objective));
      }
    }
    return cells;
  }

  /** One picture of all: a row for each density, the exact one first. */
  @Override
  public void illustrate(Results results) {
    Mosaic mosaic = new Mosaic(PICTURE);
    for (PlaneDensity density : PlaneDensity.values()) {
      if (results.having(DENSITY).stream()
          .noneMatch(cell -> cell.name().startsWith(density + "-"))) {
        continue;
      }
      List<Mosaic.Tile> row = new ArrayList<>();
      row.add(Mosaic.Tile.read(density + ", exact", exact(density, results)));
      for (Cell cell : results.cells()) {
        if (cell.name().startsWith(density + "-")) {
          row.add(Mosaic.Tile.read(cell.name(), results.file(cell, DENSITY)));
        }
      }
      mosaic.row(row);
    }
    results.write("densities.png", mosaic.png());
  }

  /** The picture of the Parzen density, drawn once. */
  private static Path exact(PlaneDensity density, Results results) {
    Path file = results.folder().resolve(density + "-exact.png");
    if (!Files.exists(file)) {
      HeatMap map = new HeatMap(density.halfWidth(), pixels(results.setup()));
      double[][] at = heldOut(density, results.setup()).logDensityAndScore(rows(map.grid()));
      double[] values = Arrays.stream(at).mapToDouble(v -> Math.exp(v[0])).toArray();
      AtomicFile.write(file, Png.encode(map.image(values, top(values))));
    }
    return file;
  }

  private static ParzenDensity heldOut(PlaneDensity density, Setup setup) {
    return new ParzenDensity(rows(density.sample(setup.quick() ? 500 : HELD_OUT, 2)), SIGMA);
  }

  private static double[][] rows(Dataset data) {
    double[][] rows = new double[data.rows()][2];
    Arrays.setAll(
        rows,
        i -> {
          double[] row = new double[2];
          data.gather(new int[] {i}, row);
          return row;
        });
    return rows;
  }

  private static int pixels(Setup setup) {
    return setup.quick() ? PICTURE / 4 : PICTURE;
  }

  private static double top(double[] values) {
    return Arrays.stream(values).max().orElse(1);
  }

  private record PlaneCell(PlaneDensity density, String objective) implements Cell {
    @Override
    public String name() {
      return density + "-" + objective;
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      Dataset train = density.sample(quick ? 2_000 : 1_000_000, 1);
      Dataset validation = density.sample(quick ? 500 : HELD_OUT, 3, SIGMA);
      Training training =
          Training.run(
              context, config(quick, train), new Dataset.Split(train, validation), density + "");
      PlaneMetrics metrics =
          PlaneMetrics.of(
              heldOut(density, context.setup()), training.latest(), quick ? 500 : 20_000, 4);
      HeatMap map = new HeatMap(density.halfWidth(), pixels(context.setup()));
      double[] values =
          Arrays.stream(training.latest().logProb(map.grid(), share -> {}))
              // Far out, where single precision overflows, there is no density to speak of.
              .map(log -> Double.isNaN(log) ? 0 : Math.exp(log))
              .toArray();
      AtomicFile.write(
          context.folder().resolve(DENSITY), Png.encode(map.image(values, top(values))));
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("density", density.toString());
      row.put("objective", objective);
      row.put("Fisher divergence", metrics.fisher());
      row.put("KL [nats]", metrics.kl());
      row.put("± standard error", metrics.klError());
      row.put("mass in the picture", map.integral(values));
      row.putAll(training.progress());
      return new Outcome(training.complete(), "table", List.of(row));
    }

    private RunConfig config(boolean quick, Dataset train) {
      boolean likelihood = objective.equals("ml") || objective.equals("sml");
      return Training.with(
          RunConfig.defaults("realnvp-2d", objective, DataShape.of(train)),
          "preprocessing.kind=none",
          "sigma=" + SIGMA,
          "perDimension=false",
          "timesDimension=true",
          "noise=" + (objective.equals("dsm") ? 0 : SIGMA),
          "batch=" + (quick ? 256 : 2048),
          "learningRate=" + (likelihood ? 5e-4 : 1e-4),
          "schedule.name=constant",
          "clip=1",
          "ema=0.999",
          "training.epochs=0",
          "training.steps=" + (quick ? 10 : 50_000),
          "validateEvery=" + (quick ? 5 : 500));
    }
  }
}
