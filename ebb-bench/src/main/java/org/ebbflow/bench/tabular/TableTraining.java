package org.ebbflow.bench.tabular;

import java.nio.file.Path;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Stopped;
import org.ebbflow.cli.command.table.TableProgress;
import org.ebbflow.tabular.TabularFit;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.FitListener;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Table;

/** A cell's fit of a table, gone on with from its folder. */
final class TableTraining {
  private TableTraining() {}

  /**
   * Fits to the end.
   *
   * @param name of the fit, also of its folder in the cell's
   * @param options the setup's threads are laid over them
   * @throws Stopped if the user stops it
   */
  static TabularModel run(
      Context context, String name, Table train, Schema schema, FitOptions options) {
    return run(
            context,
            name,
            options,
            (all, folder, listener) ->
                new TabularFit(train, schema, all, context.cell(), folder, listener))
        .model();
  }

  /**
   * A fit and its time.
   *
   * @param seconds from the table in memory to the model on disk, over all sessions
   */
  record Timed(TabularModel model, double seconds) {}

  /** As the other, with validation rows of one's own. */
  static Timed timed(
      Context context, String name, Table.Split rows, Schema schema, FitOptions options) {
    return run(
        context,
        name,
        options,
        (all, folder, listener) ->
            new TabularFit(rows, schema, all, context.cell(), folder, listener));
  }

  /** Sets a fit up. */
  private interface Opening {
    TabularFit open(FitOptions options, Path folder, FitListener listener);
  }

  private static Timed run(Context context, String name, FitOptions options, Opening opening) {
    FitOptions all = options.withThreads(context.setup().threads());
    Path folder = context.folder().resolve(name);
    try (TableProgress progress = new TableProgress(context.cell() + " " + name + " ")) {
      TabularFit fit = opening.open(all, folder, progress);
      context.onStop().set(fit::stop);
      if (context.stopping().getAsBoolean()) {
        throw new Stopped();
      }
      TabularModel model = fit.run().orElseThrow(Stopped::new);
      return new Timed(model, fit.seconds());
    }
  }
}
