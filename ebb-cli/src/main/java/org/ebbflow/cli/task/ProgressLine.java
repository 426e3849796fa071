package org.ebbflow.cli.task;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Progress on standard error: a bar with rate and time left in a terminal, a line now and then in a
 * file or pipe.
 */
public final class ProgressLine implements AutoCloseable {
  private static final long PERCENT = 100;
  private static final Duration QUIET = Duration.ofSeconds(10);

  private final ProgressBar bar;

  private ProgressLine(String task, String unit, long done, long total) {
    // The launcher looks at the standard error itself; Java can only guess, and from 22 on cannot.
    boolean terminal = Boolean.getBoolean("ebb.terminal");
    PrintStream err = System.err;
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setStyle(ProgressBarStyle.ASCII)
            .setUnit(unit, 1)
            .setInitialMax(total)
            .startsFrom(done, Duration.ZERO)
            .showSpeed()
            .setUpdateIntervalMillis(terminal ? 200 : (int) QUIET.toMillis());
    if (terminal) {
      builder.setConsumer(new ConsoleProgressBarConsumer(err));
    } else {
      builder.setConsumer(new PlainLines(err, total >= 0));
    }
    bar = builder.build();
  }

  /**
   * Counts steps.
   *
   * @param done by an earlier session: no measure of this one's speed
   * @param total at the end, or the largest long where it is not known
   */
  public static ProgressLine steps(String task, long done, long total) {
    return new ProgressLine(task, " steps", done, total == Long.MAX_VALUE ? -1 : total);
  }

  /** Takes a share done, 0 to 1. */
  public static ProgressLine share(String task) {
    return new ProgressLine(task, "%", 0, PERCENT);
  }

  /** So many steps are done. */
  public void stepTo(long step) {
    bar.stepTo(step);
  }

  /** This share of the whole is done, 0 to 1. */
  public void shareDone(double share) {
    bar.stepTo(Math.round(share * PERCENT));
  }

  /** Shows a remark behind the numbers. */
  public void note(String message) {
    bar.setExtraMessage(" " + message);
  }

  @Override
  public void close() {
    bar.close();
  }
}
