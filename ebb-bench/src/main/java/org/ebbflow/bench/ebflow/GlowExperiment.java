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
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.RunConfig;

/**
 * Glow trained by score matching on MNIST: sample sheets, likelihood, time of an epoch.
 *
 * <p>Each objective has two cells: the published constants (2 × 16 steps of width 512, Adam 1e−5, σ
 * = 0.1, λ = 0.1), which want a GPU, and a small one that a processor can train (2 × 6 steps of
 * width 64, batch 64, Adam 1e−3, λ = 0). The small {@code dsm} has σ = 6: on the logit scale black
 * and white are twelve apart, and a score sees how much of each there is only where noise joins
 * them. Its second sheet shows the same draws denoised by that score.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 5.3; Kingma and Dhariwal, "Glow", 2018,
 * arXiv:1807.03039.
 */
public final class GlowExperiment implements Experiment {
  private static final double SMALL_SIGMA = 6;

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
                "sigma=" + SMALL_SIGMA,
                "lambda=0",
                "learningRate=1e-3",
                "clip=100");
      }
      if (quick) {
        config = Training.with(config, "training.epochs=0", "training.steps=3", "validateEvery=3");
      }
      Training training = Training.run(context, config, data.rows(), data.title());
      int n = quick ? 4 : 100;
      DensityModel model = training.model();
      AtomicFile.write(
          context.folder().resolve("samples.png"), Sheets.grid(model.sample(n, 1, share -> {})));
      if (objective.equals("dsm")) {
        double sigma = config.objective().sigma();
        AtomicFile.write(
            context.folder().resolve("denoised.png"),
            Sheets.grid(model.sampleDenoised(n, 1, sigma, share -> {})));
      }
      LogLikelihood.Summary test = model.evaluate(data.test(), share -> {});
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("model", small ? "small" : "published");
      row.put("objective", objective);
      row.put("parameters", model.parameterCount());
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
