package org.ebbflow.cli.task;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBarConsumer;

/** Prints each update of a progress bar as a line of its own, for output that is no terminal. */
final class PlainLines implements ProgressBarConsumer {
  private static final int WIDTH = 120;

  private final PrintStream out;
  private final boolean endKnown;
  private String last = "";

  /**
   * @param endKnown whether the bar knows how much there is to do
   */
  PlainLines(PrintStream out, boolean endKnown) {
    this.out = out;
    this.endKnown = endKnown;
  }

  @Override
  public int getMaxRenderedLength() {
    return WIDTH;
  }

  @Override
  public void accept(String rendered) {
    String line = rendered.strip();
    // The bar renders once more as it closes, and once before anything is done.
    boolean begun = !endKnown || !line.contains("/ ?)");
    if (!line.equals(last) && begun) {
      out.println(line);
    }
    last = line;
  }

  @Override
  public void close() {
    out.flush();
  }
}
