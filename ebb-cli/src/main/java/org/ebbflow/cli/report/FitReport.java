package org.ebbflow.cli.report;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.ConfigJson;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Provenance;
import org.ebbflow.model.RunConfig;
import org.ebbflow.model.Trajectory;
import org.ebbflow.train.LossPoint;
import org.ebbflow.train.TrainState;
import org.ebbflow.train.ValidationPoint;
import org.jspecify.annotations.Nullable;

/**
 * The report of a training run: what was trained, how it went, what came out.
 *
 * @param model the best averaged model
 * @param provenance with the run's metrics
 * @param state curves and counters
 * @param stepsPerEpoch for the prose
 * @param split training rows, for the nearest neighbours, and validation rows
 * @param validation what the validation rows got
 * @param tested what the test rows got, or null
 */
public record FitReport(
    DensityModel model,
    Provenance provenance,
    TrainState state,
    long stepsPerEpoch,
    Dataset.Split split,
    Scored validation,
    @Nullable Scored tested) {
  private static final int SHEET_COLUMNS = 10;
  private static final int SHEET_ROWS = 10;
  private static final int PAIRS = 8;
  private static final int NEIGHBOURS = 6;
  private static final int SMOOTHED_POINTS = 50;
  private static final int TRAVELLERS = 2000;

  /**
   * Log-densities of some rows.
   *
   * @param logDensities one a row, in nats
   * @param summary their mean
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through, never compared
  public record Scored(double[] logDensities, LogLikelihood.Summary summary) {
    /** Summarises log-densities of rows of a dimension. */
    public static Scored of(double[] logDensities, int dimension) {
      return new Scored(logDensities, LogLikelihood.summarise(logDensities, dimension));
    }
  }

  /** Writes one self-contained HTML file. */
  public void write(Path file) {
    RunConfig config = model.config();
    LogLikelihood.Summary headline = (tested == null ? validation : tested).summary();
    String on = tested == null ? "validation" : "test";
    HtmlReport report =
        new HtmlReport(
                config.model().name() + " on " + fileName(provenance.data().path()),
                String.format(
                    Locale.ROOT,
                    "A normalizing flow of %,d parameters, trained by '%s' on %,d %s.",
                    model.parameterCount(),
                    config.objective().name(),
                    split.train().rows(),
                    model.shape().image() == null ? "rows" : "images"))
            .tile(
                Character.toUpperCase(on.charAt(0)) + on.substring(1) + " NLL",
                format("%,.2f nats", headline.nll()),
                format("± %.2f standard error", headline.standardError()))
            .tile("Bits per dimension", format("%.3f", headline.bitsPerDimension()), on)
            .tile(
                "Training",
                format("%.1f min", state.seconds() / 60),
                format("%.1f ms a step", 1000 * state.secondsPerStep()))
            .tile("Parameters", format("%,d", model.parameterCount()), config.model().name());
    report.section(results());
    report.section(curves());
    if (!state.blocks().isEmpty()) {
      report.section(growth());
    }
    if (model.shape().image() != null && model.shape().condition().isEmpty()) {
      report.section(samples());
    }
    report.section(settings());
    report.configuration(ConfigJson.text(ConfigJson.write(config)));
    provenance.versions().forEach(report::provenance);
    report
        .provenance("seed", String.valueOf(config.seed()))
        .provenance("threads", String.valueOf(provenance.threads()))
        .provenance("started", provenance.started())
        .provenance("data", provenance.data().path())
        .provenance("data fingerprint", provenance.data().fingerprint())
        .provenance("command", provenance.command())
        .write(file);
  }

  private Section results() {
    Table table =
        new Table("Mean negative log-likelihood; lower is better.")
            .text("Rows")
            .number("Count")
            .number("NLL [nats]")
            .number("Standard error")
            .number("Bits/dim");
    row(table, "validation", validation.summary());
    if (tested != null) {
      row(table, "test", tested.summary());
    }
    String prose =
        "The parameters are an exponential moving average; those with the lowest validation NLL"
            + format(" (step %,d) are kept. ", state.bestStep())
            + (model.preprocessing().dequantises()
                ? "Densities are of pixel values from 0 to 256 after uniform dequantisation."
                : "Densities are in the units of the data's columns.");
    Section section = new Section("Likelihood").paragraph(prose).table(table);
    if (state.droppedSamples() > 0 || state.skippedSteps() > 0) {
      section.paragraph(
          format(
              "%,d samples were left out and %,d steps skipped because a loss or gradient was not"
                  + " finite.",
              state.droppedSamples(), state.skippedSteps()));
    }
    Histogram histogram = new Histogram("Log-densities", "log p(x) [nats]");
    histogram.series("validation", validation.logDensities());
    if (tested != null) {
      histogram.series("test", tested.logDensities());
    }
    return section.figures(
        Figure.of(
            histogram,
            "Histogram of log-densities",
            "How the log-density is spread over rows the model was not trained on."));
  }

  private Section curves() {
    String objective = model.config().objective().name();
    LineChart loss = new LineChart("Training loss", "step", "loss (" + objective + ")");
    loss.noisy(
        objective,
        state.losses().stream().mapToDouble(LossPoint::step).toArray(),
        state.losses().stream().mapToDouble(LossPoint::loss).toArray(),
        Math.max(1, state.losses().size() / SMOOTHED_POINTS));
    LineChart nll = new LineChart("Validation NLL", "step", "NLL [nats]");
    nll.line(
        "validation",
        state.validations().stream().mapToDouble(ValidationPoint::step).toArray(),
        state.validations().stream().mapToDouble(ValidationPoint::nll).toArray());
    focus(nll);
    return new Section("Training")
        .paragraph(
            format(
                "%,d steps in %.1f minutes, %,d steps a pass over the training rows.",
                state.step(), state.seconds() / 60, stepsPerEpoch))
        .figures(
            Figure.of(
                loss,
                "Training loss by step",
                "Mean over 100 steps each (pale) and its running mean (strong)."),
            Figure.of(
                nll,
                "Validation NLL by step",
                "Of the averaged parameters; the first steps are above the picture."));
  }

  /** The first tenth falls so far that all after it would look flat. */
  private void focus(LineChart chart) {
    List<ValidationPoint> points = state.validations();
    double low = points.stream().mapToDouble(ValidationPoint::nll).min().orElse(0);
    double high = points.isEmpty() ? low : points.get(points.size() / 10).nll();
    if (points.size() >= 20 && high > low) {
      double margin = 0.05 * (high - low);
      chart.rangeY(low - margin, high + margin);
    }
  }

  private Section samples() {
    Dataset drawn = model.sample(SHEET_COLUMNS * SHEET_ROWS, model.config().seed(), done -> {});
    ImageSheet sheet = Sheets.sheet(drawn, SHEET_COLUMNS);
    float[][] pixels = Sheets.pixels(drawn);
    float[][] few = Arrays.copyOf(pixels, PAIRS);
    RowReader training = reader(split.train());
    Neighbour[][] nearest = NearestNeighbours.of(training).find(few, NEIGHBOURS);
    float[][][] neighbours = new float[PAIRS][][];
    for (int i = 0; i < PAIRS; i++) {
      neighbours[i] = new float[nearest[i].length][training.columns()];
      for (int j = 0; j < nearest[i].length; j++) {
        training.copyRow(nearest[i][j].row(), neighbours[i][j]);
      }
    }
    return new Section("Samples")
        .paragraph("Drawn from the model by inversion, in the order drawn, none left out.")
        .figures(
            Figure.of(
                Png.encode(sheet.grid(pixels, SHEET_COLUMNS)),
                "Sheet of samples",
                SHEET_COLUMNS * SHEET_ROWS + " samples."),
            Figure.of(
                Png.encode(sheet.pairs(few, neighbours)),
                "Samples with their nearest training images",
                "Left of the line a sample; right of it the training images nearest to it."));
  }

  /** How a flow of blocks grew. */
  private Section growth() {
    GrowthFigures figures = new GrowthFigures(model, state.blocks());
    Section section =
        new Section("Blocks")
            .paragraph(
                "The flow grew block by block, each trained as one step of the gradient flow of the"
                    + " divergence from the data to N(0, I), on rows that the blocks before it had"
                    + " moved. The model that is kept has "
                    + model.flow().chain().size()
                    + (model.flow().chain().size() == 1 ? " block." : " blocks."))
            .table(figures.table())
            .figures(
                Figure.of(
                    figures.movements(),
                    "W₂ movement by block",
                    "How far each block moves the training rows."),
                Figure.of(
                    figures.terms(),
                    "Parts of the loss by block",
                    "Potential −log p(z), divergence −∫∇·f dt and movement, of each block."));
    if (model.shape().dimension() == 2 && Trajectory.isOf(model)) {
      Dataset some =
          split
              .validation()
              .subset(
                  IntStream.range(0, Math.min(TRAVELLERS, split.validation().rows())).toArray());
      section.figures(
          Figure.of(
              figures.forward(some),
              "Validation rows after each block",
              "Validation rows after each block, on their way to N(0, I)."));
      section.figures(
          Figure.of(
              figures.backward(TRAVELLERS, model.config().seed()),
              "Draws before each block",
              "Draws from N(0, I) on their way back."));
      section.figures(
          Figure.of(
              figures.animation(TRAVELLERS, model.config().seed()),
              "Animation of draws on their way back",
              "The same in motion."));
    }
    return section;
  }

  private Section settings() {
    RunConfig c = model.config();
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put(
        "layers",
        String.join(" → ", model.flow().chain().stream().map(g -> g.describe()).toList()));
    rows.put(
        "preprocessing",
        String.join(
            " → ", model.preprocessing().transform().stream().map(g -> g.describe()).toList()));
    rows.put("objective", c.objective().build().toString());
    rows.put("batch", String.valueOf(c.training().batch()));
    rows.put("optimiser", c.training().optimizer().toString());
    rows.put("schedule", c.training().schedule().toString());
    rows.put("moving average", String.valueOf(c.training().ema()));
    rows.put(
        "score matched",
        c.training().matchAfterPreprocessing() ? "after preprocessing (MaP)" : "in data space");
    rows.put(
        "rows", split.train().rows() + " training, " + split.validation().rows() + " validation");
    rows.put("seed", String.valueOf(c.seed()));
    return new Section("Settings").table(Table.ofSettings("What the run was made with.", rows));
  }

  private static void row(Table table, String name, LogLikelihood.Summary s) {
    table.row(
        name,
        format("%,d", s.rows()),
        format("%,.3f", s.nll()),
        format("%.3f", s.standardError()),
        format("%.4f", s.bitsPerDimension()));
  }

  private static RowReader reader(Dataset data) {
    double[] row = new double[data.columns()];
    return new RowReader() {
      @Override
      public int rows() {
        return data.rows();
      }

      @Override
      public int columns() {
        return data.columns();
      }

      @Override
      public void copyRow(int number, float[] into) {
        data.gather(new int[] {number}, row);
        for (int i = 0; i < row.length; i++) {
          into[i] = (float) row[i];
        }
      }
    };
  }

  private static String fileName(String path) {
    return String.valueOf(Path.of(path).getFileName());
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
