package org.ebbflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Parallel;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientsTest {
  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private final int threads = engine.threads();

  @AfterEach
  void reset() {
    engine.setThreads(threads);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void products_made_later_are_those_made_at_once(int number) {
    engine.setThreads(number);
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(1)) {
      Tensor weight = engine.parameter(rng.normal(600, 500));
      Tensor bias = engine.parameter(rng.normal(600));
      Tensor[] went = {rng.normal(5, 600), rng.normal(9, 600), rng.normal(2, 600)};
      Tensor[] came = {rng.normal(5, 500), rng.normal(9, 500), rng.normal(2, 500)};
      Tensor own = rng.normal(600, 500);
      Tensor expected = own.clone();
      Gradients one = new Gradients(List.of(weight, bias));
      Gradients other = new Gradients(List.of(weight, bias));
      for (int i = 0; i < 3; i++) {
        expected = expected.add(went[i].t().matmul(came[i]));
        (i == 1 ? other : one).addTransposed(weight, went[i], came[i]);
      }
      Tensor room = engine.zeros(600, 500);
      Gradients sums = new Gradients(List.of(weight, bias), parameter -> room);
      sums.addAll(one);
      sums.addAll(other);
      Tensor products = sums.of(weight);
      assertThat(products.data_ptr()).isEqualTo(room.data_ptr());
      assertClose(products, expected.sub(own));
      assertThat(Engine.doubles(sums.of(bias))).containsOnly(0);
      assertThat(sums.of(weight)).as("asked twice").isSameAs(products);

      Gradients withSum = new Gradients(List.of(weight));
      withSum.add(weight, own.clone());
      withSum.addProduct(weight, went[0].t(), came[0], 1);
      withSum.addTransposed(weight, went[1], came[1]);
      withSum.addTransposed(weight, went[2], came[2]);
      assertClose(withSum.of(weight), expected);
    }
  }

  @Test
  void products_of_fewer_digits_become_sums_of_the_parameters_own() {
    Engine single = Engine.cpu(DType.FLOAT32);
    try (Scope scope = Scope.open();
        Rng rng = single.rng(1)) {
      Tensor weight = single.parameter(rng.normal(640, 530));
      Tensor went = rng.normal(8, 640);
      Tensor came = rng.normal(8, 530);
      Gradients gradients = new Gradients(List.of(weight));
      gradients.addTransposed(weight, Ops.toBfloat16(went), Ops.toBfloat16(came));
      gradients.addTransposed(weight, Ops.toBfloat16(went), Ops.toBfloat16(came));
      Tensor sum = gradients.of(weight);
      assertThat(Ops.sameType(sum, weight)).isTrue();
      Tensor exact = Ops.mul(went.t().matmul(came), 2);
      assertThat(Ops.item(sum.sub(exact).norm()) / Ops.item(exact.norm())).isBetween(1e-5, 1e-2);
    }
  }

  @Test
  void a_stranger_has_no_sum() {
    Gradients gradients = new Gradients(List.of(engine.zeros(2, 2)));
    Tensor stranger = engine.zeros(2, 2);
    assertThatThrownBy(() -> gradients.addTransposed(stranger, stranger, stranger))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Large enough for threads to share it. */
  @Test
  void columns_of_a_product_are_shared_among_threads() {
    engine.setThreads(3);
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(1)) {
      Tensor x = rng.normal(3, 1100);
      Tensor w = rng.normal(1001, 1100);
      assertClose(Parallel.product(x, w.t()), x.matmul(w.t()));
      assertClose(Parallel.product(x.matmul(w.t()), w), x.matmul(w.t()).matmul(w));
    }
  }

  private static void assertClose(Tensor found, Tensor expected) {
    double largest = Ops.item(expected.abs().max());
    assertThat(found.shape()).isEqualTo(expected.shape());
    // Entry by entry in Java it would take a minute.
    assertThat(Ops.item(found.sub(expected).abs().max())).isLessThanOrEqualTo(1e-12 * largest);
  }
}
