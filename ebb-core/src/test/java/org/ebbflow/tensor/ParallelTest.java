package org.ebbflow.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pieces side by side: all of them once, on threads that have what the caller has. */
class ParallelTest {
  private final Engine engine = Engine.cpu();
  private final int before = engine.threads();

  @BeforeEach
  void twoThreads() {
    engine.setThreads(2);
  }

  @AfterEach
  void asBefore() {
    engine.setThreads(before);
  }

  @Test
  void every_piece_runs_once() {
    AtomicIntegerArray runs = new AtomicIntegerArray(100);
    Parallel.forEach(100, runs::incrementAndGet);
    for (int i = 0; i < 100; i++) {
      assertThat(runs.get(i)).isEqualTo(1);
    }
    Parallel.forEach(0, i -> runs.incrementAndGet(0));
    assertThat(runs.get(0)).isEqualTo(1);
  }

  @Test
  void two_pieces_run_at_once_on_one_thread_each_one_of_them_the_callers() {
    CountDownLatch both = new CountDownLatch(2);
    Set<Integer> threads = ConcurrentHashMap.newKeySet();
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    Parallel.forEach(
        2,
        i -> {
          threads.add(engine.threads());
          seen.add(Thread.currentThread());
          both.countDown();
          try {
            assertThat(both.await(1, TimeUnit.MINUTES)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    assertThat(threads).containsExactly(1);
    assertThat(seen).hasSize(2).contains(Thread.currentThread());
    assertThat(engine.threads()).isEqualTo(2);
  }

  @Test
  void a_thread_born_while_pieces_run_has_all_threads() {
    AtomicInteger seen = new AtomicInteger();
    Parallel.forEach(
        2,
        i -> {
          Thread born =
              new Thread(
                  () -> {
                    try (Scope scope = Scope.open()) {
                      engine.zeros(3); // whatever it has from libtorch, it has from now
                    }
                    seen.addAndGet(engine.threads());
                  });
          born.start();
          try {
            born.join();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    assertThat(seen.get()).isEqualTo(4);
  }

  @Test
  void a_limit_is_the_threads_own() throws Exception {
    try (Parallel.Limit limit = engine.limitThreads(1)) {
      assertThat(Parallel.width()).isEqualTo(1);
      Thread other = new Thread(() -> assertThat(Parallel.width()).isEqualTo(2));
      List<Throwable> thrown = new ArrayList<>();
      other.setUncaughtExceptionHandler((thread, e) -> thrown.add(e));
      other.start();
      other.join();
      assertThat(thrown).isEmpty();
      assertThat(Parallel.width()).isEqualTo(1);
      try (Parallel.Limit inner = engine.limitThreads(3)) {
        assertThat(Parallel.width()).isEqualTo(3);
      }
      assertThat(engine.threads()).isEqualTo(1);
    }
    assertThat(engine.threads()).isEqualTo(2);
  }

  @Test
  void with_one_thread_pieces_stay_on_the_callers() {
    engine.setThreads(1);
    Thread caller = Thread.currentThread();
    Parallel.forEach(3, i -> assertThat(Thread.currentThread()).isSameAs(caller));
  }

  @Test
  void pieces_of_pieces_run_in_their_thread() {
    AtomicInteger runs = new AtomicInteger();
    Parallel.forEach(
        4,
        i -> {
          Thread outer = Thread.currentThread();
          assertThat(Parallel.width()).isEqualTo(1);
          Parallel.forEach(
              5,
              j -> {
                assertThat(Thread.currentThread()).isSameAs(outer);
                runs.incrementAndGet();
              });
        });
    assertThat(runs).hasValue(20);
  }

  @Test
  void what_a_piece_throws_is_thrown_and_the_rest_is_left_out() {
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Parallel.forEach(
                    10_000,
                    i -> {
                      runs.incrementAndGet();
                      throw new IllegalStateException("piece " + i);
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("piece ");
    assertThat(runs.get()).isLessThanOrEqualTo(2);
    assertThat(engine.threads()).isEqualTo(2);
  }

  @Test
  void autograd_records_as_outside() {
    Parallel.forEach(4, i -> assertThat(Autograd.isOn()).isTrue());
    try (Autograd.Mode off = Autograd.off()) {
      Parallel.forEach(4, i -> assertThat(Autograd.isOn()).isFalse());
    }
    Parallel.forEach(4, i -> assertThat(Autograd.isOn()).isTrue());
  }

  @Test
  void tensors_come_back_in_order_and_die_with_the_callers_scope() {
    List<List<Tensor>> results;
    try (Scope scope = Scope.open()) {
      results = Parallel.map(5, i -> List.of(Ops.add(engine.full(i, 2), 1), engine.full(-i, 1)));
      for (int i = 0; i < 5; i++) {
        assertThat(Engine.doubles(results.get(i).get(0))).containsExactly(i + 1, i + 1);
        assertThat(Engine.doubles(results.get(i).get(1))).containsExactly(-i);
      }
    }
    for (List<Tensor> own : results) {
      assertThat(own).allMatch(tensor -> tensor.isNull());
    }
  }

  @Test
  void without_a_scope_tensors_are_the_callers() {
    List<List<Tensor>> results = Parallel.map(3, i -> List.of(engine.full(i, 2)));
    assertThat(Engine.doubles(results.get(2).get(0))).containsExactly(2, 2);
    Scope.release(results.get(2).get(0));
    assertThat(results.get(2).get(0).isNull()).isTrue();
  }

  @Test
  void rows_are_cut_so_that_every_thread_has_some() {
    assertThat(Parallel.pieceSize(500, 500)).isEqualTo(250);
    assertThat(Parallel.pieceSize(501, 500)).isEqualTo(251);
    assertThat(Parallel.pieceSize(5_000, 500)).isEqualTo(500);
    assertThat(Parallel.pieceSize(10, 500)).isGreaterThanOrEqualTo(10);
    assertThat(Parallel.pieceSize(0, 500)).isPositive();
    engine.setThreads(1);
    assertThat(Parallel.pieceSize(500, 500)).isEqualTo(500);
  }
}
