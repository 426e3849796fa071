package org.ebbflow.cli.input;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Doubles as decimal text, with a point in every locale. */
final class DecimalText {
  /** Up to this a long is a double exactly. */
  private static final long EXACT_INTEGERS = 1L << 53;

  /** More digits than a long is sure to hold. */
  private static final int MAX_DIGITS = 18;

  private static final int MAX_EXPONENT = 99_999;

  /** The powers of ten that are doubles exactly. */
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private DecimalText() {}

  /**
   * Reads {@code [+-] digits [. digits] [e [+-] digits]} between blanks.
   *
   * @return the nearest double, infinite if the number is too large; NaN if it is no such text
   */
  static double parse(char[] text, int offset, int length) {
    int start = offset;
    int end = offset + length;
    while (start < end && text[start] <= ' ') {
      start++;
    }
    while (end > start && text[end - 1] <= ' ') {
      end--;
    }
    int at = start;
    boolean negative = at < end && text[at] == '-';
    if (negative || (at < end && text[at] == '+')) {
      at++;
    }
    long mantissa = 0;
    int significant = 0;
    int scale = 0;
    int digits = 0;
    boolean point = false;
    for (; at < end; at++) {
      int digit = text[at] - '0';
      if (digit >= 0 && digit <= 9) {
        digits++;
        if (significant < MAX_DIGITS) {
          mantissa = 10 * mantissa + digit;
        }
        if (mantissa != 0) {
          significant++;
        }
        scale += point ? 1 : 0;
      } else if (text[at] == '.' && !point) {
        point = true;
      } else {
        break;
      }
    }
    if (digits == 0) {
      return Double.NaN;
    }
    int exponent = 0;
    if (at < end) {
      if (text[at] != 'e' && text[at] != 'E') {
        return Double.NaN;
      }
      at++;
      boolean down = at < end && text[at] == '-';
      if (down || (at < end && text[at] == '+')) {
        at++;
      }
      if (at == end) {
        return Double.NaN;
      }
      for (; at < end; at++) {
        int digit = text[at] - '0';
        if (digit < 0 || digit > 9) {
          return Double.NaN;
        }
        exponent = Math.min(10 * exponent + digit, MAX_EXPONENT);
      }
      exponent = down ? -exponent : exponent;
    }
    // Both operands below are exact, so the one rounding of the product or quotient is the right
    // one; everything else is left to the JDK.
    int power = exponent - scale;
    if (significant <= MAX_DIGITS
        && mantissa <= EXACT_INTEGERS
        && Math.abs(power) < POWERS.length) {
      double value = power < 0 ? mantissa / POWERS[-power] : mantissa * POWERS[power];
      return negative ? -value : value;
    }
    return Double.parseDouble(new String(text, start, end - start));
  }

  /** As {@link #parse(char[], int, int)}. */
  static double parse(String text) {
    return parse(text.toCharArray(), 0, text.length());
  }

  /** The shortest text that reads back as {@code value}, such as 5, -0.25 or 1E-7. */
  static String format(double value) {
    String text = Double.toString(value);
    // Up to 15 digits are the only such text for their double; before Java 19 longer ones may have
    // digits to spare.
    if (text.length() > 15 && Double.isFinite(value)) {
      BigDecimal digits = new BigDecimal(text);
      while (digits.precision() > 15) {
        BigDecimal shorter =
            digits.round(new MathContext(digits.precision() - 1, RoundingMode.HALF_EVEN));
        if (shorter.doubleValue() != value) {
          break;
        }
        digits = shorter;
        text = text(digits.stripTrailingZeros());
      }
    }
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text.replace(".0E", "E");
  }

  // As Double.toString lays it out.
  private static String text(BigDecimal value) {
    int exponent = value.precision() - value.scale() - 1;
    if (exponent >= -3 && exponent < 7) {
      return value.toPlainString();
    }
    BigDecimal mantissa = new BigDecimal(value.unscaledValue(), value.precision() - 1);
    return mantissa.toPlainString() + "E" + exponent;
  }
}
