package org.ebbflow.bench.tabular;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Results;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DensityModel;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.encode.Encoded;
import org.ebbflow.tabular.select.Entry;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;

/**
 * Likelihoods of the continuous columns of six tables, in nats a row, in units of the training
 * rows' deviations: what {@link TabularModel} chooses and trains in so many minutes of wall-clock
 * time. Rows are prepared by {@link ContinuousTable} and left beside the results for {@code
 * peers/zuko_nsf.py}, a neural spline flow that gets the same rows, time and threads; where its
 * figures lie in the cells' folders, a second table holds both.
 *
 * <p>Beside it stand the Gaussian of the training rows, and the Gaussian of their normal scores,
 * which has the model's margins and nothing of its flow.
 */
public final class LikelihoodsExperiment implements Experiment {
  /** More rows of the forest covers add time and little else. */
  private static final int MOST_ROWS = 100_000;

  private static final double MINUTES = 5;
  private static final String PEER = "zuko_nsf.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String name() {
    return "tabular-likelihood";
  }

  @Override
  public String description() {
    return "likelihoods of the continuous columns of six tables, beside a neural spline flow";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    if (setup.quick()) {
      return List.of(
          new TableCell("ring", (data, seed) -> ContinuousTable.of(ring(seed), seed)),
          new TableCell("ring-anew", (data, seed) -> ContinuousTable.of(ring(seed + 1), seed)));
    }
    return List.of(
        new TableCell(
            "california-housing",
            (data, seed) -> whole(data.resolve("tabular/california_housing.csv.gz"), seed)),
        new TableCell(
            "bike-sharing",
            (data, seed) ->
                ContinuousTable.read(
                    data.resolve("tabular/bike_sharing_hour.csv.gz"),
                    // cnt is the sum of the last two.
                    List.of("hr", "temp", "atemp", "hum", "windspeed", "casual", "registered"),
                    List.of(),
                    MOST_ROWS,
                    seed)),
        new TableCell(
            "adult",
            (data, seed) ->
                ContinuousTable.read(
                    data.resolve("tabular/adult_train.csv.gz"),
                    data.resolve("tabular/adult_test.csv.gz"),
                    seed)),
        new TableCell(
            "cover", (data, seed) -> whole(data.resolve("adbench/10_cover.csv.gz"), seed)),
        new TableCell(
            "magic-gamma",
            (data, seed) -> whole(data.resolve("adbench/22_magic.gamma.csv.gz"), seed)),
        new TableCell(
            "shuttle", (data, seed) -> whole(data.resolve("adbench/32_shuttle.csv.gz"), seed)));
  }

  private static ContinuousTable whole(Path file, long seed) {
    return ContinuousTable.read(file, List.of(), List.of(LabelledTable.LABEL), MOST_ROWS, seed);
  }

  /** Where a cell's rows are from. */
  private interface Rows {
    ContinuousTable load(Path data, long seed);
  }

  private record TableCell(String name, Rows rows) implements Cell {
    @Override
    public Outcome run(Context context) {
      Setup setup = context.setup();
      ContinuousTable table = rows.load(setup.data(), setup.seed());
      table.write(context.folder());
      FitOptions options =
          FitOptions.defaults()
              .withMinutes(setup.minutes() > 0 ? setup.minutes() : MINUTES)
              .withSeed(setup.seed())
              .withSteps(setup.quick() ? 20 : 0);
      TableTraining.Timed fitted =
          TableTraining.timed(
              context,
              "model",
              new Table.Split(table.train(), table.validation()),
              table.schema(),
              options);
      TabularModel model = fitted.model();
      Entry best = model.calibration().best();
      LogLikelihood.Summary test = summary(model.score(table.test()).logDensities());
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("data", name);
      row.put("columns", table.train().columns().size());
      row.put("training rows", table.train().rows());
      row.put("NLL", test.nll());
      row.put("±", test.standardError());
      row.put("Gaussian of scores", copula(context, model, table.test()));
      row.put("Gaussian", gaussian(table));
      row.put("model", best.name());
      row.put("validation NLL", best.validationNll());
      row.put("steps", best.steps());
      row.put("seconds", fitted.seconds());
      return new Outcome(true, "ebb", List.of(row));
    }

    /** The race's floor on the test rows. */
    private static double copula(Context context, TabularModel model, Table test) {
      DensityModel floor = DensityModel.load(context.folder().resolve("model/race/gaussian"));
      Encoded scores = model.encoder().encode(test, 0, 0);
      double[] densities = floor.logProb(scores.scores(), share -> {});
      double[] ratios = scores.logRatios();
      for (int i = 0; i < densities.length; i++) {
        densities[i] += ratios[i];
      }
      return summary(densities).nll();
    }

    private static double gaussian(ContinuousTable table) {
      return summary(
              GaussianMixture.fit(ContinuousTable.dataset(table.train()), 1, 1, 1)
                  .logProb(ContinuousTable.dataset(table.test())))
          .nll();
    }

    private static LogLikelihood.Summary summary(double[] logDensities) {
      return LogLikelihood.summarise(logDensities, 1);
    }
  }

  /** A table of both, for the cells in whose folder the peer's line lies. */
  @Override
  public void illustrate(Results results) {
    List<Map<String, Object>> rows = new ArrayList<>();
    List<Cell> both = results.having(PEER);
    for (Map<String, Object> own : results.table("ebb")) {
      for (Cell cell : both) {
        if (cell.name().equals(own.get("data"))) {
          rows.add(compared(own, read(results.file(cell, PEER))));
        }
      }
    }
    if (!rows.isEmpty()) {
      results.writeTable("compared", rows);
    }
  }

  private static Map<String, Object> compared(Map<String, Object> own, JsonNode peer) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("data", own.get("data"));
    row.put("Ebb", own.get("NLL"));
    row.put("± ", own.get("±"));
    row.put("NSF", peer.path("nll").asDouble());
    row.put("±", peer.path("standard_error").asDouble());
    for (String column : List.of("Gaussian of scores", "Gaussian", "model")) {
      row.put(column, own.get(column));
    }
    boolean better = ((Number) own.get("NLL")).doubleValue() < peer.path("nll").asDouble();
    row.put("better", better ? "Ebb" : "NSF");
    row.put("steps", own.get("steps"));
    row.put("NSF steps", peer.path("steps").asLong());
    row.put("seconds", own.get("seconds"));
    row.put("NSF seconds", peer.path("seconds").asDouble());
    return row;
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new EbbException(file + " is damaged", "remove it and run the peer again", e);
    }
  }

  /** Two columns that lie on a ring, one of them on a grid. */
  private static Table ring(long seed) {
    Random random = new Random(seed);
    double[] x = new double[400];
    double[] y = new double[x.length];
    double[] angles = new double[x.length];
    Arrays.setAll(angles, i -> 2 * Math.PI * random.nextDouble());
    for (int i = 0; i < x.length; i++) {
      double radius = 3 + 0.2 * random.nextGaussian();
      x[i] = radius * Math.cos(angles[i]);
      y[i] = Math.rint(10 * radius * Math.sin(angles[i])) / 10;
    }
    return Table.of(Column.numbers("x", x), Column.numbers("y", y));
  }
}
