package org.ebbflow.bench.reproduce;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.ebbflow.EbbException;
import org.ebbflow.cli.task.FolderLock;
import org.ebbflow.cli.task.Interruption;
import org.ebbflow.tensor.Engine;

/**
 * Runs an experiment's cells one by one, keeps each one's rows as it ends, and writes tables and
 * pictures anew after each. Several processes may run different cells of one experiment.
 */
final class ExperimentRun {
  private final Experiment experiment;
  private final Setup setup;
  private final Results results;
  private final String command;
  private final AtomicReference<Runnable> stop = new AtomicReference<>(() -> {});
  private volatile boolean stopping;

  /**
   * @param folder of the experiment, made if it is missing
   * @param command what to type to go on
   */
  ExperimentRun(Experiment experiment, Setup setup, Path folder, String command) {
    this.experiment = experiment;
    this.setup = setup;
    this.results = new Results(folder, setup, experiment.cells(setup));
    this.command = command;
  }

  /**
   * Runs the cells that are asked for and not complete.
   *
   * @return whether they all came to an end; false if the user stopped them
   * @throws EbbException if a cell cannot be run, or the folder holds another setup's results
   */
  boolean run(Predicate<Cell> wanted) {
    List<Cell> chosen = results.cells().stream().filter(wanted).toList();
    for (Cell cell : results.cells()) {
      CellFile.read(results.folder(cell))
          .ifPresent(file -> file.requireSame(setup, results.folder(cell)));
    }
    if (setup.threads() > 0) {
      Engine.cpu().setThreads(setup.threads());
    }
    try (Interruption interruption = new Interruption(this::stop)) {
      for (Cell cell : chosen) {
        run(cell);
      }
      return true;
    } catch (Stopped e) {
      return false;
    }
  }

  private void stop() {
    stopping = true;
    stop.get().run();
  }

  private void run(Cell cell) {
    Path folder = results.folder(cell);
    Optional<CellFile> before = CellFile.read(folder);
    if (before.isPresent() && before.get().complete()) {
      System.err.println(cell.name() + ": done " + before.get().finished());
      write();
      return;
    }
    if (stopping) {
      throw new Stopped();
    }
    create(folder);
    try (FolderLock lock = FolderLock.take(folder)) {
      Cell.Outcome outcome =
          cell.run(new Context(cell.name(), command, folder, setup, () -> stopping, stop::set));
      CellFile.write(folder, setup, outcome);
    } finally {
      stop.set(() -> {});
    }
    write();
  }

  private void write() {
    results.tables().forEach(results::writeTable);
    experiment.illustrate(results);
  }

  /** The tables' Markdown by file, for those that exist. */
  Map<Path, String> markdown() {
    Map<Path, String> all = new LinkedHashMap<>();
    results
        .tables()
        .forEach(
            (name, rows) ->
                all.put(results.folder().resolve(name + ".md"), new ResultTable(rows).markdown()));
    return all;
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new EbbException("cannot make the folder " + folder, "choose another --out", e);
    }
  }
}
