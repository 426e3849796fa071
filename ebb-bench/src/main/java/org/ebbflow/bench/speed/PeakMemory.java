package org.ebbflow.bench.speed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;

/**
 * How far the process's resident memory has risen at most since {@link #begin}, in MiB, where Linux
 * tells; of the process as a whole, so for one measurement at a time.
 *
 * <p>What earlier work has left is freed and given back to the system first: it would serve what is
 * measured, and hide it.
 *
 * @param before resident memory at the beginning in KiB, negative where it is not told
 */
public record PeakMemory(long before) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path RESET = Path.of("/proc/self/clear_refs");

  /**
   * What a step takes: the least of several peaks, since the process's other threads, the compiler
   * above all, can only add to them.
   */
  public static double ofStep(Runnable step, int times) {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < times; i++) {
      PeakMemory memory = begin();
      step.run();
      least = Math.min(least, memory.mebibytes());
    }
    return least;
  }

  /** Starts the peak over. */
  public static PeakMemory begin() {
    return new PeakMemory(forgotten() ? kibibytes("VmRSS:") : -1);
  }

  /** Starts the peak over, but goes on counting from the same beginning. */
  public void forgetPeak() {
    if (before >= 0) {
      forgotten();
    }
  }

  /** The rise so far, not a number where it is not told. */
  public double mebibytes() {
    return rise("VmHWM:");
  }

  /** What is held now more than at the beginning, not a number where it is not told. */
  public double held() {
    return rise("VmRSS:");
  }

  /** The most that the process has ever had, in MiB; not a number where it is not told. */
  public static double ofProcess() {
    return mebibytes("VmHWM:");
  }

  /** What the process has now, in MiB; not a number where it is not told. */
  public static double resident() {
    return mebibytes("VmRSS:");
  }

  /** What the process has once everything free has been given back, in MiB. */
  public static double settled() {
    giveBack();
    return resident();
  }

  private static double mebibytes(String name) {
    long size = kibibytes(name);
    return size < 0 ? Double.NaN : size / 1024.0;
  }

  private double rise(String name) {
    return before < 0 ? Double.NaN : (kibibytes(name) - before) / 1024.0;
  }

  /** Lowers peak and resident memory to what is in use; false where the system does not let us. */
  private static boolean forgotten() {
    giveBack();
    try {
      Files.writeString(RESET, "5"); // as proc(5) has it: the peak becomes what is resident now
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static void giveBack() {
    System.gc();
    Pointer.deallocateReferences(); // of tensors that nobody holds, which JavaCPP frees in time
    Pointer.trimMemory();
  }

  private static long kibibytes(String name) {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith(name))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }
}
