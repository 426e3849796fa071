package org.ebbflow.bench.speed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.RunConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The model whose scoring or sampling is measured: a fitted one, or one of fresh weights. */
final class ServedModel {
  private enum Kind {
    FC,
    GLOW,
    JKO
  }

  @Option(names = "--model-dir", paramLabel = "DIR", description = "Folder of a fitted model.")
  private @Nullable Path folder;

  @Option(
      names = "--architecture",
      paramLabel = "NAME",
      description = "Without --model-dir: fc (default), glow or jko with fresh weights.")
  private Kind kind = Kind.FC;

  @Option(names = "--dim", paramLabel = "D", description = "Its numbers in a row (default 784).")
  private int dimension = 784;

  @Option(
      names = "--layers",
      paramLabel = "L",
      description = "Its layers, steps a scale, or blocks (default 2).")
  private int layers = 2;

  @Option(
      names = "--width",
      paramLabel = "W",
      description = "Channels of Glow's couplings (default 64).")
  private int width = 64;

  @Option(
      names = "--hidden",
      paramLabel = "W",
      split = ",",
      description = "Hidden layers of a JKO block (default 128,128,128).")
  private List<Integer> hidden = new ArrayList<>(List.of(128, 128, 128));

  @Option(
      names = "--substeps",
      paramLabel = "N",
      description = "Runge-Kutta steps over a JKO block (default 3).")
  private int substeps = 3;

  @Option(names = "--rows", paramLabel = "N", description = "Rows in all (default 10000).")
  private int rows = 10_000;

  @Option(names = "--batch", paramLabel = "B", description = "Rows a call (default 500).")
  private int batch = 500;

  @Mixin private Threads threads;

  private int used;

  int rows() {
    return rows;
  }

  int batch() {
    return batch;
  }

  /** Checks the options and builds or reads the model. */
  DensityModel model() {
    Timing.requirePositive("--dim", dimension);
    Timing.requirePositive("--layers", layers);
    Timing.requirePositive("--width", width);
    Timing.requirePositive("--substeps", substeps);
    Timing.requirePositive("--rows", rows);
    Timing.requirePositive("--batch", batch);
    if (batch > rows) {
      throw new EbbException("--batch is " + batch + " of " + rows + " rows", "give more --rows");
    }
    used = threads.apply();
    if (folder == null) {
      DensityModel model = fresh();
      SpeedModels.stir(model.flow());
      return model;
    }
    DensityModel model = DensityModel.load(folder);
    if (!model.shape().condition().isEmpty()) {
      throw new EbbException(
          folder + " holds a model that takes conditions", "measure one that takes none");
    }
    return model;
  }

  private DensityModel fresh() {
    RunConfig config =
        switch (kind) {
          case FC -> SpeedModels.fullyConnected(dimension, layers, "ssm");
          case GLOW -> SpeedModels.glow(dimension, layers, width);
          case JKO -> SpeedModels.jko(dimension, hidden, layers, substeps);
        };
    return DensityModel.fresh(
        config, kind == Kind.GLOW ? SpeedModels.image(dimension) : SpeedModels.table(dimension));
  }

  /** Rows of one call: a fitted model's own draws, or normal ones. */
  Dataset data(DensityModel model) {
    return folder != null
        ? model.sample(batch, 1, done -> {})
        : SpeedModels.normalRows(batch, dimension, 1);
  }

  /** What was measured on what. */
  Map<String, Object> describe(String work, DensityModel model, RowRate rate) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("peer", "ebb");
    row.put("work", work);
    row.put(
        "architecture",
        folder != null ? model.config().model().name() : kind.name().toLowerCase(Locale.ROOT));
    row.put("dim", model.shape().dimension());
    row.put("parameters", model.parameterCount());
    row.put("rows", rate.rows());
    row.put("batch", batch);
    row.put("threads", used);
    row.put("rows_per_second", Report.round(rate.rows() / rate.seconds(), 1));
    row.put("peak_rss_mb", Report.round(rate.peakMebibytes(), 0));
    row.put("rss_growth_mb", Report.round(rate.growthMebibytes(), 1));
    return row;
  }
}
