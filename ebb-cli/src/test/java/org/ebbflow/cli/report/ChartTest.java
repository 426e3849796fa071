package org.ebbflow.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jfree.data.Range;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChartTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  static Stream<double[]> awkward() {
    return Stream.of(
        new double[] {},
        new double[] {1},
        new double[] {NAN},
        new double[] {3, NAN, INF, -INF, 4},
        new double[] {NAN, INF, -INF},
        new double[] {-1, 0, 1e-300, 1e300},
        new double[] {5, 5, 5, 5},
        new double[] {0, 0},
        new double[] {1.0001, 1.0002, 1.0003});
  }

  @ParameterizedTest
  @MethodSource("awkward")
  void linesAreDrawnWhateverThePoints(double[] y) throws IOException {
    double[] x = new double[y.length];
    Arrays.setAll(x, i -> i);
    for (Theme theme : Theme.values()) {
      LineChart chart = new LineChart("Loss", "step", "loss").line("a", x, y).noisy("b", x, y, 3);
      assertSize(chart.png(theme, 210, 160), 420, 320);
      assertSize(chart.logarithmicY().png(theme, 210, 160), 420, 320);
    }
  }

  @ParameterizedTest
  @MethodSource("awkward")
  void histogramsAreDrawnWhateverTheValues(double[] values) throws IOException {
    Histogram chart =
        new Histogram("Density", "log p(x)").series("a", values).series("b", new double[] {2, 3});
    assertSize(chart.png(Theme.DARK, 210, 160), 420, 320);
    assertSize(new Histogram("", "").series("a", values).png(Theme.LIGHT, 210, 160), 420, 320);
  }

  @Test
  void chartsWithoutSeriesAreDrawn() throws IOException {
    assertSize(new LineChart("", "", "").png(), 1440, 800);
    assertSize(new Histogram("", "").png(), 1440, 800);
  }

  @Test
  void pointsThatAreNotFiniteChangeNothingButTheRemark() throws IOException {
    LineChart clean = new LineChart("", "", "").line("a", new double[] {0, 1}, new double[] {1, 2});
    LineChart dirty =
        new LineChart("", "", "")
            .line("a", new double[] {0, 0.5, NAN, 1}, new double[] {1, INF, 1, 2});

    assertThat(inked(clean)).isPositive();
    assertThat(Math.abs(inked(clean) - inked(dirty))).isLessThan(inked(clean) / 5);
  }

  @Test
  void aSinglePointIsVisible() throws IOException {
    LineChart one = new LineChart("", "", "").line("a", new double[] {1}, new double[] {1});
    LineChart none = new LineChart("", "", "").line("a", new double[] {}, new double[] {});

    assertThat(inked(one)).isGreaterThan(inked(none) + 50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"de", "ar-EG-u-nu-arab"})
  void theLocaleOfTheReaderChangesNothing(String tag) {
    LineChart chart =
        new LineChart("", "", "").line("a", new double[] {0, 5000}, new double[] {0.1, 0.9});
    byte[] here = chart.png();
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag(tag));
      assertThat(chart.png()).isEqualTo(here);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void theRunningMeanKeepsWhatIsSmoothAndForgetsASpike() {
    double[] line = new double[50];
    Arrays.setAll(line, i -> 2 * i + 1);
    double[] means = LineChart.runningMean(line, 9);
    for (int i = 4; i < 46; i++) {
      assertThat(means[i]).isCloseTo(line[i], within(1e-12));
    }

    double[] spiked = new double[50];
    Arrays.fill(spiked, 3);
    spiked[10] = 1e30;
    assertThat(LineChart.runningMean(spiked, 9)[20]).isEqualTo(3);
    assertThat(LineChart.runningMean(line, 1)).isEqualTo(line);
  }

  @Test
  void everyValueInRangeIsCountedOnce() {
    double[] values = {0, 0.1, 0.25, 0.5, 0.99, 1, 1.01, -0.01, NAN, INF};

    assertThat(Histogram.counts(values, new Range(0, 1), 4)).containsExactly(2, 1, 1, 2);
  }

  @Test
  void logarithmicTicksAreRoundNumbers() {
    assertThat(labels(0.002, 900)).containsExactly("0.01", "0.1", "1", "10", "100");
    assertThat(labels(15, 600)).containsExactly("20", "50", "100", "200", "500");
    assertThat(labels(1.1e-4, 2e-4)).hasSizeBetween(3, 9).contains("1.2·10⁻⁴", "2·10⁻⁴");
    assertThat(labels(1e-300, 1e300)).hasSizeBetween(3, 9);
    assertThat(DecadeAxis.label(new BigDecimal("5000"))).isEqualTo("5,000");
    assertThat(DecadeAxis.label(new BigDecimal("1e12"))).isEqualTo("10¹²");
  }

  @Test
  void complaintsNameWhatIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LineChart("", "", "").line("train", new double[2], new double[3]))
        .withMessage("series \"train\" has 2 x and 3 y");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Histogram("", "").range(2, 1))
        .withMessage("no range: 2.0 to 1.0");
  }

  private static Stream<String> labels(double low, double high) {
    return DecadeAxis.roundValues(new Range(low, high)).stream().map(DecadeAxis::label);
  }

  /** How many pixels have the first colour of the palette. */
  private static int inked(Chart chart) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(chart.png()));
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    return (int) Arrays.stream(pixels).filter(p -> p == Theme.LIGHT.series(0).getRGB()).count();
  }

  private static void assertSize(byte[] png, int width, int height) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getWidth()).isEqualTo(width);
    assertThat(image.getHeight()).isEqualTo(height);
  }
}
