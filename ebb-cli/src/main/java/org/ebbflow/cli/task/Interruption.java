package org.ebbflow.cli.task;

import java.util.concurrent.CountDownLatch;

/**
 * Lets Ctrl-C and SIGTERM wait for a task's checkpoint before the JVM goes down: while it is open,
 * the first of them asks the task to stop, and the JVM stays until it is closed.
 */
public final class Interruption implements AutoCloseable {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  /**
   * Starts to listen.
   *
   * @param stop asks the task to stop; called from another thread
   */
  public Interruption(Runnable stop) {
    hook =
        new Thread(
            () -> {
              stop.run();
              try {
                done.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "ebb-interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is already going down: that is why the task ended.
    }
  }
}
