package org.ebbflow.cli.command.table;

import java.util.Locale;
import org.ebbflow.cli.task.FitProgress;
import org.ebbflow.tabular.select.Entry;
import org.ebbflow.tabular.select.FitListener;
import org.ebbflow.train.TrainListener;
import org.jspecify.annotations.Nullable;

/** One line of progress for every training, and one of text for what came of it. */
public final class TableProgress implements FitListener, AutoCloseable {
  private final String prefix;
  private @Nullable FitProgress line;

  /**
   * @param prefix of every line: what is fitted, if that needs saying
   */
  public TableProgress(String prefix) {
    this.prefix = prefix;
  }

  @Override
  public TrainListener training(String name, long done, long steps) {
    close();
    FitProgress opened = new FitProgress(prefix + name);
    opened.open(done, steps);
    line = opened;
    return opened;
  }

  @Override
  public void entered(Entry entry) {
    close();
    System.err.println(
        entry.note().isEmpty()
            ? prefix
                + String.format(
                    Locale.ROOT,
                    "%s: validation NLL %.4f nats after %,d steps, %.0f s",
                    entry.name(),
                    entry.validationNll(),
                    entry.steps(),
                    entry.seconds())
            : prefix + entry.name() + ": " + entry.note());
  }

  @Override
  public void close() {
    if (line != null) {
      line.close();
      line = null;
    }
  }
}
