package org.ebbflow.bench.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one measurement has used does not hide the next. */
class PeakMemoryTest {
  private static final long MEBIBYTE = 1 << 20;

  private final Engine engine = Engine.cpu();

  @BeforeEach
  void loadWhatIsLoadedOnce() {
    hold(1);
  }

  /**
   * The Java heap of earlier tests shrinks in steps and by itself, which would count against a
   * rise.
   */
  @BeforeEach
  void waitForTheHeapToShrink() throws InterruptedException {
    double now = PeakMemory.settled();
    int quiet = 0;
    for (int i = 0; i < 50 && quiet < 4; i++) {
      Thread.sleep(50);
      double before = now;
      now = PeakMemory.settled();
      quiet = Math.abs(before - now) < 0.5 ? quiet + 1 : 0;
    }
  }

  /** Resident numbers of so many MiB. */
  private Tensor filled(long mebibytes) {
    return engine.zeros(mebibytes * MEBIBYTE / Float.BYTES);
  }

  private void hold(long mebibytes) {
    try (Scope scope = Scope.open()) {
      assertThat(filled(mebibytes).numel()).isPositive();
    }
  }

  /** As a cell leaves its parameters behind. */
  private void leave(long mebibytes) {
    try (Scope scope = Scope.open()) {
      for (int i = 0; i < mebibytes; i++) {
        assertThat(Scope.own(filled(1)).numel()).isPositive();
      }
    }
  }

  @Test
  void a_peak_counts_from_what_was_there_before_whatever_earlier_ones_were() {
    PeakMemory first = PeakMemory.begin();
    assumeThat(first.mebibytes()).isNotNaN();
    hold(300);
    assertThat(first.mebibytes()).isBetween(290.0, 400.0);
    leave(200);
    PeakMemory second = PeakMemory.begin();
    hold(100);
    assertThat(second.mebibytes()).isBetween(90.0, 160.0);
  }

  @Test
  void what_is_held_stays_in_the_peak_when_a_peak_is_forgotten() {
    PeakMemory memory = PeakMemory.begin();
    assumeThat(memory.mebibytes()).isNotNaN();
    try (Scope scope = Scope.open()) {
      Tensor kept = filled(150);
      hold(300);
      memory.forgetPeak();
      assertThat(memory.held()).isBetween(140.0, 220.0);
      hold(50);
      assertThat(memory.mebibytes()).isBetween(190.0, 270.0);
      assertThat(kept.numel()).isPositive();
    }
  }
}
