package org.ebbflow.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.NumericalException;
import org.ebbflow.tensor.LinearAlgebra.Factorisation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinearAlgebraTest {
  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private final LinearAlgebra algebra = engine.linearAlgebra();
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    Thread.interrupted(); // must not leak into the next test
    scope.close();
  }

  private Tensor random(int n, long seed) {
    try (Rng rng = engine.rng(seed)) {
      return rng.normal(n, n).add(Ops.mul(engine.identity(n), Math.sqrt(n)));
    }
  }

  @Test
  void log_determinants_that_are_known() {
    assertThat(logAbsDet(engine.identity(3))).isZero();
    assertThat(logAbsDet(Ops.mul(engine.identity(3), -2)))
        .isCloseTo(3 * Math.log(2), within(1e-15));
    // A swap of rows only changes the sign.
    assertThat(logAbsDet(engine.tensor(new double[] {0, 1, 1, 0}, 2, 2))).isZero();
    assertThat(logAbsDet(engine.tensor(new double[] {1, 2, 3, 4}, 2, 2)))
        .isCloseTo(Math.log(2), within(1e-15));
    // The Hilbert matrix of order 4 has determinant 1/6048000.
    double[] hilbert = new double[16];
    for (int i = 0; i < 16; i++) {
      hilbert[i] = 1.0 / (i / 4 + i % 4 + 1);
    }
    assertThat(logAbsDet(engine.tensor(hilbert, 4, 4)))
        .isCloseTo(-Math.log(6048000), within(1e-10));
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 65})
  void nothing_is_left_of_what_a_scope_held(int n) {
    Tensor w = random(n, 1);
    Tensor symmetric = w.add(w.t());
    long growth =
        NativeCount.growth(
            () -> {
              try (Scope inner = Scope.open()) {
                algebra.symmetricSpectrum(symmetric);
                algebra.solveTriangular(w, symmetric, true);
                Factorisation factors = algebra.factorise(w, true);
                factors.solve(symmetric);
                factors.release();
              }
            });
    assertThat(growth).isZero();
  }

  @Test
  void determinants_beyond_the_range_of_doubles_have_finite_logarithms() {
    assertThat(logAbsDet(Ops.mul(engine.identity(400), 1e-3)))
        .isCloseTo(400 * Math.log(1e-3), within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 17, 200})
  void solves_have_small_residuals(int n) {
    Tensor w = random(n, n);
    Tensor right;
    try (Rng rng = engine.rng(5)) {
      right = rng.normal(n, 3);
    }
    Factorisation factors = algebra.factorise(w, true);
    assertThat(largest(w.matmul(factors.solve(right)).sub(right))).isLessThan(1e-11);
    assertThat(largest(w.matmul(factors.inverse()).sub(engine.identity(n)))).isLessThan(1e-11);
    assertThat(largest(w.triu().matmul(algebra.solveTriangular(w, right, true)).sub(right)) / n)
        .as("relative to the growth of a random triangle, upper")
        .isLessThan(1e-6);
    Tensor lower = w.tril().add(Ops.mul(engine.identity(n), 3.0 * n));
    assertThat(largest(lower.matmul(algebra.solveTriangular(lower, right, false)).sub(right)))
        .isLessThan(1e-11);
    factors.release();
  }

  @Test
  void precision_is_double_where_asked_for_and_the_matrixs_own_otherwise() {
    Tensor single = Engine.cpu().tensor(Engine.doubles(random(30, 1)), 30, 30);
    double exact = algebra.factorise(Ops.toDouble(single), true).logAbsDet();
    Factorisation precise = algebra.factorise(single, true);
    Factorisation own = algebra.factorise(single, false);
    assertThat(precise.logAbsDet()).isEqualTo(exact);
    assertThat(own.logAbsDet()).isNotEqualTo(exact).isCloseTo(exact, within(1e-4));
    assertThat(Ops.isDouble(precise.inverse())).isTrue();
    assertThat(Ops.isDouble(own.inverse())).isFalse();
  }

  @Test
  void a_singular_matrix_has_no_solve() {
    Factorisation factors = algebra.factorise(engine.tensor(new double[] {1, 2, 2, 4}, 2, 2), true);
    assertThat(factors.logAbsDet()).isEqualTo(Double.NEGATIVE_INFINITY);
    long solves = algebra.solves();
    assertThatThrownBy(() -> factors.solve(engine.zeros(2, 1)))
        .isInstanceOf(NumericalException.class)
        .hasMessageContaining("singular");
    assertThatThrownBy(factors::inverse).isInstanceOf(NumericalException.class);
    assertThat(algebra.solves()).isEqualTo(solves);
  }

  @Test
  void a_matrix_that_is_not_square_fails_in_the_calling_thread() {
    assertThatThrownBy(() -> algebra.solveTriangular(engine.zeros(2, 3), engine.zeros(2, 1), true))
        .isInstanceOf(RuntimeException.class);
    assertThat(logAbsDet(engine.identity(2))).as("and harms nothing").isZero();
  }

  @Test
  void calls_are_counted_per_engine() {
    Engine other = Engine.cpu();
    long factorisations = algebra.factorisations();
    long solves = algebra.solves();
    Factorisation factors = algebra.factorise(engine.identity(2), true);
    assertThat(algebra.factorisations() - factorisations).isEqualTo(1);
    assertThat(algebra.solves() - solves).isZero();
    factors.solve(engine.identity(2));
    factors.inverse();
    algebra.solveTriangular(engine.identity(2), engine.identity(2), true);
    assertThat(algebra.factorisations() - factorisations).isEqualTo(1);
    assertThat(algebra.solves() - solves).isEqualTo(3);
    assertThat(other.linearAlgebra().factorisations()).isZero();
    assertThat(other.linearAlgebra().solves()).isZero();
  }

  @Test
  void an_interrupt_is_kept_for_the_caller() {
    Thread.currentThread().interrupt();
    double logAbsDet = logAbsDet(Ops.mul(engine.identity(3), 2));
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(logAbsDet).isCloseTo(3 * Math.log(2), within(1e-15));
    Tensor inverse = algebra.factorise(engine.identity(3), true).inverse();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Engine.doubles(inverse))
        .containsExactly(new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1}, within(0.0));
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void nothing_is_recorded(DType dtype) {
    Tensor w = Autograd.variable(Engine.cpu(dtype).identity(3));
    assertThat(algebra.factorise(w, false).inverse().requires_grad()).isFalse();
    Tensor right = Engine.cpu(dtype).identity(3);
    assertThat(algebra.solveTriangular(w, right, true).requires_grad()).isFalse();
    assertThat(Autograd.isOn()).isTrue();
  }

  @Test
  void many_threads_get_the_same_answers() throws Exception {
    double[] entries = Engine.doubles(random(60, 3));
    Callable<double[]> work =
        () -> {
          try (Scope inner = Scope.open()) {
            Tensor w = engine.tensor(entries, 60, 60);
            Factorisation factors = algebra.factorise(w, true);
            double residual = largest(w.matmul(factors.inverse()).sub(engine.identity(60)));
            factors.release();
            return new double[] {factors.logAbsDet(), residual};
          }
        };
    double expected = work.call()[0];
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<double[]>> results = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        results.add(threads.submit(work));
      }
      for (Future<double[]> result : results) {
        assertThat(result.get()[0]).isCloseTo(expected, within(1e-11));
        assertThat(result.get()[1]).isLessThan(1e-11);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private double logAbsDet(Tensor w) {
    Factorisation factors = algebra.factorise(w, true);
    factors.release();
    return factors.logAbsDet();
  }

  private static double largest(Tensor x) {
    return Ops.item(x.abs().max());
  }
}
