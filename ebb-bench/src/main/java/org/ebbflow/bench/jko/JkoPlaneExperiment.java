package org.ebbflow.bench.jko;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Results;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.bench.toy.PlaneShape;
import org.ebbflow.cli.report.GrowthFigures;
import org.ebbflow.cli.report.Mosaic;
import org.ebbflow.cli.report.Png;
import org.ebbflow.cli.report.Scatter;
import org.ebbflow.cli.report.Theme;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.RunConfig;
import org.ebbflow.train.BlockRecord;

/**
 * Block-wise flows on densities in the plane: likelihood, samples, inversion error, and their
 * trajectories. Pictures in the data folder's {@code toy} are taken as further densities.
 *
 * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424, section 5.1.
 */
public final class JkoPlaneExperiment implements Experiment {
  private static final int PICTURE = 240;
  private static final int COMPARED = 10_000;
  private static final String DRAWN = "drawn.png";
  private static final String DATA = "data.png";

  @Override
  public String name() {
    return "jko-2d";
  }

  @Override
  public String description() {
    return "JKO-iFlow on rose, tree, checkerboard, moons …: NLL, MMD, trajectories";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    for (PlaneShape shape : PlaneShape.all(setup.data().resolve("toy"))) {
      cells.add(new ShapeCell(shape));
      if (shape.name().equals("moons")) {
        cells.add(new EvenedCell(shape));
      }
    }
    return cells;
  }

  /** Data above draws. */
  @Override
  public void illustrate(Results results) {
    List<Mosaic.Tile> data = new ArrayList<>();
    List<Mosaic.Tile> drawn = new ArrayList<>();
    for (Cell cell : results.having(DRAWN)) {
      data.add(Mosaic.Tile.read(cell.name(), results.file(cell, DATA)));
      drawn.add(Mosaic.Tile.read("drawn", results.file(cell, DRAWN)));
    }
    if (!data.isEmpty()) {
      results.write("shapes.png", new Mosaic(PICTURE).row(data).row(drawn).png());
    }
  }

  private record ShapeCell(PlaneShape shape) implements Cell {
    @Override
    public String name() {
      return shape.toString();
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      Dataset train = shape.draws().of(quick ? 1_000 : 100_000, 1);
      Dataset validation = shape.draws().of(quick ? 200 : 5_000, 2);
      Dataset test = shape.draws().of(quick ? 200 : 10_000, 3);
      Training training =
          Training.run(
              context,
              config(quick, train, isPublished()),
              new Dataset.Split(train, validation),
              shape.toString());
      DensityModel model = training.model();
      LogLikelihood.Summary summary = model.evaluate(test, share -> {});
      List<BlockRecord> blocks = training.state().blocks();
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("density", shape.toString());
      row.put("test NLL [nats]", summary.nll());
      row.put("± standard error", summary.standardError());
      OptionalDouble entropy = shape.meanNegativeLogDensity(test);
      row.put("of the truth", entropy.isPresent() ? entropy.getAsDouble() : "");
      int compared = quick ? 200 : COMPARED;
      Dataset drawn = model.sample(quick ? 500 : 10_000, context.setup().seed(), share -> {});
      row.putAll(SampleQuality.of(test, drawn, compared, quick ? 20 : 200, 4));
      row.put("inversion error", blocks.get(model.flow().chain().size() - 1).inversionError());
      row.put("blocks", model.flow().chain().size());
      row.put("parameters", model.parameterCount());
      row.put("batches", training.state().step());
      row.put("minutes", training.state().seconds() / 60);
      draw(context.folder(), model, blocks, test, drawn);
      return new Outcome(training.complete(), "table", List.of(row));
    }

    private void draw(
        Path folder, DensityModel model, List<BlockRecord> blocks, Dataset test, Dataset drawn) {
      Scatter scatter = new Scatter(shape.halfWidth(), PICTURE);
      GrowthFigures figures = new GrowthFigures(model, blocks);
      write(folder, DATA, Png.encode(scatter.image(PlaneShape.rows(test))));
      write(folder, DRAWN, Png.encode(scatter.image(PlaneShape.rows(drawn))));
      write(folder, "forward.png", figures.forward(SampleQuality.first(test, 5_000)));
      write(folder, "backward.png", figures.backward(5_000, 5));
      write(folder, "animation.png", figures.animation(5_000, 5));
      write(folder, "movement.png", figures.movements().png(Theme.LIGHT, 600, 320));
      write(folder, "terms.png", figures.terms().png(Theme.LIGHT, 600, 320));
    }

    private static void write(Path folder, String name, byte[] png) {
      AtomicFile.write(folder.resolve(name), png);
    }

    /** A published mask, which published figures are of, has four times the training. */
    private boolean isPublished() {
      return shape.toString().startsWith("published");
    }

    private static RunConfig config(boolean quick, Dataset train, boolean published) {
      return Training.with(
          RunConfig.defaults("jko", "jko", DataShape.of(train)),
          "growth.maxBlocks=" + (quick ? 2 : 8),
          "growth.epsilon=0",
          "substeps=" + (quick ? 2 : 3),
          "ode.divergence=hutchinson",
          "ode.quadrature=stages",
          "tolerance=1e-4",
          "network.hidden=" + (quick ? "[16]" : "[128,128,128]"),
          "batch=" + (quick ? 100 : published ? 1_000 : 500),
          "learningRate=" + (quick ? 1e-2 : 2e-3),
          "training.steps=" + (quick ? 5 : published ? 2_000 : 1_000));
    }
  }

  /** Equal steps, whose time points are then moved in rounds until blocks move rows evenly. */
  private record EvenedCell(PlaneShape shape) implements Cell {
    @Override
    public String name() {
      return shape + "-evened";
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      Dataset train = shape.draws().of(quick ? 500 : 50_000, 1);
      Dataset validation = shape.draws().of(quick ? 100 : 5_000, 2);
      RunConfig config =
          Training.with(
              ShapeCell.config(quick, train, false),
              "growth.maxBlocks=" + (quick ? 2 : 6),
              "growth.h=0.4",
              "growth.factor=1",
              "growth.rounds=3",
              "growth.evenness=1.1",
              "substeps=3",
              "batch=" + (quick ? 100 : 500),
              "training.steps=" + (quick ? 5 : 300));
      Training training =
          Training.run(context, config, new Dataset.Split(train, validation), shape.toString());
      List<BlockRecord> records = training.state().blocks();
      ShapeCell.write(
          context.folder(),
          "movement.png",
          new GrowthFigures(training.model(), records).movements().png(Theme.LIGHT, 600, 320));
      List<Map<String, Object>> rows = new ArrayList<>();
      for (int phase = 0; phase <= records.get(records.size() - 1).phase(); phase++) {
        rows.add(row(phase, records));
      }
      return new Outcome(training.complete(), "evened", rows);
    }

    private Map<String, Object> row(int phase, List<BlockRecord> records) {
      List<BlockRecord> some = records.stream().filter(r -> r.phase() == phase).toList();
      DoubleSummaryStatistics movements =
          some.stream().mapToDouble(BlockRecord::movement).summaryStatistics();
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("density", shape.toString());
      row.put("round", phase);
      row.put("validation NLL [nats]", some.get(some.size() - 1).nll());
      row.put("largest movement", movements.getMax());
      row.put("smallest movement", movements.getMin());
      row.put("largest/smallest", movements.getMax() / movements.getMin());
      row.put(
          "step sizes",
          some.stream()
              .map(r -> String.format(Locale.ROOT, "%.3f", r.h()))
              .collect(Collectors.joining(" ")));
      return row;
    }
  }
}
