package org.ebbflow.cli.report;

import java.awt.geom.Ellipse2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.Range;
import org.jfree.data.xy.DefaultXYDataset;
import org.jspecify.annotations.Nullable;

/**
 * Curves over a common axis, such as losses over steps.
 *
 * <p>Points that are not finite, and on a logarithmic axis those at zero or below, are left out and
 * counted in a remark on the chart. A series of few points gets a dot on each.
 *
 * <pre>{@code
 * byte[] png =
 *     new LineChart("Training", "step", "loss [nats]")
 *         .noisy("training batch", steps, losses, 200)
 *         .line("validation", evaluatedSteps, validationLosses)
 *         .png();
 * }</pre>
 *
 * <p>Methods that add or set something change this chart and return it.
 */
public final class LineChart implements Chart {
  private static final int FEW = 10;

  private final String title;
  private final String labelX;
  private final String labelY;
  private final List<Series> series = new ArrayList<>();
  private boolean logarithmicX;
  private boolean logarithmic;
  private @Nullable Range rangeY;

  /**
   * A chart without series.
   *
   * @param title what it shows
   * @param labelX the horizontal axis with its unit, such as {@code time [min]}
   * @param labelY the vertical axis with its unit
   */
  public LineChart(String title, String labelX, String labelY) {
    this.title = title;
    this.labelX = labelX;
    this.labelY = labelY;
  }

  /**
   * Adds a curve.
   *
   * @param name how the legend calls it
   * @param x ascending
   * @param y as many
   */
  public LineChart line(String name, double[] x, double[] y) {
    series.add(new Series(name, x.clone(), y.clone(), 1));
    return this;
  }

  /**
   * Adds a curve too noisy to read: drawn pale, with its running mean over it.
   *
   * @param name how the legend calls it
   * @param x ascending
   * @param y as many
   * @param window how many points the mean is taken over, at least 1; fewer near both ends
   */
  public LineChart noisy(String name, double[] x, double[] y, int window) {
    if (window < 1) {
      throw new IllegalArgumentException("window must be at least 1, not " + window);
    }
    series.add(new Series(name, x.clone(), y.clone(), window));
    return this;
  }

  /** Makes the horizontal axis logarithmic; every x must be above zero. */
  public LineChart logarithmicX() {
    logarithmicX = true;
    return this;
  }

  /** Makes the vertical axis logarithmic. */
  public LineChart logarithmicY() {
    logarithmic = true;
    return this;
  }

  /**
   * Shows only this part of the vertical axis, for curves that start far off.
   *
   * @param low the lower end; above zero on a logarithmic axis
   * @param high the upper end
   */
  public LineChart rangeY(double low, double high) {
    if (!(low < high) || !Double.isFinite(high - low)) {
      throw new IllegalArgumentException("no range: " + low + " to " + high);
    }
    rangeY = new Range(low, high);
    return this;
  }

  @Override
  public byte[] png(Theme theme, int width, int height) {
    ChartCanvas canvas = new ChartCanvas(theme);
    ValueAxis x = logarithmicX ? new DecadeAxis() : ChartCanvas.plainAxis();
    x.setLowerMargin(0.01);
    x.setUpperMargin(0.01);
    canvas.axes(x, labelX, logarithmic ? new DecadeAxis() : ChartCanvas.plainAxis(), labelY);
    DefaultXYDataset means = new DefaultXYDataset();
    DefaultXYDataset raw = new DefaultXYDataset();
    XYLineAndShapeRenderer strong = ChartCanvas.lines();
    XYLineAndShapeRenderer pale = ChartCanvas.lines();
    int leftOut = 0;
    for (int i = 0; i < series.size(); i++) {
      Series shown = series.get(i).drawable(logarithmic);
      leftOut += series.get(i).x.length - shown.x.length;
      means.addSeries(i, new double[][] {shown.x, runningMean(shown.y, shown.window)});
      strong.setSeriesPaint(i, canvas.colour(i));
      strong.setSeriesStroke(i, canvas.stroke(i, 2f));
      strong.setSeriesShape(i, new Ellipse2D.Double(-3, -3, 6, 6));
      strong.setSeriesShapesVisible(i, shown.x.length <= FEW);
      boolean smoothed = shown.window > 1;
      raw.addSeries(i, smoothed ? new double[][] {shown.x, shown.y} : new double[2][0]);
      pale.setSeriesPaint(i, canvas.glaze(i, 70));
      pale.setSeriesStroke(i, canvas.stroke(i, 1f));
    }
    strong.setLegendItemLabelGenerator((data, i) -> series.get(i).name);
    // The plot draws its data sets from the last to the first.
    canvas.plot().setDataset(0, means);
    canvas.plot().setRenderer(0, strong);
    canvas.plot().setDataset(1, raw);
    canvas.plot().setRenderer(1, pale);
    if (rangeY != null) {
      canvas.plot().getRangeAxis().setRange(rangeY);
    }
    return canvas.png(title, remark(leftOut), width, height);
  }

  private String remark(int leftOut) {
    if (leftOut == 0) {
      return "";
    }
    return "left out: %d %s not finite%s"
        .formatted(
            leftOut, leftOut == 1 ? "point" : "points", logarithmic ? " or not positive" : "");
  }

  /**
   * The mean over a window centred on each point.
   *
   * <p>Towards both ends the window narrows, lest a steep start be flattened, but only to a
   * quarter: narrower still, the curve would end in the noise it is there to hide.
   */
  static double[] runningMean(double[] y, int window) {
    int half = window / 2;
    double[] means = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      int reach = Math.max(half / 4, Math.min(half, Math.min(i, y.length - 1 - i)));
      int from = Math.max(0, i - reach);
      int to = Math.min(y.length - 1, i + reach);
      // Summed anew each time: from a cumulative sum, one huge value would wipe out all after it.
      double sum = 0;
      for (int j = from; j <= to; j++) {
        sum += y[j];
      }
      means[i] = sum / (to - from + 1);
    }
    return means;
  }

  /** One curve; {@code window} is 1 for one that is drawn as it is. */
  private static final class Series {
    private final String name;
    private final double[] x;
    private final double[] y;
    private final int window;

    Series(String name, double[] x, double[] y, int window) {
      if (x.length != y.length) {
        throw new IllegalArgumentException(
            "series \"" + name + "\" has " + x.length + " x and " + y.length + " y");
      }
      this.name = name;
      this.x = x;
      this.y = y;
      this.window = window;
    }

    Series drawable(boolean positive) {
      double[] keptX = new double[x.length];
      double[] keptY = new double[x.length];
      int kept = 0;
      for (int i = 0; i < x.length; i++) {
        if (Double.isFinite(x[i]) && Double.isFinite(y[i]) && (!positive || y[i] > 0)) {
          keptX[kept] = x[i];
          keptY[kept++] = y[i];
        }
      }
      return new Series(name, Arrays.copyOf(keptX, kept), Arrays.copyOf(keptY, kept), window);
    }
  }
}
