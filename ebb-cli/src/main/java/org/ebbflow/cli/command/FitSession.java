package org.ebbflow.cli.command;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.ebbflow.cli.report.FitReport;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Fit;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.model.Provenance;
import org.ebbflow.model.RunConfig;
import org.ebbflow.tensor.Engine;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainState;
import org.ebbflow.train.ValidationPoint;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * One session of training from the command line: progress, Ctrl-C, test figures, provenance and the
 * report.
 */
final class FitSession {
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

  static Provenance provenance(
      RunConfig config, String command, Provenance.Source data, Provenance.@Nullable Source test) {
    return new Provenance(
        Provenance.versionsHere(),
        config.threads() > 0 ? config.threads() : Engine.cpu().threads(),
        command,
        data,
        test,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Map.of());
  }

  /**
   * Trains, then tests and reports.
   *
   * @param fresh whether what an earlier run left in the folder is to go
   * @param resumeCommand what the user is told to go on with after Ctrl-C
   * @return the exit code
   */
  int run(boolean fresh, String resumeCommand) {
    Bar bar = new Bar();
    Fit fit = new Fit(config, data, folder, bar);
    folder.create();
    Outcome outcome;
    try (FolderLock lock = FolderLock.take(folder.path());
        Interruption interruption = new Interruption(fit)) {
      if (fresh) {
        folder.clear();
      }
      fit.restore();
      folder.writeProvenance(provenance);
      bar.open(fit);
      try {
        outcome = fit.run();
      } finally {
        bar.close();
      }
      if (outcome == Outcome.INTERRUPTED) {
        System.err.println(
            "stopped at step " + fit.state().step() + "; go on with: " + resumeCommand);
        return 130;
      }
      return finish(fit, outcome);
    }
  }

  private int finish(Fit fit, Outcome outcome) {
    DensityModel best = DensityModel.load(folder.path());
    TrainState state = fit.state();
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("steps", (double) state.step());
    metrics.put("bestStep", (double) state.bestStep());
    metrics.put("seconds", Results.round(state.seconds(), 3));
    metrics.put("secondsPerStep", Results.round(state.seconds() / Math.max(1, state.step()), 6));
    metrics.put("droppedSamples", (double) state.droppedSamples());
    metrics.put("skippedSteps", (double) state.skippedSteps());
    LogLikelihood.Summary validation = evaluate(best, fit.split().validation(), "validation");
    metrics.put("validationNll", validation.nll());
    LogLikelihood.Summary tested = test == null ? null : evaluate(best, test, "test");
    if (tested != null) {
      metrics.put("testNll", tested.nll());
      metrics.put("testBitsPerDim", tested.bitsPerDimension());
      metrics.put("testStandardError", tested.standardError());
    }
    Provenance done = provenance.with(metrics);
    folder.writeProvenance(done);
    Path report = folder.path().resolve("report.html");
    new FitReport(best, done, state, fit.stepsPerEpoch(), fit.split(), validation, tested, test)
        .write(report);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("model", folder.path().toString());
    result.put("outcome", outcome.name().toLowerCase(Locale.ROOT));
    result.put("steps", state.step());
    result.put("seconds", Results.round(state.seconds(), 1));
    result.put("validation", EvalCommand.figures(validation));
    if (tested != null) {
      result.put("test", EvalCommand.figures(tested));
    }
    result.put("report", report.toString());
    Results.print(spec, result);
    return 0;
  }

  private static LogLikelihood.Summary evaluate(DensityModel model, Dataset rows, String task) {
    try (ProgressLine progress = ProgressLine.share(task)) {
      return model.evaluate(rows, progress::shareDone);
    }
  }

  /** Shows steps and the last validation. */
  private static final class Bar implements TrainListener {
    private @Nullable ProgressLine line;

    void open(Fit fit) {
      line = ProgressLine.steps("fit", fit.totalSteps());
    }

    void close() {
      if (line != null) {
        line.close();
      }
    }

    @Override
    public void stepped(TrainState state, long totalSteps) {
      if (line != null) {
        line.stepTo(state.step());
      }
    }

    @Override
    public void validated(TrainState state, ValidationPoint point) {
      if (line != null) {
        line.note(String.format(Locale.ROOT, "validation NLL %.4f", point.nll()));
      }
    }
  }

  /** Lets Ctrl-C and SIGTERM wait for the checkpoint before the JVM goes down. */
  private static final class Interruption implements AutoCloseable {
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;

    Interruption(Fit fit) {
      hook =
          new Thread(
              () -> {
                fit.stop();
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
        // The JVM is already going down: that is why the session ended.
      }
    }
  }
}
