package org.ebbflow.bench.ebflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.RunConfig;

/**
 * What matching after preprocessing (MaP) and the moving average (EMA) do for score matching:
 * MNIST, fully connected, each on and off.
 *
 * <p>Without MaP the preprocessing is part of the score, so σ of {@code dsm} is in grey levels.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 4.3 and its ablation.
 */
public final class AblationExperiment implements Experiment {
  @Override
  public String name() {
    return "ebflow-ablation";
  }

  @Override
  public String description() {
    return "MaP on and off x EMA on and off, MNIST, FC, ssm and dsm: NLL";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    for (String objective : List.of("ssm", "dsm")) {
      for (boolean map : new boolean[] {true, false}) {
        for (boolean ema : new boolean[] {true, false}) {
          cells.add(new AblationCell(objective, map, ema));
        }
      }
    }
    return cells;
  }

  private record AblationCell(String objective, boolean map, boolean ema) implements Cell {
    @Override
    public String name() {
      return objective + (map ? "-map" : "-nomap") + (ema ? "-ema" : "-noema");
    }

    @Override
    public Outcome run(Context context) {
      ImageData data = ImageData.mnist(context.setup());
      RunConfig config =
          Training.with(
              RunConfig.defaults("ebflow-fc", objective, DataShape.of(data.rows().train())),
              "matchAfterPreprocessing=" + map,
              "ema=" + (ema ? 0.999 : 0));
      if (context.setup().quick()) {
        config = Training.with(config, "training.epochs=0", "training.steps=3", "validateEvery=3");
      }
      Training training = Training.run(context, config, data.rows(), data.title());
      LogLikelihood.Summary test = training.model().evaluate(data.test(), share -> {});
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("objective", objective);
      row.put("MaP", map ? "yes" : "no");
      row.put("EMA", ema ? "yes" : "no");
      row.put("test NLL [nats]", test.nll());
      row.put("± standard error", test.standardError());
      row.putAll(training.progress());
      return new Outcome(training.complete(), "table", List.of(row));
    }
  }
}
