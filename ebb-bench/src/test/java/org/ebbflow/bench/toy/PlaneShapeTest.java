package org.ebbflow.bench.toy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.ebbflow.data.Dataset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlaneShapeTest {
  static Stream<PlaneShape> shapes() {
    return PlaneShape.all(Path.of("none")).stream();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void drawsAreRepeatableAndInTheSquare(PlaneShape shape) {
    Dataset draws = shape.draws().of(2000, 1);
    assertThat(shape.draws().of(2000, 1).fingerprint()).isEqualTo(draws.fingerprint());
    assertThat(shape.draws().of(2000, 2).fingerprint()).isNotEqualTo(draws.fingerprint());
    long outside =
        Stream.of(PlaneShape.rows(draws))
            .filter(p -> Math.max(Math.abs(p[0]), Math.abs(p[1])) > shape.halfWidth())
            .count();
    assertThat(outside).isLessThan(40);
  }

  /** By the midpoint rule on a square a little larger. */
  @ParameterizedTest
  @MethodSource("shapes")
  void knownDensitiesIntegrateToOne(PlaneShape shape) {
    if (shape.logDensity() == null) {
      assertThat(List.of("moons", "gaussians", "pinwheel")).contains(shape.name());
      return;
    }
    int side = 700;
    double width = 1.1 * shape.halfWidth();
    double step = 2 * width / side;
    double integral = 0;
    for (int i = 0; i < side; i++) {
      for (int j = 0; j < side; j++) {
        double[] x = {-width + (i + 0.5) * step, -width + (j + 0.5) * step};
        integral += Math.exp(shape.logDensity().applyAsDouble(x)) * step * step;
      }
    }
    assertThat(integral).isCloseTo(1, within(0.01));
    assertThat(shape.meanNegativeLogDensity(shape.draws().of(2000, 3)).orElseThrow())
        .isBetween(1.0, 4.0);
  }
}
