package org.ebbflow.tabular.encode;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Distributions whose densities are known, to sample from. */
@SuppressWarnings("ImmutableEnumChecker") // functions without state
enum Distributions {
  NORMAL(Random::nextGaussian, StandardNormal::logDensity),
  EXPONENTIAL(r -> -Math.log(1 - r.nextDouble()), x -> -x),
  LOGNORMAL(
      r -> Math.exp(r.nextGaussian()), x -> StandardNormal.logDensity(Math.log(x)) - Math.log(x)),
  CAUCHY(r -> Math.tan(Math.PI * (r.nextDouble() - 0.5)), x -> -Math.log(Math.PI * (1 + x * x))),
  UNIFORM(Random::nextDouble, x -> 0),
  BETA(
      r -> {
        // The second smallest of six uniform numbers is beta(2, 5).
        return DoubleStream.generate(r::nextDouble).limit(6).sorted().skip(1).findFirst().orElse(0);
      },
      x -> Math.log(30 * x) + 4 * Math.log1p(-x)),
  MIXTURE(
      r -> r.nextBoolean() ? -2 + 0.5 * r.nextGaussian() : 3 + r.nextGaussian(),
      x -> Math.log(StandardNormal.density((x + 2) / 0.5) + 0.5 * StandardNormal.density(x - 3)));

  private final ToDoubleFunction<Random> draw;
  private final DoubleUnaryOperator logDensity;

  Distributions(ToDoubleFunction<Random> draw, DoubleUnaryOperator logDensity) {
    this.draw = draw;
    this.logDensity = logDensity;
  }

  double[] sample(int rows, long seed) {
    Random random = new Random(seed);
    return Stream.generate(() -> draw.applyAsDouble(random))
        .limit(rows)
        .mapToDouble(x -> x)
        .toArray();
  }

  double logDensity(double x) {
    return logDensity.applyAsDouble(x);
  }
}
