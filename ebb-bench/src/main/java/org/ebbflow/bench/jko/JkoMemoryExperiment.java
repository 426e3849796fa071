package org.ebbflow.bench.jko;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.speed.PeakMemory;
import org.ebbflow.flow.Flow;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.Jko;
import org.ebbflow.model.OdeEvaluation;
import org.ebbflow.model.VelocityNetwork;
import org.ebbflow.objective.ContinuousLikelihood;
import org.ebbflow.objective.JkoStep;
import org.ebbflow.objective.Objective;
import org.ebbflow.objective.OdeNumerics;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.BlockSpan;
import org.ebbflow.train.Optimizer;
import org.ebbflow.train.OptimizerSettings;

/**
 * Memory and time of a training step against the number of blocks: one block at a time, and the
 * same chain as a whole.
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

  private record ChainCell(int blocks, boolean endToEnd) implements Cell {
    @Override
    public String name() {
      return (endToEnd ? "whole-" : "blockwise-") + blocks;
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      int width = quick ? 8 : 128;
      int batch = quick ? 50 : 2_000;
      Engine engine = Engine.cpu(DType.FLOAT32);
      DataShape shape = new DataShape(2, false, null, List.of());
      Jko model =
          new Jko(
              VelocityNetwork.dense(List.of(width, width, width), false),
              OdeEvaluation.published(),
              Collections.nCopies(blocks, new BlockSpan(0, 1, 1)));
      // Block by block it is always the last one whose turn it is; those before it are done.
      Flow flow =
          endToEnd
              ? model.build(engine, shape)
              : model.with(model.blocks().subList(0, 1)).build(engine, shape);
      Objective objective =
          endToEnd
              ? new ContinuousLikelihood(OdeNumerics.published(), 0, 0)
              : new JkoStep(1, OdeNumerics.published());
      Map<String, Tensor> parameters = flow.parameters();
      Optimizer optimizer = OptimizerSettings.of("adam", 1e-3).build(parameters);
      List<Double> times = new ArrayList<>();
      PeakMemory memory = PeakMemory.begin();
      try (Rng rng = engine.rng(context.setup().seed())) {
        for (int i = 0; i < (quick ? 2 : 12); i++) {
          long begin = System.nanoTime();
          try (Scope scope = Scope.open()) {
            Tensor loss = objective.losses(flow, rng.normal(batch, 2), null, rng).mean();
            optimizer.step(Autograd.gradients(loss, parameters.values(), false), 1e-3);
          }
          times.add((System.nanoTime() - begin) * 1e-6);
        }
      }
      Collections.sort(times);
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("training", endToEnd ? "end to end" : "block by block");
      row.put("blocks", blocks);
      row.put(
          "parameters in training", parameters.values().stream().mapToLong(Tensor::numel).sum());
      row.put("ms a step", times.get(times.size() / 2));
      row.put("memory of a step [MiB]", memory.mebibytes());
      return new Outcome(true, "table", List.of(row));
    }
  }
}
