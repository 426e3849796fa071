package org.ebbflow.bench.ebflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.bench.toy.Multimodal;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.RunConfig;

/**
 * What restricting the dense layers' matrices costs: full, lower and upper triangular, and their
 * product, on a ten-dimensional density of many modes.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, appendix (matrix types).
 */
public final class MatricesExperiment implements Experiment {
  @Override
  public String name() {
    return "ebflow-matrices";
  }

  @Override
  public String description() {
    return "full, tril, triu, LU matrices on 10-D multimodal data, ml and ssm: NLL";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    for (String objective : List.of("ml", "ssm")) {
      for (FullyConnected.Structure structure : FullyConnected.Structure.values()) {
        cells.add(new MatrixCell(objective, structure));
      }
    }
    return cells;
  }

  private record MatrixCell(String objective, FullyConnected.Structure structure) implements Cell {
    @Override
    public String name() {
      return structure.name().toLowerCase(Locale.ROOT) + "-" + objective;
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      Dataset train = Multimodal.sample(quick ? 2_000 : 100_000, 1);
      Dataset validation = Multimodal.sample(quick ? 500 : 10_000, 2);
      RunConfig config =
          Training.with(
              RunConfig.defaults("ebflow-fc", objective, DataShape.of(train)),
              "model.matrix=" + structure,
              "batch=500",
              "schedule.name=constant",
              "training.epochs=0",
              "training.steps=" + (quick ? 30 : 20_000),
              "validateEvery=" + (quick ? 10 : 500));
      Training training =
          Training.run(context, config, new Dataset.Split(train, validation), "10-D multimodal");
      LogLikelihood.Summary test =
          training.model().evaluate(Multimodal.sample(quick ? 500 : 10_000, 3), share -> {});
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("objective", objective);
      row.put("matrices", structure.name().toLowerCase(Locale.ROOT));
      row.put("test NLL [nats]", test.nll());
      row.put("± standard error", test.standardError());
      row.putAll(training.progress());
      return new Outcome(training.complete(), "table", List.of(row));
    }
  }
}
