package org.ebbflow.bench.ebflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.ebbflow.bench.data.Digits;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.cli.report.Sheets;
import org.ebbflow.data.Dataset;
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
 * them. Its second sheet shows the same draws denoised by that score. A third {@code dsm} is the
 * small one given the digits' labels; its sheets have ten draws of each digit.
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
      cells.add(new GlowCell(objective, true, false));
    }
    cells.add(new GlowCell("dsm", true, true));
    for (String objective : List.of("dsm", "ssm")) {
      cells.add(new GlowCell(objective, false, false));
    }
    return setup.quick() ? cells.subList(0, 3) : cells;
  }

  private record GlowCell(String objective, boolean small, boolean labelled) implements Cell {
    @Override
    public String name() {
      return objective + (small ? "-small" : "-published") + (labelled ? "-labels" : "");
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      ImageData data = data(context.setup());
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
      if (labelled) { // decay would pull the digits' means towards each other
        config = Training.with(config, "weightDecay=0");
      }
      if (quick) {
        config = Training.with(config, "training.epochs=0", "training.steps=3", "validateEvery=3");
      }
      Training training = Training.run(context, config, data.rows(), data.title());
      DensityModel model = training.model();
      drawSheets(context, model, config.objective().sigma());
      LogLikelihood.Summary test = model.evaluate(data.test(), share -> {});
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("model", (small ? "small" : "published") + (labelled ? ", given the label" : ""));
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

    private ImageData data(Setup setup) {
      if (!labelled) {
        return ImageData.mnist(setup);
      }
      Digits digits = Digits.load(setup);
      return new ImageData("MNIST", digits.rows(), digits.test());
    }

    private void drawSheets(Context context, DensityModel model, double sigma) {
      int n = context.setup().quick() ? 4 : 100;
      Dataset labels =
          Digits.oneHot(IntStream.range(0, n).map(i -> i * Digits.CLASSES / n).toArray());
      DoubleConsumer silent = share -> {};
      draw(
          context,
          "samples",
          labelled ? model.sample(labels, 1, silent) : model.sample(n, 1, silent));
      if (objective.equals("dsm")) {
        draw(
            context,
            "denoised",
            labelled
                ? model.sampleDenoised(labels, 1, sigma, silent)
                : model.sampleDenoised(n, 1, sigma, silent));
      }
    }

    private static void draw(Context context, String sheet, Dataset images) {
      AtomicFile.write(context.folder().resolve(sheet + ".png"), Sheets.grid(images));
    }
  }
}
