package org.ebbflow.cli.report;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.axis.TickType;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.Range;

/**
 * A logarithmic axis that labels round numbers.
 *
 * <p>JFreeChart's own puts ticks at equal steps of the logarithm, which within one decade come out
 * as 1.58 and 2.51. This one takes powers of ten, then 1-2-5, then every digit, then equal steps,
 * whichever first gives enough ticks.
 */
final class DecadeAxis extends LogAxis {
  private static final long serialVersionUID = 1L;
  private static final int ENOUGH = 3;
  private static final int TOO_MANY = 9;
  private static final int[][] DIGITS = {{1}, {1, 2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9}};
  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  @Override
  protected List<NumberTick> refreshTicksVertical(
      Graphics2D graphics, Rectangle2D area, RectangleEdge edge) {
    return ticks(TextAnchor.CENTER_RIGHT);
  }

  @Override
  protected List<NumberTick> refreshTicksHorizontal(
      Graphics2D graphics, Rectangle2D area, RectangleEdge edge) {
    return ticks(TextAnchor.TOP_CENTER);
  }

  private List<NumberTick> ticks(TextAnchor anchor) {
    List<NumberTick> ticks = new ArrayList<>();
    for (BigDecimal value : roundValues(getRange())) {
      ticks.add(
          new NumberTick(TickType.MAJOR, value.doubleValue(), label(value), anchor, anchor, 0));
    }
    return ticks;
  }

  /** Round numbers within {@code range}, ascending. */
  static List<BigDecimal> roundValues(Range range) {
    List<BigDecimal> values = List.of();
    for (int i = 0; i < DIGITS.length && values.size() < ENOUGH; i++) {
      values = roundValues(range, DIGITS[i]);
    }
    if (values.size() < ENOUGH) {
      return equalSteps(range);
    }
    int step = (values.size() + TOO_MANY - 1) / TOO_MANY;
    List<BigDecimal> thinned = new ArrayList<>();
    for (int i = 0; i < values.size(); i += step) {
      thinned.add(values.get(i));
    }
    return thinned;
  }

  /** So little of a decade that its logarithm is all but straight: multiples of 1, 2 or 5. */
  private static List<BigDecimal> equalSteps(Range range) {
    int exponent = (int) Math.floor(Math.log10(range.getLength()));
    List<BigDecimal> values = List.of();
    for (int digit : new int[] {10, 5, 2, 1}) {
      BigDecimal step = BigDecimal.valueOf(digit, -exponent);
      values = multiples(range, step);
      if (values.size() >= ENOUGH) {
        return values;
      }
    }
    return values;
  }

  private static List<BigDecimal> multiples(Range range, BigDecimal step) {
    List<BigDecimal> values = new ArrayList<>();
    long first = (long) Math.ceil(range.getLowerBound() / step.doubleValue());
    long last = (long) Math.floor(range.getUpperBound() / step.doubleValue());
    for (long i = first; i <= last; i++) {
      values.add(step.multiply(BigDecimal.valueOf(i)));
    }
    return values;
  }

  private static List<BigDecimal> roundValues(Range range, int[] digits) {
    List<BigDecimal> values = new ArrayList<>();
    int first = (int) Math.floor(Math.log10(range.getLowerBound()));
    int last = (int) Math.ceil(Math.log10(range.getUpperBound()));
    for (int exponent = first; exponent <= last; exponent++) {
      for (int digit : digits) {
        BigDecimal value = BigDecimal.valueOf(digit, -exponent);
        if (range.contains(value.doubleValue())) {
          values.add(value);
        }
      }
    }
    return values;
  }

  /** {@code 0.02}, {@code 5,000}, {@code 1.2·10⁻⁶}. */
  static String label(BigDecimal value) {
    BigDecimal plain = value.stripTrailingZeros();
    int exponent = plain.precision() - plain.scale() - 1;
    if (exponent >= -3 && exponent <= 4) {
      return String.format(Locale.ROOT, "%,." + Math.max(0, plain.scale()) + "f", plain);
    }
    BigDecimal mantissa = plain.scaleByPowerOfTen(-exponent);
    StringBuilder text = new StringBuilder();
    if (mantissa.compareTo(BigDecimal.ONE) != 0) {
      text.append(mantissa.toPlainString()).append('·');
    }
    text.append(exponent < 0 ? "10⁻" : "10");
    for (char c : Integer.toString(Math.abs(exponent)).toCharArray()) {
      text.append(SUPERSCRIPTS.charAt(c - '0'));
    }
    return text.toString();
  }
}
