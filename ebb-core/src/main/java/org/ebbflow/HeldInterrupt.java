package org.ebbflow;

/**
 * Holds back the current thread's interrupt, which would close any file channel that it reads or
 * writes: what an interrupt stops wants to keep what it has. Closing gives the interrupt back.
 */
public final class HeldInterrupt implements AutoCloseable {
  private final boolean interrupted;

  private HeldInterrupt(boolean interrupted) {
    this.interrupted = interrupted;
  }

  /** From now on; to be closed on the same thread. */
  public static HeldInterrupt hold() {
    return new HeldInterrupt(Thread.interrupted());
  }

  @Override
  public void close() {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
