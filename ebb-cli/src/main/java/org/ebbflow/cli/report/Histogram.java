package org.ebbflow.cli.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.renderer.xy.XYAreaRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.Range;
import org.jfree.data.xy.DefaultXYDataset;
import org.jspecify.annotations.Nullable;

/**
 * How one or more sets of values are distributed, laid over one another: log densities of test data
 * and of outliers, say.
 *
 * <p>All series share their bins. Heights are shares of a series, so sets of different size can be
 * compared. Values that are not finite, or outside {@link #range}, are left out and counted in a
 * remark on the chart.
 *
 * <pre>{@code
 * byte[] png =
 *     new Histogram("Log density", "log p(x) [nats]")
 *         .series("test", testLogDensities)
 *         .series("noise", noiseLogDensities)
 *         .png();
 * }</pre>
 *
 * <p>Methods that add or set something change this chart and return it.
 */
public final class Histogram implements Chart {
  private static final int DEFAULT_BINS = 60;

  private final String title;
  private final String labelX;
  private final List<String> names = new ArrayList<>();
  private final List<double[]> values = new ArrayList<>();
  private @Nullable Range range;
  private int bins = DEFAULT_BINS;

  /**
   * A chart without series.
   *
   * @param title what it shows
   * @param labelX the values with their unit
   */
  public Histogram(String title, String labelX) {
    this.title = title;
    this.labelX = labelX;
  }

  /**
   * Adds a set of values.
   *
   * @param name how the legend calls it
   * @param of the values, in any order
   */
  public Histogram series(String name, double[] of) {
    names.add(name);
    values.add(of.clone());
    return this;
  }

  /**
   * Divides the range into this many bins; 60 without.
   *
   * @param count at least 1
   */
  public Histogram bins(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("bins must be at least 1, not " + count);
    }
    bins = count;
    return this;
  }

  /**
   * Shows only this range; without, the least to the greatest finite value.
   *
   * @param low the lower end, included
   * @param high the upper end, included
   */
  public Histogram range(double low, double high) {
    if (!(low < high) || !Double.isFinite(high - low)) {
      throw new IllegalArgumentException("no range: " + low + " to " + high);
    }
    range = new Range(low, high);
    return this;
  }

  @Override
  public byte[] png(Theme theme, int width, int height) {
    ChartCanvas canvas = new ChartCanvas(theme);
    NumberAxis x = ChartCanvas.plainAxis();
    NumberAxis y = ChartCanvas.plainAxis();
    y.setAutoRangeIncludesZero(true);
    y.setLowerMargin(0);
    canvas.axes(x, labelX, y, "share of series [%]");
    Range shown = range == null ? extent() : range;
    x.setRange(shown);
    DefaultXYDataset outlines = new DefaultXYDataset();
    XYLineAndShapeRenderer lines = ChartCanvas.lines();
    XYAreaRenderer areas = new XYAreaRenderer(XYAreaRenderer.AREA);
    int leftOut = 0;
    for (int i = 0; i < values.size(); i++) {
      int[] counts = counts(values.get(i), shown, bins);
      leftOut += values.get(i).length - Arrays.stream(counts).sum();
      outlines.addSeries(i, outline(counts, shown, values.get(i).length));
      lines.setSeriesPaint(i, canvas.colour(i));
      lines.setSeriesStroke(i, canvas.stroke(i, 1.6f));
      areas.setSeriesPaint(i, canvas.glaze(i, 60));
    }
    lines.setLegendItemLabelGenerator((data, i) -> names.get(i));
    canvas.plot().setDataset(0, outlines);
    canvas.plot().setRenderer(0, lines);
    canvas.plot().setDataset(1, outlines);
    canvas.plot().setRenderer(1, areas);
    return canvas.png(title, remark(leftOut), width, height);
  }

  private String remark(int leftOut) {
    if (leftOut == 0) {
      return "";
    }
    return "left out: %d %s not finite%s"
        .formatted(
            leftOut, leftOut == 1 ? "value" : "values", range == null ? "" : " or out of range");
  }

  private Range extent() {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double[] of : values) {
      for (double value : of) {
        if (Double.isFinite(value)) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
    }
    if (low > high) {
      return new Range(0, 1);
    }
    // All values may be one; bins need some width.
    double margin = low == high ? Math.max(0.5, Math.ulp(low) * bins) : 0;
    return new Range(low - margin, high + margin);
  }

  /** How many values lie in each bin; the last bin includes its upper end. */
  static int[] counts(double[] values, Range range, int bins) {
    int[] counts = new int[bins];
    for (double value : values) {
      if (range.contains(value)) {
        double position = (value - range.getLowerBound()) / range.getLength();
        counts[Math.min(bins - 1, (int) (position * bins))]++;
      }
    }
    return counts;
  }

  /** The steps from bin to bin, in percent of {@code total}; nothing if nothing was counted. */
  private static double[][] outline(int[] counts, Range range, int total) {
    if (Arrays.stream(counts).sum() == 0) {
      return new double[2][0];
    }
    double[][] steps = new double[2][2 * counts.length + 2];
    for (int i = 0; i <= counts.length; i++) {
      double edge = range.getLowerBound() + range.getLength() * i / counts.length;
      steps[0][2 * i] = edge;
      steps[0][2 * i + 1] = edge;
      steps[1][2 * i] = i == 0 ? 0 : 100.0 * counts[i - 1] / total;
      steps[1][2 * i + 1] = i == counts.length ? 0 : 100.0 * counts[i] / total;
    }
    return steps;
  }
}
