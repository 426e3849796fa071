package org.ebbflow.flow.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DenseFactorsTest {
  private static final int D = 60;

  /** Orthonormal matrices with singular values from 1 down to {@code smallest} between them. */
  private static Tensor matrix(Rng rng, double smallest) {
    Tensor values = Ops.add(Ops.counts(D, rng.normal(1)), -1);
    values = Ops.mul(values, Math.log(smallest) / (D - 1)).exp();
    return rng.orthogonal(D, D).mul(values).matmul(rng.orthogonal(D, D));
  }

  /** Two random triangles multiplied: solutions lose most digits on their way. */
  private static Tensor wild(Rng rng) {
    return rng.normal(D, D).tril().matmul(rng.normal(D, D).triu());
  }

  @ParameterizedTest
  @CsvSource({"0.1, 3e-8, 1e-5", "1e-5, 0, 1e-7", "0, 0, 1e-7"})
  void rows_in_single_precision_are_solved_for_in_it_where_that_is_good_enough(
      double smallest, double least, double most) {
    Engine engine = Engine.cpu(DType.FLOAT32);
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(2)) {
      Tensor w = engine.parameter(engine.zeros(D, D));
      DenseFactors factors = new DenseFactors(engine, w, UnaryOperator.identity());
      for (int round = 0; round < 2; round++) { // again after the matrix has changed
        InPlace.assign(w, smallest == 0 ? wild(rng) : matrix(rng, smallest));
        Tensor z = rng.normal(7, D);
        Tensor exact = factors.solve(Ops.toDouble(z));
        Tensor found = factors.solve(z);
        assertThat(Ops.isDouble(found)).isFalse();
        Tensor gap = Ops.toDouble(found).sub(exact);
        assertThat(Ops.item(gap.norm()) / Ops.item(exact.norm())).isBetween(least, most);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void the_gradient_of_the_log_determinant_is_the_transposed_inverse(DType dtype) {
    Engine engine = Engine.cpu(dtype);
    double tolerance = dtype == DType.FLOAT64 ? 1e-12 : 1e-4;
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(3)) {
      Tensor w = engine.parameter(matrix(rng, 0.1));
      DenseFactors factors = new DenseFactors(engine, w, UnaryOperator.identity());
      Tensor logAbsDet = factors.logAbsDet();
      double sum = 0;
      for (int i = 0; i < D; i++) {
        sum += i * Math.log(0.1) / (D - 1);
      }
      assertThat(Ops.item(logAbsDet)).isCloseTo(sum, within(tolerance * D));
      Tensor gradient = Autograd.gradient(Ops.mul(logAbsDet, 2), w, false);
      Tensor product = gradient.t().matmul(w.detach());
      double[] expected = Engine.doubles(Ops.mul(engine.identity(D), 2));
      assertThat(Engine.doubles(product)).containsExactly(expected, within(tolerance));
    }
  }

  @Test
  void a_matrix_made_of_its_parameter_passes_the_gradient_on() {
    Engine engine = Engine.cpu(DType.FLOAT64);
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(3)) {
      Tensor w = engine.parameter(matrix(rng, 0.1));
      DenseFactors factors = new DenseFactors(engine, w, t -> Ops.mul(t, 3));
      // log|det 3W| = D·log 3 + log|det W|: the gradient is W's own.
      Tensor gradient = Autograd.gradient(factors.logAbsDet(), w, false);
      double[] expected = Engine.doubles(engine.identity(D));
      assertThat(Engine.doubles(gradient.t().matmul(w.detach())))
          .containsExactly(expected, within(1e-12));
    }
  }
}
