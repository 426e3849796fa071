package org.ebbflow.bench.speed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What one measurement has used does not hide the next.
 *
 * <p>Figures are the middle ones of three: every five seconds the Java machine frees what its
 * compiler has used, up to 20 MiB, which counts against the one rise that it falls into.
 */
class PeakMemoryTest {
  private static final long MEBIBYTE = 1 << 20;

  private static final Engine ENGINE = Engine.cpu();

  /** Two figures of one measurement, in MiB. */
  private record Figures(double first, double second) {}

  @BeforeAll
  static void loadWhatIsLoadedOnce() {
    hold(1);
    assumeThat(PeakMemory.begin().mebibytes()).isNotNaN();
  }

  /** Resident numbers of so many MiB. */
  private static Tensor filled(long mebibytes) {
    return ENGINE.zeros(mebibytes * MEBIBYTE / Float.BYTES);
  }

  private static void hold(long mebibytes) {
    try (Scope scope = Scope.open()) {
      assertThat(filled(mebibytes).numel()).isPositive();
    }
  }

  /** As a cell leaves its parameters behind. */
  private static void leave(long mebibytes) {
    try (Scope scope = Scope.open()) {
      for (int i = 0; i < mebibytes; i++) {
        assertThat(Scope.own(filled(1)).numel()).isPositive();
      }
    }
  }

  private static Figures middleOfThree(Supplier<Figures> measurement) {
    var three = IntStream.range(0, 3).mapToObj(i -> measurement.get()).toList();
    return new Figures(
        three.stream().mapToDouble(Figures::first).sorted().toArray()[1],
        three.stream().mapToDouble(Figures::second).sorted().toArray()[1]);
  }

  @Test
  void a_peak_counts_from_what_was_there_before_whatever_earlier_ones_were() {
    Figures peaks =
        middleOfThree(
            () -> {
              PeakMemory first = PeakMemory.begin();
              hold(300);
              double ofFirst = first.mebibytes();
              leave(200);
              PeakMemory second = PeakMemory.begin();
              hold(100);
              return new Figures(ofFirst, second.mebibytes());
            });
    assertThat(peaks.first()).isBetween(290.0, 400.0);
    assertThat(peaks.second()).isBetween(90.0, 160.0);
  }

  @Test
  void what_is_held_stays_in_the_peak_when_a_peak_is_forgotten() {
    Figures heldAndPeak =
        middleOfThree(
            () -> {
              PeakMemory memory = PeakMemory.begin();
              try (Scope scope = Scope.open()) {
                Tensor kept = filled(150);
                hold(300);
                memory.forgetPeak();
                double held = memory.held();
                hold(50);
                assertThat(kept.numel()).isPositive();
                return new Figures(held, memory.mebibytes());
              }
            });
    assertThat(heldAndPeak.first()).isBetween(140.0, 220.0);
    assertThat(heldAndPeak.second()).isBetween(190.0, 270.0);
  }
}
