package org.ebbflow.bench.reproduce;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * What a cell is run with.
 *
 * @param cell its name, for progress
 * @param command what to type to go on, for provenance
 * @param folder its own folder, which exists
 * @param setup how experiments are run
 * @param stopping whether the user has asked to stop
 * @param onStop tells a task to stop when the user asks, for as long as it is open
 */
public record Context(
    String cell,
    String command,
    Path folder,
    Setup setup,
    BooleanSupplier stopping,
    StopSignal onStop) {

  /** Where a cell leaves the action that stops it. */
  public interface StopSignal {
    /** Replaces the action; it may be called at once, from another thread. */
    void set(Runnable stop);
  }
}
