package org.ebbflow.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RngTest {
  private static final int N = 200_000;

  private final Engine engine = Engine.cpu();
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static double[] draws(Rng rng) {
    try (Scope inner = Scope.open()) {
      Tensor all = Ops.concatenate(rng.normal(7), rng.uniform(5), rng.normal(40));
      return Engine.doubles(Ops.concatenate(all, rng.rademacherLike(all)));
    }
  }

  @Test
  void the_seed_alone_decides_the_numbers_in_every_instance_and_thread() throws Exception {
    double[] expected;
    try (Rng rng = engine.rng(42)) {
      expected = draws(rng);
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<double[]>> results = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        results.add(
            threads.submit(
                () -> {
                  try (Rng rng = Engine.cpu().rng(42)) {
                    return draws(rng);
                  }
                }));
      }
      for (Future<double[]> result : results) {
        assertThat(result.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
    try (Rng rng = engine.rng(43)) {
      assertThat(draws(rng)).isNotEqualTo(expected);
    }
  }

  @Test
  void generators_do_not_disturb_each_other_nor_the_process_wide_one() {
    try (Rng a = engine.rng(1);
        Rng alone = engine.rng(1);
        Rng b = engine.rng(2)) {
      torch.manual_seed(5);
      double[] global = Engine.doubles(torch.randn(9));
      torch.manual_seed(5);
      List<Double> interleaved = new ArrayList<>();
      List<Double> undisturbed = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        interleaved.add(Ops.item(a.normal(1)));
        b.normal(3);
        b.reseed(i);
      }
      assertThat(Engine.doubles(torch.randn(9))).isEqualTo(global);
      for (int i = 0; i < 5; i++) {
        undisturbed.add(Ops.item(alone.normal(1)));
      }
      assertThat(interleaved).isEqualTo(undisturbed);
    }
  }

  @Test
  void successive_draws_differ() {
    try (Rng rng = engine.rng(1)) {
      assertThat(draws(rng)).isNotEqualTo(draws(rng));
    }
  }

  @Test
  void reseeding_restarts_the_sequence_wherever_it_stood() {
    try (Rng rng = engine.rng(1)) {
      rng.reseed(9, 4);
      double[] expected = draws(rng);
      rng.normal(1); // an odd number of single draws leaves half a Box-Muller pair behind
      rng.reseed(9, 4);
      assertThat(draws(rng)).isEqualTo(expected);
      rng.reseed(9, 5);
      assertThat(draws(rng)).isNotEqualTo(expected);
      rng.reseed(10, 4);
      assertThat(draws(rng)).isNotEqualTo(expected);
      try (Rng other = engine.rng(77)) {
        other.reseed(9, 4);
        assertThat(draws(other)).isEqualTo(expected);
      }
    }
  }

  @Test
  void streams_of_neighbouring_seeds_and_steps_are_distinct() {
    Set<Long> seen = new HashSet<>();
    for (long seed = 0; seed < 40; seed++) {
      for (long stream = 0; stream < 500; stream++) {
        assertThat(seen.add(Rng.mix(seed, stream))).as("seed %d stream %d", seed, stream).isTrue();
      }
      assertThat(seen.add(Rng.mix(seed, -1))).as("seed %d initial batch", seed).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void normal_draws_have_the_moments_of_the_normal(DType dtype) {
    try (Rng rng = Engine.cpu(dtype).rng(3)) {
      double[] x = Engine.doubles(rng.normal(N));
      // Five standard errors each: of the k-th moment √((E x^2k − (E x^k)²)/N).
      double unit = 5 / Math.sqrt(N);
      assertThat(moment(x, 1)).isCloseTo(0, within(unit));
      assertThat(moment(x, 2)).isCloseTo(1, within(unit * Math.sqrt(2)));
      assertThat(moment(x, 3)).isCloseTo(0, within(unit * Math.sqrt(15)));
      assertThat(moment(x, 4)).isCloseTo(3, within(unit * Math.sqrt(96)));
      double beyondTwo = Arrays.stream(x).filter(v -> Math.abs(v) > 2).count() / (double) N;
      assertThat(beyondTwo).isCloseTo(0.0455, within(unit * 0.21));
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void uniform_draws_lie_in_the_half_open_interval(DType dtype) {
    try (Rng rng = Engine.cpu(dtype).rng(3)) {
      double[] x = Engine.doubles(rng.uniform(N));
      assertThat(Arrays.stream(x).min().orElseThrow()).isBetween(0.0, 1e-4);
      assertThat(Arrays.stream(x).max().orElseThrow()).isLessThan(1).isGreaterThan(1 - 1e-4);
      double unit = 5 / Math.sqrt(N);
      assertThat(moment(x, 1)).isCloseTo(0.5, within(unit * Math.sqrt(1 / 12.0)));
      assertThat(moment(x, 2)).isCloseTo(1 / 3.0, within(unit * Math.sqrt(4 / 45.0)));
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void signs_are_fair_and_independent(DType dtype) {
    Engine other = Engine.cpu(dtype);
    try (Rng rng = engine.rng(3)) {
      Tensor like = other.zeros(N / 2, 2);
      Tensor signs = rng.rademacherLike(like);
      assertThat(signs.shape()).isEqualTo(like.shape());
      assertThat(Ops.isDouble(signs)).isEqualTo(dtype == DType.FLOAT64);
      double[] x = Engine.doubles(signs);
      assertThat(x).containsOnly(-1, 1);
      double unit = 5 / Math.sqrt(N);
      assertThat(moment(x, 1)).isCloseTo(0, within(unit));
      double neighbours = 0;
      for (int i = 1; i < N; i++) {
        neighbours += x[i] * x[i - 1] / N;
      }
      assertThat(neighbours).isCloseTo(0, within(unit));
    }
  }

  private static double moment(double[] x, int k) {
    return Arrays.stream(x).map(v -> Math.pow(v, k)).average().orElseThrow();
  }
}
