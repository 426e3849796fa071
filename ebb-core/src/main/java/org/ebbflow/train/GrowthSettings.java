package org.ebbflow.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ebbflow.EbbException;

/**
 * How a flow grows block by block; steps, epochs and the learning rate's schedule of a training are
 * then those of each block, its minutes those of all together.
 *
 * <p>Source: Xu, Cheng and Xie, 2023, arXiv:2212.14424, section 4 (algorithms 1 and 2).
 *
 * @param h step size of the first block, positive
 * @param factor ρ that it grows by from block to block, positive
 * @param hMax largest step size
 * @param maxBlocks at most how many
 * @param epsilon growth ends after a block that moves rows by less than this share: {@code E‖x −
 *     T(x)‖²/E‖T(x)‖²}; 0 to grow to the end
 * @param freeBlock whether a last block follows that is trained by the likelihood alone
 * @param rounds how often the time points are moved towards blocks of equal movement and the blocks
 *     retrained
 * @param eta share of the way that they are moved, in (0, 1]
 * @param evenness rounds end when the largest movement of a block is at most this many times the
 *     smallest
 * @param refinements how often, after that, every block is cut in two and retrained
 * @param cache where the rows are kept that the blocks so far have moved: {@code memory}, {@code
 *     disk} (a temporary file, mapped, in the folder of the checkpoint or else the system's for
 *     temporary files) or {@code auto}: in memory if they take at most half of the heap that is
 *     free. They take two copies of the training and validation rows in the flow's element type; no
 *     number depends on where they are
 */
public record GrowthSettings(
    double h,
    double factor,
    double hMax,
    int maxBlocks,
    double epsilon,
    boolean freeBlock,
    int rounds,
    double eta,
    double evenness,
    int refinements,
    Cache cache) {

  /** Where moved rows are kept. */
  public enum Cache {
    /** In memory if there is room, else on disk. */
    AUTO,
    /** In memory. */
    MEMORY,
    /** In a temporary file. */
    DISK;

    /** Whether so many bytes go to disk, judged by the heap that is free now. */
    boolean onDisk(long bytes) {
      Runtime runtime = Runtime.getRuntime();
      long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
      return this == DISK || (this == AUTO && bytes > free / 2);
    }
  }

  /** Checks the ranges. */
  public GrowthSettings {
    require("growth.h", h, h > 0, "a positive number");
    require("growth.factor", factor, factor > 0, "a positive number");
    require("growth.hMax", hMax, hMax > 0, "a positive number");
    require("growth.maxBlocks", maxBlocks, maxBlocks >= 1 && maxBlocks <= 1000, "1 to 1000");
    require("growth.epsilon", epsilon, epsilon >= 0, "0 or more");
    require("growth.rounds", rounds, rounds >= 0, "0 or more");
    require("growth.eta", eta, eta > 0 && eta <= 1, "a number in (0, 1]");
    require("growth.evenness", evenness, evenness >= 1, "1 or more");
    require("growth.refinements", refinements, refinements >= 0 && refinements <= 5, "0 to 5");
  }

  /** Eight blocks of 0.25·1.4ᵏ, the published steps for densities in the plane. */
  public static GrowthSettings published() {
    return new GrowthSettings(0.25, 1.4, 5, 8, 0.01, false, 0, 0.5, 1.5, 0, Cache.AUTO);
  }

  /** {@code min(h₀ρᵏ, h_max)} for block k, counted from 0. */
  double stepSize(int block) {
    return Math.min(h * Math.pow(factor, block), hMax);
  }

  /** Whether blocks of these movements need no more evening out. */
  boolean isEven(double[] movements) {
    double largest = Arrays.stream(movements).max().orElse(0);
    double smallest = Arrays.stream(movements).min().orElse(0);
    return largest <= evenness * smallest;
  }

  /**
   * Step sizes whose blocks share the way more evenly: where the cumulative movement, linear in
   * time between the time points, reaches equal parts are the points aimed at, and the points are
   * moved {@link #eta} of the way there.
   *
   * @param steps h_k, positive
   * @param movements S_k of each block, at least 0
   */
  List<Double> evened(List<Double> steps, double[] movements) {
    int n = movements.length;
    double[] times = new double[n + 1];
    double[] lengths = new double[n + 1];
    for (int k = 0; k < n; k++) {
      times[k + 1] = times[k] + steps.get(k);
      lengths[k + 1] = lengths[k] + movements[k];
    }
    double[] moved = times.clone();
    for (int k = 1; k < n; k++) {
      double wanted = lengths[n] * k / n;
      int part = 0;
      while (part < n - 1 && lengths[part + 1] < wanted) {
        part++;
      }
      double inside = movements[part] > 0 ? (wanted - lengths[part]) / movements[part] : 0;
      moved[k] += eta * (times[part] + inside * (times[part + 1] - times[part]) - times[k]);
    }
    List<Double> evened = new ArrayList<>();
    for (int k = 0; k < n; k++) {
      evened.add(Math.min(hMax, moved[k + 1] - moved[k]));
    }
    return evened;
  }

  private static void require(String field, double value, boolean ok, String allowed) {
    if (!ok || !Double.isFinite(value)) {
      throw new EbbException(field + " is " + value, "give " + allowed);
    }
  }
}
