package org.ebbflow.bench.jko;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.bench.toy.PlaneShape;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.MaximumMeanDiscrepancy;
import org.ebbflow.model.Architectures;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.RunConfig;

/**
 * Features of a graph's nodes drawn for given labels, against the known distribution: all labels
 * alike, in turn, and at random.
 *
 * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424, section 5.4.
 */
public final class JkoGraphExperiment implements Experiment {
  private static final int COMPARED = 2_000;

  /** Makes its architecture known. */
  public JkoGraphExperiment() {
    Architectures.register(JkoGraph.NAME, JkoGraph.class, JkoGraph::defaults);
  }

  @Override
  public String name() {
    return "jko-graph";
  }

  @Override
  public String description() {
    return "node features given node labels on graphs of 3 and 10 nodes: MMD to the truth";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    return List.of(new GraphCell(new LabelledGraph(3)), new GraphCell(new LabelledGraph(10)));
  }

  private record GraphCell(LabelledGraph graph) implements Cell {
    @Override
    public String name() {
      return "nodes-" + graph.nodes();
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      Dataset train = drawn(quick ? 300 : 50_000, 1);
      Dataset validation = drawn(quick ? 50 : 2_000, 2);
      RunConfig config =
          Training.with(
              RunConfig.defaults(JkoGraph.NAME, "jko", DataShape.of(train)),
              "preprocessing.kind=none",
              "growth.maxBlocks=" + (quick ? 2 : 5),
              "growth.h=1",
              "growth.epsilon=0",
              "width=" + (quick ? 4 : 64),
              "batch=" + (quick ? 50 : 500),
              "training.epochs=0",
              "training.optimizer.name=adam",
              "learningRate=2e-3",
              "schedule.name=cosine",
              "warmupSteps=0",
              "clip=1",
              "ema=0",
              "training.steps=" + (quick ? 4 : 600));
      Training training =
          Training.run(context, config, new Dataset.Split(train, validation), name());
      DensityModel model = training.model();
      int n = quick ? 100 : COMPARED;
      List<Map<String, Object>> rows = new ArrayList<>();
      Map<String, int[][]> labellings = new LinkedHashMap<>();
      labellings.put("all 0", alike(n, i -> 0));
      labellings.put("all 1", alike(n, i -> 1));
      labellings.put("in turn", alike(n, i -> i % 2));
      labellings.put("at random", graph.labels(n, 6));
      labellings.forEach((title, labels) -> rows.add(row(title, labels, model, quick)));
      rows.get(rows.size() - 1).put("minutes", training.state().seconds() / 60);
      rows.get(rows.size() - 1).put("batches", training.state().step());
      return new Outcome(training.complete(), "table", rows);
    }

    private Map<String, Object> row(
        String title, int[][] labels, DensityModel model, boolean quick) {
      Dataset truth = graph.sample(labels, 4);
      Dataset conditions = truth.condition().orElseThrow();
      double[][] drawn = PlaneShape.rows(model.sample(conditions, 5, share -> {}));
      double[][] real = PlaneShape.rows(truth);
      double median = MaximumMeanDiscrepancy.medianDistance(real);
      MaximumMeanDiscrepancy.Test test =
          MaximumMeanDiscrepancy.test(real, drawn, median, 0.05, quick ? 20 : 500, 7);
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("nodes", graph.nodes());
      row.put("labels", title);
      row.put("MMD-m", test.squared());
      row.put("τ of MMD-m", test.threshold());
      row.put("test NLL [nats]", model.evaluate(truth, share -> {}).nll());
      row.put("blocks", model.flow().chain().size());
      row.put("parameters", model.parameterCount());
      return row;
    }

    private Dataset drawn(int n, long seed) {
      return graph.sample(graph.labels(n, seed), seed + 10);
    }

    private int[][] alike(int n, IntUnaryOperator label) {
      int[][] labels = new int[n][graph.nodes()];
      for (int[] row : labels) {
        Arrays.setAll(row, label);
      }
      return labels;
    }
  }
}
