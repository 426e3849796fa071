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
import org.ebbflow.cli.report.Sheets;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.RunConfig;

/**
 * Glow trained by score matching on MNIST: sample sheets, likelihood, time of an epoch.
 *
 * <p>Each objective has two cells: the published constants (2 × 16 steps of width 512, Adam 1e−5, σ
 * = 0.1, λ = 0.1), which want a GPU, and a small one that a processor can train (2 × 6 steps of
 * width 64, Adam 1e−3, λ = 0). The small one has σ = 2: on the logit scale, where black and white
 * are twelve apart, that noise is all but invisible, and a score blurred that far sees whole
 * strokes.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 5.3; Kingma and Dhariwal, "Glow", 2018,
 * arXiv:1807.03039.
 */
public final class GlowExperiment implements Experiment {
  @Override
  public String name() {
    return "ebflow-glow";
  }

  @Override
  public String description() {
    return "Glow on MNIST by ssm and dsm, published and small: sheets, NLL, time of an epoch";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    for (String objective : List.of("dsm", "ssm")) {
      cells.add(new GlowCell(objective, true));
    }
    for (String objective : List.of("dsm", "ssm")) {
      cells.add(new GlowCell(objective, false));
    }
    return setup.quick() ? cells.subList(0, 2) : cells;
  }

  private record GlowCell(String objective, boolean small) implements Cell {
    @Override
    public String name() {
      return objective + (small ? "-small" : "-published");
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      ImageData data = ImageData.mnist(context.setup());
      RunConfig config = RunConfig.defaults("glow", objective, DataShape.of(data.rows().train()));
      if (small) {
        config =
            Training.with(
                config,
                "model.steps=" + (quick ? 1 : 6),
                "model.width=" + (quick ? 8 : 64),
                "model.splitWidth=" + (quick ? 8 : 64),
                "batch=64",
                "sigma=2",
                "lambda=0",
                "learningRate=1e-3",
                "clip=100");
      }
      if (quick) {
        config = Training.with(config, "training.epochs=1", "validateEvery=5");
      }
      Training training = Training.run(context, config, data.rows(), data.title());
      AtomicFile.write(
          context.folder().resolve("samples.png"),
          Sheets.grid(training.model().sample(quick ? 4 : 100, 1, share -> {})));
      LogLikelihood.Summary test = training.model().evaluate(data.test(), share -> {});
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("model", small ? "small" : "published");
      row.put("objective", objective);
      row.put("parameters", training.model().parameterCount());
      row.put("test NLL [nats]", test.nll());
      row.put("± standard error", test.standardError());
      row.put("bits/dim", test.bitsPerDimension());
      double epochs =
          (double) training.state().step() * config.training().batch() / data.rows().train().rows();
      row.put("minutes an epoch", training.state().seconds() / 60 / epochs);
      row.putAll(training.progress());
      return new Outcome(training.complete(), "table", List.of(row));
    }
  }
}
