package org.ebbflow.tabular.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ebbflow.data.DataException;
import org.ebbflow.tabular.schema.ColumnKind;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.schema.MarginTransform;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ColumnEncoderTest {
  private static final int ROWS = 4_000;

  /** A column of each kind, with the rows to fit to. */
  record Case(String what, ColumnSpec spec, Column values) {
    ColumnEncoder encoder() {
      return spec.kind() == ColumnKind.CATEGORICAL || spec.kind() == ColumnKind.BOOLEAN
          ? CategoricalEncoder.fit(spec, values)
          : OrderedEncoder.fit(spec, values);
    }

    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Case> cases() {
    Random random = new Random(1);
    double[] normal = draws(() -> 10 + 3 * random.nextGaussian());
    double[] spiked = draws(() -> random.nextInt(3) == 0 ? 0 : Math.exp(random.nextGaussian()));
    double[] two = draws(() -> random.nextInt(4) - 1.5 > 0 ? -1 : random.nextGaussian());
    double[] small = draws(() -> Math.floor(-3 * Math.log(1 - random.nextDouble())));
    double[] large = draws(() -> Math.rint(1000 * random.nextGaussian()));
    double[] days = draws(() -> 86_400.0 * (15_000 + random.nextInt(3000)));
    double[] moments = draws(() -> 1.6e9 + Math.rint(1e12 * random.nextDouble()) / 1e6);
    double[] truths = draws(() -> random.nextInt(10) == 0 ? 1 : 0);
    String[] words = {"a", "b", "c"};
    String[] texts =
        IntStream.range(0, ROWS)
            .mapToObj(i -> words[Math.min(2, random.nextInt(5))])
            .toArray(String[]::new);
    ColumnSpec x = ColumnSpec.of("x", ColumnType.NUMBER, ColumnKind.CONTINUOUS);
    ColumnSpec i = ColumnSpec.of("i", ColumnType.INTEGER, ColumnKind.INTEGER);
    ColumnSpec time = ColumnSpec.of("t", ColumnType.TIMESTAMP, ColumnKind.TIMESTAMP);
    return Stream.of(
        new Case("continuous", x, Column.numbers("x", normal)),
        new Case("missing", x.withMissing(true), Column.numbers("x", holes(normal))),
        new Case(
            "spike at the bound",
            x.withSpikes(List.of(0.0)).withBounds(0.0, null),
            Column.numbers("x", spiked)),
        new Case(
            "spikes and missing",
            x.withSpikes(List.of(-1.0, 0.25)).withMissing(true),
            Column.numbers("x", holes(two))),
        new Case("few whole numbers", i, Column.integers("i", small)),
        new Case(
            "few whole numbers in bounds",
            i.withBounds(0.0, 40.0).withMissing(true),
            Column.integers("i", holes(small))),
        new Case("many whole numbers", i, Column.integers("i", large)),
        new Case(
            "whole numbers with a spike",
            i.withSpikes(List.of(7.0)).withMissing(true),
            Column.integers("i", holes(spread(large)))),
        new Case("days", time, Column.timestamps("t", days)),
        new Case(
            "moments of a schedule",
            time.withMissing(true),
            Column.timestamps(
                "t", holes(Arrays.stream(small).map(v -> 1.6e9 + 0.5 + 86_400 * v).toArray()))),
        new Case("moments", time.withMissing(true), Column.timestamps("t", holes(moments))),
        new Case(
            "truths",
            ColumnSpec.of("b", ColumnType.BOOLEAN, ColumnKind.BOOLEAN)
                .withCategories(List.of("false", "true")),
            Column.booleans("b", truths)),
        new Case(
            "codes",
            ColumnSpec.of("c", ColumnType.INTEGER, ColumnKind.CATEGORICAL)
                .withCategories(
                    Arrays.stream(small).distinct().mapToObj(v -> "" + (int) v).toList())
                .withMissing(true),
            Column.integers("c", holes(small))),
        new Case(
            "texts",
            ColumnSpec.of("s", ColumnType.TEXT, ColumnKind.CATEGORICAL)
                .withCategories(List.of("a", "b"))
                .withOther(true)
                .withMissing(true),
            Column.texts("s", texts)));
  }

  private static double[] draws(java.util.function.DoubleSupplier draw) {
    return DoubleStream.generate(draw).limit(ROWS).map(v -> v + 0.0).toArray();
  }

  private static double[] holes(double[] values) {
    return IntStream.range(0, values.length)
        .mapToDouble(i -> i % 7 == 3 ? Double.NaN : values[i])
        .toArray();
  }

  private static double[] spread(double[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> i % 5 == 0 ? 7 : values[i]).toArray();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesGoThereAndBack(Case given) {
    ColumnEncoder encoder = given.encoder();
    double[][] encoded = encode(encoder, given.values());
    Column back = encoder.decode(encoded[0]);
    assertThat(back.type()).isEqualTo(given.spec().type());
    for (int row = 0; row < ROWS; row++) {
      String text = given.values().text(row);
      if ("c".equals(text) && given.spec().other()) {
        text = ColumnSpec.OTHER;
      }
      if (given.spec().kind() == ColumnKind.CONTINUOUS && text != null) {
        double x = given.values().number(row);
        assertThat(back.number(row)).isCloseTo(x, within(1e-9 * (1 + Math.abs(x))));
      } else if (given.what().equals("moments") && text != null) {
        assertThat(back.number(row)).isCloseTo(given.values().number(row), within(2e-6));
      } else {
        assertThat(back.text(row)).isEqualTo(text);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void scoresOfTrainingRowsAreStandardNormal(Case given) {
    double[] scores = encode(given.encoder(), given.values())[0];
    Arrays.sort(scores);
    double distance = 0;
    for (int i = 0; i < ROWS; i++) {
      double mass = StandardNormal.below(scores[i]);
      distance = Math.max(distance, Math.max((i + 1.0) / ROWS - mass, mass - (double) i / ROWS));
    }
    // Kolmogorov and Smirnov: above 1.63/√n in one sample of a hundred.
    assertThat(distance).isLessThan(1.63 / Math.sqrt(ROWS));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void scoresLieInTheIntervalsOfTheirValues(Case given) {
    ColumnEncoder encoder = given.encoder();
    double[] scores = encode(encoder, given.values())[0];
    for (int row = 0; row < 500; row++) {
      assertThat(encoder.interval(given.values(), row).contains(scores[row])).isTrue();
      if (given.values().isMissing(row)) {
        assertThat(encoder.missingInterval().orElseThrow().contains(scores[row])).isTrue();
      } else {
        assertThat(encoder.presentInterval().contains(scores[row])).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyScoreHasAValueWithThatScore(Case given) {
    ColumnEncoder encoder = given.encoder();
    double[] scores = IntStream.range(0, 1400).mapToDouble(i -> -7 + i / 100.0).toArray();
    Column values = encoder.decode(scores);
    if (given.spec().other()) {
      return; // those that are pooled have no text of their own
    }
    for (int i = 0; i < scores.length; i++) {
      Interval interval = encoder.interval(values, i);
      double slack = given.what().equals("moments") ? 1e-3 : 1e-5;
      assertThat(scores[i]).isBetween(interval.lower() - slack, interval.upper() + slack);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void massesAreThoseOfTheIntervalsAndSumToOne(Case given) {
    if (given.spec().kind() == ColumnKind.CONTINUOUS || given.what().startsWith("moments")) {
      return;
    }
    ColumnEncoder encoder = given.encoder();
    Column all = all(given, encoder);
    double[][] encoded = encode(encoder, all);
    double sum = 0;
    for (int row = 0; row < all.rows(); row++) {
      Interval interval = encoder.interval(all, row);
      double mass = Math.exp(encoded[1][row] + StandardNormal.logDensity(encoded[0][row]));
      assertThat(mass)
          .isCloseTo(StandardNormal.between(interval.lower(), interval.upper()), within(1e-9));
      sum += mass;
    }
    assertThat(sum).isCloseTo(1, within(1e-3));
  }

  // Each value once, but those that are too far out to matter.
  private static Column all(Case given, ColumnEncoder encoder) {
    if (given.spec().kind() == ColumnKind.CATEGORICAL
        || given.spec().kind() == ColumnKind.BOOLEAN) {
      double[] scores = IntStream.range(0, 8_001).mapToDouble(i -> -4 + i / 1_000.0).toArray();
      Column decoded = encoder.decode(scores);
      List<Integer> first = new ArrayList<>();
      for (int row = 0; row < decoded.rows(); row++) {
        if (row == 0
            || !String.valueOf(decoded.text(row)).equals(String.valueOf(decoded.text(row - 1)))) {
          first.add(row);
        }
      }
      return decoded.select(first.stream().mapToInt(row -> row).toArray());
    }
    double step = given.what().equals("days") ? 86_400 : 1;
    double middle = encoder.decode(new double[] {0}).number(0);
    return Column.timestamps( // takes any number
        "any",
        DoubleStream.concat(
                IntStream.rangeClosed(-50_000, 50_000).mapToDouble(i -> middle + i * step),
                given.spec().missing() ? DoubleStream.of(Double.NaN) : DoubleStream.empty())
            .filter(v -> !(given.spec().lower() != null && (v < 0 || v > 40)))
            .toArray());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void densitiesAndMassesIntegrateToOne(Case given) {
    if (given.spec().kind() != ColumnKind.CONTINUOUS) {
      return;
    }
    ColumnEncoder encoder = given.encoder();
    double mass = encoder.missingInterval().map(ColumnEncoderTest::mass).orElse(0.0);
    for (double spike : given.spec().spikes()) {
      mass += mass(encoder.interval(Column.numbers("x", spike), 0));
    }
    double[] scores = IntStream.range(0, 200_001).mapToDouble(i -> -7 + i * 7e-5).toArray();
    double[] grid =
        Arrays.stream(encoder.decode(scores).numbers())
            .filter(v -> !Double.isNaN(v) && !given.spec().spikes().contains(v))
            .toArray();
    double[][] encoded = encode(encoder, Column.numbers("x", grid));
    for (int k = 1; k < grid.length; k++) {
      double left = Math.exp(encoded[1][k - 1] + StandardNormal.logDensity(encoded[0][k - 1]));
      double right = Math.exp(encoded[1][k] + StandardNormal.logDensity(encoded[0][k]));
      mass += (grid[k] - grid[k - 1]) * (left + right) / 2;
    }
    assertThat(mass).isCloseTo(1, within(1e-3));
  }

  private static double mass(Interval interval) {
    return StandardNormal.between(interval.lower(), interval.upper());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void unseenAndExtremeValuesHaveFiniteDensities(Case given) {
    if (given.spec().kind() == ColumnKind.CATEGORICAL
        || given.spec().kind() == ColumnKind.BOOLEAN
        || given.spec().lower() != null) {
      return;
    }
    ColumnEncoder encoder = given.encoder();
    double step = given.what().equals("days") ? 86_400 : 1;
    double[] values =
        DoubleStream.of(-1e300, -1e15, -1e9, -1001, -7, -1, 0, 3, 50, 77, 1e6, 1e12, 1e300)
            .map(v -> Math.rint(v / step) * step)
            .toArray();
    Column column =
        given.spec().kind() == ColumnKind.CONTINUOUS
            ? Column.numbers("x", values)
            : Column.timestamps("t", values); // takes any number
    double[][] encoded = encode(encoder, column);
    for (int row = 0; row < values.length; row++) {
      assertThat(encoded[0][row]).as("score of %s", values[row]).isBetween(-500.0, 500.0);
      assertThat(encoded[1][row]).as("ratio of %s", values[row]).isFinite();
    }
    if (given.what().equals("continuous")) {
      Column back = encoder.decode(encoded[0]);
      for (int row = 0; row < values.length; row++) {
        assertThat(back.number(row))
            .isCloseTo(values[row], within(1e-8 * (1 + Math.abs(values[row]))));
      }
    }
  }

  @Test
  void momentsOfAScheduleComeAgainAndOthersDoNot() {
    ColumnSpec spec = ColumnSpec.of("t", ColumnType.TIMESTAMP, ColumnKind.TIMESTAMP);
    Random random = new Random(4);
    double[] noons = random.ints(400, 0, 50).mapToDouble(day -> 43_200 + 86_400.0 * day).toArray();
    double[] once = random.doubles(80, 0, 1e6).toArray();
    double[] scores = random.doubles(1_000, -3, 3).toArray();
    OrderedEncoder scheduled = OrderedEncoder.fit(spec, Column.timestamps("t", noons));
    double[] drawn = scheduled.decode(scores).numbers();
    assertThat(Arrays.stream(drawn).filter(v -> v % 86_400 == 43_200).count()).isGreaterThan(980L);
    OrderedEncoder free = OrderedEncoder.fit(spec, Column.timestamps("t", once));
    Set<Double> seen = Arrays.stream(once).boxed().collect(Collectors.toSet());
    assertThat(Arrays.stream(free.decode(scores).numbers()).boxed()).noneMatch(seen::contains);
  }

  @Test
  void decodedValuesKeepBounds() {
    cases()
        .filter(given -> given.spec().lower() != null)
        .forEach(
            given -> {
              double[] scores = {-1e9, -40, -9, -5, 0, 5, 9, 40, 1e9};
              for (double value : given.encoder().decode(scores).numbers()) {
                if (!Double.isNaN(value)) {
                  assertThat(value).isGreaterThanOrEqualTo(0);
                }
              }
            });
  }

  @Test
  void standardisationIsPlain() {
    ColumnSpec spec =
        ColumnSpec.of("x", ColumnType.NUMBER, ColumnKind.CONTINUOUS)
            .withTransform(MarginTransform.STANDARD);
    ColumnEncoder encoder = StandardEncoder.fit(spec, Column.numbers("x", 1, 2, 3, 6));
    double[][] encoded = encode(encoder, Column.numbers("x", 3, 5));
    double deviation = Math.sqrt(3.5);
    assertThat(encoded[0]).containsExactly(0, 2 / deviation);
    assertThat(encoded[1]).containsOnly(-Math.log(deviation));
    assertThat(encoder.decode(encoded[0]).number(1)).isCloseTo(5, within(1e-12));
  }

  @Test
  void whatCannotBeEncodedIsNamed() {
    Case continuous = cases().findFirst().orElseThrow();
    ColumnEncoder encoder = continuous.encoder();
    assertThatThrownBy(() -> encode(encoder, Column.numbers("x", 1, Double.POSITIVE_INFINITY)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("column 'x', row 2: Infinity is not finite");
    assertThatThrownBy(() -> encode(encoder, Column.numbers("x", Double.NaN)))
        .hasMessageContaining("column 'x', row 1: the value is missing")
        .hasMessageContaining("missing: true");
    ColumnEncoder texts =
        CategoricalEncoder.fit(
            ColumnSpec.of("s", ColumnType.TEXT, ColumnKind.CATEGORICAL)
                .withCategories(List.of("a", "b")),
            Column.texts("s", "a", "b"));
    assertThatThrownBy(() -> encode(texts, Column.texts("s", "a", "z")))
        .hasMessageContaining("column 's', row 2: 'z' is none of the categories a, b")
        .hasMessageContaining("other: true");
    Case bounded = cases().skip(2).findFirst().orElseThrow();
    assertThatThrownBy(() -> encode(bounded.encoder(), Column.numbers("x", -0.5)))
        .hasMessageContaining("row 1: -0.5 is outside of the bounds 0.0 to ∞");
    Case whole = cases().skip(4).findFirst().orElseThrow();
    assertThatThrownBy(() -> encode(whole.encoder(), Column.numbers("i", 0.5)))
        .hasMessageContaining("column 'i', row 1: 0.5 is not a whole number");
  }

  private static double[][] encode(ColumnEncoder encoder, Column values) {
    double[][] encoded = new double[2][values.rows()];
    encoder.encode(values, Draws.byIndex(5, 0), 0, encoded[0], encoded[1]);
    return encoded;
  }
}
