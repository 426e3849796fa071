package org.ebbflow.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.flow.linear.FullyConnected.Structure;
import org.ebbflow.objective.Objective;
import org.ebbflow.objective.ObjectiveSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A closed tensor has a null address; a live one has not. */
class ScopeTest {
  private final Engine engine = Engine.cpu(DType.FLOAT64);

  @Test
  void a_scope_frees_what_was_made_inside() {
    Tensor x;
    try (Scope scope = Scope.open()) {
      x = engine.full(1, 3);
      assertThat(x.isNull()).isFalse();
    }
    assertThat(x.isNull()).isTrue();
  }

  @Test
  void a_passed_tensor_lives_exactly_as_long_as_the_enclosing_scope() {
    Tensor x;
    try (Scope outer = Scope.open()) {
      Tensor y;
      try (Scope inner = Scope.open()) {
        y = engine.full(1, 3);
        x = inner.pass(engine.full(2, 3));
        assertThat(inner.pass(x)).isSameAs(x); // twice does no harm
      }
      assertThat(y.isNull()).isTrue();
      assertThat(Engine.doubles(x)).containsExactly(2, 2, 2);
    }
    assertThat(x.isNull()).isTrue();
  }

  @Test
  void a_scope_can_pass_while_a_deeper_one_is_open() {
    Tensor x;
    try (Scope outer = Scope.open()) {
      try (Scope middle = Scope.open()) {
        x = engine.full(2, 3);
        try (Scope inner = Scope.open()) {
          middle.pass(x);
        }
        assertThat(x.isNull()).isFalse();
      }
      assertThat(Engine.doubles(x)).containsExactly(2, 2, 2);
    }
    assertThat(x.isNull()).isTrue();
  }

  @Test
  void passed_from_the_outermost_scope_it_is_the_callers() {
    Tensor x;
    try (Scope scope = Scope.open()) {
      x = scope.pass(engine.full(2, 3));
    }
    assertThat(Engine.doubles(x)).containsExactly(2, 2, 2);
    Scope.release(x);
    assertThat(x.isNull()).isTrue();
  }

  @Test
  void an_owned_tensor_outlives_every_scope_until_released() {
    Tensor x;
    try (Scope outer = Scope.open();
        Scope inner = Scope.open()) {
      x = Scope.own(engine.full(2, 3));
    }
    assertThat(Engine.doubles(x)).containsExactly(2, 2, 2);
    Scope.release(x);
    assertThat(x.isNull()).isTrue();
  }

  @Test
  void a_tensor_adopted_from_another_thread_dies_with_the_scope_that_took_it() throws Exception {
    AtomicReference<Tensor> made = new AtomicReference<>();
    Tensor x;
    try (Scope scope = Scope.open()) {
      Thread maker = new Thread(() -> made.set(engine.full(2, 3)));
      maker.start();
      maker.join();
      x = made.get();
      Scope.adopt(x);
      assertThat(Engine.doubles(x)).containsExactly(2, 2, 2);
    }
    assertThat(x.isNull()).isTrue();
  }

  @Test
  void a_scope_does_not_touch_what_other_threads_make() throws Exception {
    AtomicReference<Tensor> made = new AtomicReference<>();
    try (Scope scope = Scope.open()) {
      Thread maker = new Thread(() -> made.set(engine.full(2, 3)));
      maker.start();
      maker.join();
    }
    assertThat(Engine.doubles(made.get())).containsExactly(2, 2, 2);
  }

  @Test
  void subnormal_numbers_count_as_zero_inside_and_only_there() {
    double tiny = Double.MIN_NORMAL / 4;
    Tensor before = engine.full(tiny, 100);
    try (Scope outer = Scope.open()) {
      try (Scope inner = Scope.open()) {
        assertThat(Engine.doubles(Ops.mul(before, 1.5))).containsOnly(0);
      }
      assertThat(Engine.doubles(Ops.mul(before, 1.5))).containsOnly(0);
    }
    assertThat(before.sum().item_double()).isGreaterThan(0);
  }

  @Test
  void a_failure_frees_too() {
    List<Tensor> made = new ArrayList<>();
    try (Scope scope = Scope.open()) {
      made.add(engine.full(1, 3));
      throw new IllegalStateException("deliberate");
    } catch (IllegalStateException expected) {
      assertThat(made.get(0).isNull()).isTrue();
    }
  }

  /** What the public operations make, a scope around them frees: natively counted, no slack. */
  @ParameterizedTest
  @CsvSource({
    "FULL, ml",
    "FULL, sml",
    "FULL, ssm",
    "FULL, dsm",
    "FULL, fdssm",
    "LU, ml",
    "LU, sml",
    "LU, ssm",
    "LOWER, sml",
    "UPPER, sml"
  })
  void nothing_survives_the_scope_of_a_loss_and_its_gradient(Structure structure, String name) {
    Flow flow = flow(structure);
    Objective objective = ObjectiveSettings.of(name).build();
    try (Rng rng = engine.rng(1)) {
      Runnable step =
          () -> {
            try (Scope scope = Scope.open()) {
              Tensor loss = objective.losses(flow, rng.normal(5, 4), null, rng).mean();
              Autograd.gradients(loss, flow.parameters().values(), false);
            }
          };
      assertThat(NativeCount.growth(step)).isZero();
    }
  }

  @Test
  void nothing_survives_the_scope_of_densities_scores_and_samples() {
    Flow flow = flow(Structure.FULL);
    try (Rng rng = engine.rng(1)) {
      Runnable step =
          () -> {
            for (Tensor parameter : flow.parameters().values()) {
              InPlace.interpolate(parameter, parameter, 0); // no change, yet the caches are stale
            }
            try (Scope scope = Scope.open()) {
              Tensor x = rng.normal(5, 4);
              flow.score(x);
              flow.logProb(x);
              flow.sample(3, rng);
              rng.uniform(2);
              rng.rademacherLike(x);
              try (Autograd.Mode off = Autograd.off()) {
                flow.logProb(x);
              }
            }
          };
      assertThat(NativeCount.growth(step)).isZero();
    }
  }

  @Test
  void the_count_sees_a_single_survivor() {
    List<Tensor> kept = new ArrayList<>();
    Runnable step =
        () -> {
          try (Scope scope = Scope.open()) {
            kept.add(Scope.own(engine.full(1, 1)));
          }
        };
    assertThat(NativeCount.growth(step)).isEqualTo(1);
    kept.forEach(Scope::release);
  }

  private Flow flow(Structure structure) {
    return new Flow(
        engine,
        4,
        List.of(
            FullyConnected.identity(engine, 4, structure, false),
            new SmoothLeakyRelu(0.3, false),
            FullyConnected.identity(engine, 4, structure, true)),
        new StandardNormal());
  }
}
