package org.ebbflow.cli.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Stroke;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.math.BigDecimal;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.TickUnits;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;

/** The one look of all charts: paper, fonts, axes, grid, legend, and two pixels for each point. */
final class ChartCanvas {
  static final int PIXELS_PER_POINT = 2;

  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);
  private static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
  private static final Font TICK = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

  private final Theme theme;
  private final XYPlot plot = new XYPlot();

  ChartCanvas(Theme theme) {
    this.theme = theme;
    plot.setBackgroundPaint(theme.paper);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinePaint(theme.grid);
    plot.setRangeGridlineStroke(new BasicStroke(1f));
    plot.setRangeZeroBaselineVisible(false);
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    plot.setNoDataMessage("no finite values");
    plot.setNoDataMessageFont(LABEL);
    plot.setNoDataMessagePaint(theme.paleInk);
    plot.setInsets(new RectangleInsets(6, 0, 0, 12));
  }

  XYPlot plot() {
    return plot;
  }

  Color colour(int series) {
    return theme.series(series);
  }

  /** The series' colour, letting what lies beneath shine through. */
  Color glaze(int series, int alpha) {
    Color solid = theme.series(series);
    return new Color(solid.getRed(), solid.getGreen(), solid.getBlue(), alpha);
  }

  /** A line of this width, dashed once the palette has started over. */
  Stroke stroke(int series, float width) {
    float[] dashes = {7f, 5f};
    return theme.repeats(series)
        ? new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, dashes, 0f)
        : new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  }

  /** A renderer of lines without dots, with a short stroke for each series in the legend. */
  static XYLineAndShapeRenderer lines() {
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    renderer.setLegendLine(new Line2D.Double(-10, 0, 10, 0));
    return renderer;
  }

  /** An axis of equal steps. */
  static NumberAxis plainAxis() {
    NumberAxis axis = new NumberAxis();
    axis.setAutoRangeIncludesZero(false);
    axis.setStandardTickUnits(roundSteps());
    return axis;
  }

  /**
   * Steps of 1, 2 and 5 with just the decimals they need. JFreeChart's own write numbers as the
   * locale has it, and a chart should not depend on who draws it.
   */
  private static TickUnits roundSteps() {
    TickUnits steps = new TickUnits();
    for (int exponent = -12; exponent <= 15; exponent++) {
      for (int digit : new int[] {1, 2, 5}) {
        DecimalFormat format =
            new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT));
        format.setMinimumFractionDigits(Math.max(0, -exponent));
        double step = BigDecimal.valueOf(digit, -exponent).doubleValue();
        steps.add(new NumberTickUnit(step, format));
      }
    }
    return steps;
  }

  void axes(ValueAxis x, String labelX, ValueAxis y, String labelY) {
    plot.setDomainAxis(dressed(x, labelX));
    plot.setRangeAxis(dressed(y, labelY));
    y.setAxisLineVisible(false);
  }

  private ValueAxis dressed(ValueAxis axis, String label) {
    axis.setLabel(label);
    axis.setLabelFont(LABEL);
    axis.setLabelPaint(theme.paleInk);
    axis.setTickLabelFont(TICK);
    axis.setTickLabelPaint(theme.paleInk);
    axis.setAxisLinePaint(theme.paleInk);
    axis.setTickMarksVisible(false);
    axis.setTickLabelInsets(new RectangleInsets(4, 5, 4, 5));
    return axis;
  }

  /**
   * Draws everything.
   *
   * @param remark a line under the legend, or nothing if empty
   */
  byte[] png(String title, String remark, int width, int height) {
    JFreeChart chart = new JFreeChart(null, TITLE, plot, false);
    chart.setBackgroundPaint(theme.paper);
    chart.setPadding(new RectangleInsets(12, 12, 10, 12));
    chart.addSubtitle(text(title, TITLE, theme.ink));
    chart.addSubtitle(legend());
    if (!remark.isEmpty()) {
      chart.addSubtitle(text(remark, TICK, theme.paleInk));
    }
    BufferedImage image =
        new BufferedImage(
            width * PIXELS_PER_POINT, height * PIXELS_PER_POINT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.scale(PIXELS_PER_POINT, PIXELS_PER_POINT);
    // Without these, text is spaced for the unscaled size and curves snap to whole points.
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    chart
        .getRenderingHints()
        .put(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    graphics.dispose();
    return Png.encode(image);
  }

  private static TextTitle text(String words, Font font, Color colour) {
    TextTitle title = new TextTitle(words, font);
    title.setPaint(colour);
    title.setHorizontalAlignment(HorizontalAlignment.LEFT);
    title.setTextAlignment(HorizontalAlignment.LEFT);
    title.setPadding(0, 4, 4, 4);
    return title;
  }

  private LegendTitle legend() {
    // The renderers below the first draw paler shadows of the same series.
    LegendItemCollection items = plot.getRenderer(0).getLegendItems();
    LegendTitle legend = new LegendTitle(() -> items);
    legend.setPosition(RectangleEdge.TOP);
    legend.setHorizontalAlignment(HorizontalAlignment.LEFT);
    legend.setBackgroundPaint(theme.paper);
    legend.setFrame(BlockBorder.NONE);
    legend.setItemFont(LABEL);
    legend.setItemPaint(theme.ink);
    legend.setItemLabelPadding(new RectangleInsets(2, 4, 2, 12));
    return legend;
  }
}
