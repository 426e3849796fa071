package org.ebbflow.cli.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.ebbflow.EbbException;
import org.ebbflow.cli.command.table.TableFit;
import org.ebbflow.cli.command.table.TableRun;
import org.ebbflow.cli.report.FitReport;
import org.ebbflow.cli.task.FitProgress;
import org.ebbflow.cli.task.FolderLock;
import org.ebbflow.cli.task.Interruption;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Fit;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.model.Provenance;
import org.ebbflow.model.RunConfig;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainState;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * One session of training from the command line: progress, Ctrl-C, test figures, provenance and the
 * report.
 */
final class FitSession {
  private static final String REPORT = "report.html";
  private static final int INTERRUPTED = 130;

  private final CommandSpec spec;
  private final ModelFolder folder;
  private final RunConfig config;
  private final Dataset data;
  private final @Nullable Dataset test;
  private final Provenance provenance;

  FitSession(
      CommandSpec spec,
      ModelFolder folder,
      RunConfig config,
      Dataset data,
      @Nullable Dataset test,
      Provenance provenance) {
    this.spec = spec;
    this.folder = folder;
    this.config = config;
    this.data = data;
    this.test = test;
    this.provenance = provenance;
  }

  /**
   * Trains, then tests and reports.
   *
   * @param start what becomes of an earlier run in the folder
   * @param resumeCommand what the user is told to go on with after Ctrl-C
   * @return the exit code
   */
  int run(Start start, String resumeCommand) {
    FitProgress bar = new FitProgress("fit");
    Fit fit = new Fit(config, data, folder, provenance, bar);
    folder.create();
    try (FolderLock lock = FolderLock.take(folder.path())) {
      start.prepare(folder);
      fit.restore();
      Outcome outcome = train(fit, bar, resumeCommand);
      return outcome == Outcome.INTERRUPTED ? INTERRUPTED : finish(fit, outcome);
    }
  }

  // Only training keeps the JVM up when it is told to go down, until its checkpoint is written and
  // the way on is said; what follows it is short and repeated by a resumed run.
  private static Outcome train(Fit fit, FitProgress bar, String resumeCommand) {
    try (Interruption interruption = new Interruption(fit::stop)) {
      Outcome outcome;
      try (bar) {
        bar.open(fit.state().step(), fit.totalSteps());
        outcome = fit.run();
      }
      if (outcome == Outcome.INTERRUPTED) {
        System.err.println(
            "stopped at step " + fit.state().step() + "; go on with: " + resumeCommand);
      }
      return outcome;
    }
  }

  private int finish(Fit fit, Outcome outcome) {
    DensityModel best = DensityModel.load(folder.path());
    TrainState state = fit.state();
    Map<String, Double> metrics = new LinkedHashMap<>();
    FitReport.Scored validation = score(best, fit.split().validation(), "validation");
    FitReport.Scored tested = test == null ? null : score(best, test, "test");
    if (tested != null) {
      metrics.put("testNll", tested.summary().nll());
      metrics.put("testBitsPerDim", tested.summary().bitsPerDimension());
      metrics.put("testStandardError", tested.summary().standardError());
    }
    Provenance done = folder.readProvenance().with(metrics);
    folder.writeProvenance(done);
    Path report = folder.path().resolve(REPORT);
    new FitReport(best, done, state, fit.stepsPerEpoch(), fit.split(), validation, tested)
        .write(report);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("model", folder.path().toString());
    result.put("outcome", outcome.name().toLowerCase(Locale.ROOT));
    result.put("steps", state.step());
    result.put("seconds", Results.round(state.seconds(), 1));
    result.put("validation", EvalCommand.figures(validation.summary()));
    if (tested != null) {
      result.put("test", EvalCommand.figures(tested.summary()));
    }
    result.putAll(
        EvalCommand.integration(best, test == null ? fit.split().validation() : test, false));
    result.put("report", report.toString());
    Results.print(spec, result);
    return 0;
  }

  private static FitReport.Scored score(DensityModel model, Dataset rows, String task) {
    try (ProgressLine progress = ProgressLine.share(task)) {
      return FitReport.Scored.of(
          model.logProb(rows, progress::shareDone), model.shape().dimension());
    }
  }

  /** What becomes of an earlier run in the folder. */
  enum Start {
    /** There must be none. */
    FRESH,
    /** It goes. */
    OVERWRITE,
    /** It is gone on with. */
    RESUME;

    private void prepare(ModelFolder folder) {
      // Asked again under the lock: another run may have come and gone since the options were read.
      if (this == FRESH) {
        requireFree(folder);
      }
      if (this == OVERWRITE) {
        TableFit.clear(folder);
      }
    }
  }

  /**
   * Checks that a folder holds no run.
   *
   * @throws EbbException if it does
   */
  static void requireFree(ModelFolder folder) {
    if (folder.isTaken() || TableRun.isIn(folder.path())) {
      throw new EbbException(
          folder.path() + " already holds a run",
          "add --resume to go on with it, --force to overwrite it, or choose another --out");
    }
  }
}
