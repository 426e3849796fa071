package org.ebbflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "+1",
        "1.",
        ".5",
        "-.5e-3",
        "007",
        "1e5",
        "1E+05",
        "1e-5",
        "123456789012345678",
        "9007199254740993",
        "9007199254740992",
        "0.1",
        "1e22",
        "1e23",
        "123456789012345678901234",
        "0.000000000000000000000000000000000123456789",
        "4.9e-324",
        "1.7976931348623157e308",
        "1e-400",
        "2.2250738585072012e-308",
        "0.30000000000000004",
        "179769313486231580793e289",
        "0.00000000000000000000000000000000000000000000000000000000001",
        "1e-0",
        "100000000000000000",
        "1000000000000000000",
        "1234567890123456789",
        "0e99999999999",
        "8.5e-1"
      })
  void numbersAreReadAsJavaReadsThem(String text) {
    assertThat(DecimalText.parse(text)).isEqualTo(Double.parseDouble(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "-",
        "+",
        "e5",
        "1e",
        "1e+",
        "1e5.0",
        "1.2.3",
        "1,5",
        "0x10",
        "1d",
        "1f",
        "1_0",
        "NaN",
        "Infinity",
        "- 1",
        "1 2",
        "--1",
        "abc",
        "1e5e5",
        "٣",
        "1L"
      })
  void otherTextIsNotANumber(String text) {
    assertThat(DecimalText.parse(text)).isNaN();
  }

  @Test
  void blanksAroundAreIgnoredAndHugeIsInfinite() {
    assertThat(DecimalText.parse("\t 1.5 \r")).isEqualTo(1.5);
    assertThat(DecimalText.parse("-1e999")).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(DecimalText.parse("xx-2.5yy".toCharArray(), 2, 4)).isEqualTo(-2.5);
  }

  @Property(tries = 2000)
  void everyFiniteDoubleReadsBack(@ForAll long bits) {
    double value = Double.longBitsToDouble(bits);
    if (Double.isFinite(value)) {
      String text = DecimalText.format(value);
      assertThat(DecimalText.parse(text)).isEqualTo(value);
      assertThat(text.length()).isLessThanOrEqualTo(Double.toString(value).length());
      String plain = new BigDecimal(value).toString();
      assertThat(DecimalText.parse(plain)).isEqualTo(value);
    }
  }

  @Property(tries = 2000)
  void everydayDoublesReadBackNoLongerThanJavaWritesThem(
      @ForAll @DoubleRange(min = -1000, max = 1000) double value) {
    for (double scaled : new double[] {value, value * 1e-5, value / 3e7}) {
      String text = DecimalText.format(scaled);
      assertThat(DecimalText.parse(text)).isEqualTo(scaled);
      assertThat(text.length()).isLessThanOrEqualTo(Double.toString(scaled).length());
    }
  }

  @Property(tries = 2000)
  void shortDecimalsAreReadRight(
      @ForAll long mantissa, @ForAll @IntRange(min = -30, max = 30) int exponent) {
    for (int digits = 0; digits < 5; digits++) {
      String text = (mantissa >> (12 * digits)) + "e" + exponent;
      assertThat(DecimalText.parse(text)).isEqualTo(Double.parseDouble(text));
    }
  }

  @Test
  void writtenTextIsTheShortest() {
    assertThat(DecimalText.format(5)).isEqualTo("5");
    assertThat(DecimalText.format(-0.25)).isEqualTo("-0.25");
    assertThat(DecimalText.format(0.1 + 0.2)).isEqualTo("0.30000000000000004");
    // Java 17 prints these with a digit to spare.
    assertThat(DecimalText.format(2e23)).isEqualTo("2E23");
    assertThat(DecimalText.format(0x1p-44)).isEqualTo("5.684341886080802E-14");
    assertThat(DecimalText.format(-1e-7)).isEqualTo("-1E-7");
    assertThat(DecimalText.format(Double.MIN_VALUE)).isEqualTo("4.9E-324");
  }

  @Test
  void theLocaleDoesNotMatter() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(DecimalText.parse("1.5")).isEqualTo(1.5);
      assertThat(DecimalText.format(1.5)).isEqualTo("1.5");
    } finally {
      Locale.setDefault(before);
    }
  }
}
