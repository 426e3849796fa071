package org.ebbflow.bench.jko;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.speed.PeakMemory;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.Jko;
import org.ebbflow.model.OdeEvaluation;
import org.ebbflow.model.VelocityNetwork;
import org.ebbflow.objective.ContinuousLikelihood;
import org.ebbflow.objective.OdeNumerics;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.BlockSpan;
import org.ebbflow.train.BlockwiseTrainer;
import org.ebbflow.train.GrowthSettings;
import org.ebbflow.train.GrowthTask;
import org.ebbflow.train.OptimizerSettings;
import org.ebbflow.train.ScheduleSettings;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainRun;
import org.ebbflow.train.TrainSettings;
import org.ebbflow.train.TrainTask;
import org.ebbflow.train.Trainer;

/**
 * Memory and time of a training step against the number of blocks: of the last block of a flow that
 * grows block by block, the finished ones and the rows they have moved in memory, and of the same
 * chain as a whole.
 *
 * <p>Source of the claim: Xu, Cheng and Xie, 2023, arXiv:2212.14424, section 1.
 */
public final class JkoMemoryExperiment implements Experiment {
  @Override
  public String name() {
    return "jko-memory";
  }

  @Override
  public String description() {
    return "a step's memory and time for 4, 8, 16 blocks: block by block, and end to end";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    for (int blocks : setup.quick() ? new int[] {1, 2} : new int[] {4, 8, 16}) {
      cells.add(new ChainCell(blocks, false));
      cells.add(new ChainCell(blocks, true));
    }
    return cells;
  }

  /**
   * @param width of the hidden layers
   * @param rows to train on
   * @param batch rows a step
   * @param steps of each block, or of the chain
   */
  private record Size(int width, int rows, int batch, int steps) {
    static final Size SMALL = new Size(8, 200, 50, 3);
    static final Size FULL = new Size(128, 20_000, 2_000, 12);
  }

  private record ChainCell(int blocks, boolean endToEnd) implements Cell {
    private static final DataShape SHAPE = new DataShape(2, false, null, List.of());

    @Override
    public String name() {
      return (endToEnd ? "whole-" : "blockwise-") + blocks;
    }

    @Override
    public Outcome run(Context context) {
      long seed = context.setup().seed();
      // First what is loaded and compiled once, which the first cell alone would count.
      train(Size.SMALL, seed, new TrainListener() {});
      Size size = context.setup().quick() ? Size.SMALL : Size.FULL;
      // Of the last block's steps all but the first: before that one the rows are moved.
      long first = endToEnd ? 1 : (blocks - 1L) * size.steps() + 1;
      StepMeter meter = new StepMeter(PeakMemory.begin(), first);
      train(size, seed, meter);
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("training", endToEnd ? "end to end" : "block by block");
      row.put("blocks", blocks);
      row.put(
          "parameters in training", model(size).parameterCount(SHAPE) / (endToEnd ? 1 : blocks));
      row.put("ms a step", meter.milliseconds());
      row.put("memory of a step [MiB]", meter.mebibytes());
      row.put("of it held between steps [MiB]", meter.held());
      return new Outcome(true, "table", List.of(row));
    }

    private Jko model(Size size) {
      return new Jko(
          VelocityNetwork.dense(Collections.nCopies(3, size.width()), false),
          OdeEvaluation.published(),
          Collections.nCopies(blocks, new BlockSpan(0, 1, 1)));
    }

    private void train(Size size, long seed, TrainListener listener) {
      Engine engine = Engine.cpu(DType.FLOAT32);
      Jko model = model(size);
      Dataset train = normal(engine, size.rows(), seed);
      Dataset validation = normal(engine, size.rows() / 40, seed + 1);
      TrainSettings settings = settings(size);
      TrainRun training =
          endToEnd
              ? new Trainer(
                  new TrainTask(
                      model.build(engine, SHAPE),
                      model.build(engine, SHAPE),
                      Preprocessing.none(engine),
                      new ContinuousLikelihood(OdeNumerics.published(), 0, 0),
                      train,
                      validation,
                      seed),
                  settings,
                  null,
                  name(),
                  listener)
              : new BlockwiseTrainer(
                  new GrowthTask(
                      engine,
                      SHAPE.dimension(),
                      span -> model.block(engine, SHAPE, span),
                      model.base(engine, SHAPE),
                      OdeNumerics.published(),
                      Preprocessing.none(engine),
                      train,
                      validation,
                      seed),
                  settings,
                  growth(blocks),
                  null,
                  name(),
                  listener);
      training.run();
    }

    private static GrowthSettings growth(int blocks) {
      return new GrowthSettings(
          1, 1, 1, blocks, 0, false, 0, 0.5, 1, 0, GrowthSettings.Cache.MEMORY);
    }

    private static TrainSettings settings(Size size) {
      return new TrainSettings(
          size.batch(),
          0,
          size.steps(),
          0,
          OptimizerSettings.of("adam", 1e-3),
          ScheduleSettings.constant(),
          0,
          0,
          true,
          Integer.MAX_VALUE,
          0,
          3600);
    }

    private static Dataset normal(Engine engine, int rows, long seed) {
      try (Scope scope = Scope.open();
          Rng rng = engine.rng(seed)) {
        double[] values = Engine.doubles(rng.normal(rows, 2));
        double[][] table = new double[rows][2];
        for (int i = 0; i < values.length; i++) {
          table[i / 2][i % 2] = values[i];
        }
        return Dataset.of(table);
      }
    }
  }
}
