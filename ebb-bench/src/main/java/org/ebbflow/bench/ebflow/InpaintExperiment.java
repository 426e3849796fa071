package org.ebbflow.bench.ebflow;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.cli.report.Sheets;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Inpainter;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.model.RunConfig;
import org.ebbflow.sample.GaussianBlur;
import org.ebbflow.sample.Inpainting;
import org.ebbflow.sample.MarkovChain;
import org.ebbflow.sample.Mask;
import org.ebbflow.sample.MetropolisLangevin;

/**
 * Test images filled in by chains on the scores of models that other experiments have trained,
 * which must have been run: before and after, the error in grey levels, and the rate of acceptance.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 5.3 (inpainting).
 */
public final class InpaintExperiment implements Experiment {
  private static final int ROWS = 20;

  @Override
  public String name() {
    return "ebflow-inpaint";
  }

  @Override
  public String description() {
    return "MNIST test images filled in by trained models: before and after, acceptance";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    List<String> models =
        setup.quick()
            ? List.of("quick")
            : List.of("ebflow-images/mnist-fc-ssm", "ebflow-glow/dsm-small");
    for (String model : models) {
      for (String mask : List.of("left-half", "random:0.5")) {
        for (boolean adjusted : new boolean[] {false, true}) {
          cells.add(new InpaintCell(model, mask, adjusted));
        }
      }
    }
    return cells;
  }

  private record InpaintCell(String trained, String mask, boolean adjusted) implements Cell {
    @Override
    public String name() {
      String model = trained.substring(trained.lastIndexOf('/') + 1);
      return model + "-" + mask.replaceAll("\\W.*", "") + (adjusted ? "-mala" : "-published");
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      ImageData data = ImageData.mnist(context.setup());
      DensityModel model = quick ? fitted(context, data) : load(context);
      Dataset.ImageShape shape = data.test().imageShape().orElseThrow();
      Dataset images = data.test().subset(IntStream.range(0, quick ? 4 : ROWS).toArray());
      Mask hidden = Mask.named(mask, shape, context.setup().seed());
      Inpainting published = Inpainting.published(new GaussianBlur(shape));
      int iterations = quick ? 20 : published.iterations();
      MarkovChain chain =
          adjusted
              ? new MetropolisLangevin(0.05, iterations, true)
              : new Inpainting(
                  published.tau(),
                  published.snr(),
                  published.gamma(),
                  iterations,
                  published.blur());
      Inpainter.Filled filled;
      try (ProgressLine progress = ProgressLine.share(name())) {
        filled =
            new Inpainter(model, chain)
                .fill(images, hidden, context.setup().seed(), progress::shareDone);
      }
      AtomicFile.write(
          context.folder().resolve("filled.png"), Sheets.inpainted(images, hidden, filled.rows()));
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("model", trained);
      row.put("mask", mask);
      row.put("chain", adjusted ? "Metropolis-adjusted Langevin" : "published");
      row.put("iterations", iterations);
      row.put("acceptance", Double.isNaN(filled.acceptance()) ? "unadjusted" : filled.acceptance());
      row.put("RMS error [grey levels]", error(images, hidden, filled.rows()));
      return new Outcome(true, "table", List.of(row));
    }

    private DensityModel load(Context context) {
      Path folder = context.folder().getParent().resolveSibling(trained);
      if (!new ModelFolder(folder).isTaken()) {
        int slash = trained.indexOf('/');
        throw new EbbException(
            "there is no model in " + folder,
            "train it by: ebb reproduce %s --only %s"
                .formatted(trained.substring(0, slash), trained.substring(slash + 1)));
      }
      return DensityModel.load(folder);
    }

    private static DensityModel fitted(Context context, ImageData data) {
      RunConfig config =
          Training.with(
              RunConfig.defaults("ebflow-fc", "ssm", DataShape.of(data.rows().train())),
              "training.epochs=0",
              "training.steps=3",
              "validateEvery=3");
      return Training.run(context, config, data.rows(), data.title()).model();
    }

    /** Root mean square over the hidden pixels. */
    private static double error(Dataset images, Mask hidden, Dataset filled) {
      double squares = 0;
      int count = 0;
      for (int i = 0; i < images.rows(); i++) {
        boolean[] mask = hidden.row(i, images.columns());
        for (int j = 0; j < mask.length; j++) {
          if (mask[j]) {
            double gap = images.value(i, j) - filled.value(i, j);
            squares += gap * gap;
            count++;
          }
        }
      }
      return Math.sqrt(squares / Math.max(1, count));
    }
  }
}
