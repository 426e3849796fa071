package org.ebbflow.bench.reproduce;

import java.util.LinkedHashMap;
import java.util.Map;
import org.ebbflow.cli.task.FitProgress;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.ConfigJson;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Fit;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.model.Provenance;
import org.ebbflow.model.RunConfig;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainState;

/**
 * A cell's training, gone on with from its folder's checkpoint.
 *
 * @param model the best by validation
 * @param latest as it was at the last step
 * @param state where training stands
 * @param totalSteps steps of the full training
 */
public record Training(DensityModel model, DensityModel latest, TrainState state, long totalSteps) {

  /**
   * Trains to the end, or for the minutes of the setup.
   *
   * @param config what to train; the setup's seed, threads and minutes are laid over it
   * @param source names the data in the model's provenance
   * @throws Stopped if the user stops it, with a checkpoint kept
   */
  public static Training run(Context context, RunConfig config, Dataset.Split rows, String source) {
    Setup setup = context.setup();
    RunConfig run =
        with(
            config,
            "threads=" + setup.threads(),
            "seed=" + setup.seed(),
            "training.minutes=" + setup.minutes());
    ModelFolder folder = new ModelFolder(context.folder());
    Provenance provenance =
        Provenance.start(run, context.command(), Provenance.Source.of(source, rows.train()), null);
    try (FitProgress progress = new FitProgress(context.cell())) {
      Fit fit = new Fit(run, rows, folder, provenance, progress);
      context.onStop().set(fit::stop);
      if (context.stopping().getAsBoolean()) {
        throw new Stopped();
      }
      fit.restore();
      progress.open(fit.state().step(), fit.totalSteps());
      if (fit.run() == Outcome.INTERRUPTED) {
        throw new Stopped();
      }
      return new Training(
          DensityModel.load(folder.path()), fit.latest(), fit.state(), fit.totalSteps());
    }
  }

  /** A configuration with settings replaced, each {@code name=value} as for {@code --set}. */
  public static RunConfig with(RunConfig config, String... settings) {
    var tree = ConfigJson.write(config);
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      ConfigJson.set(tree, setting.substring(0, equals), setting.substring(equals + 1));
    }
    return ConfigJson.read(tree);
  }

  /** Whether all steps are done. */
  public boolean complete() {
    return state.step() >= totalSteps;
  }

  /** How far training came and how long it took, for the end of a row. */
  public Map<String, Object> progress() {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("steps", state.step());
    row.put("of", totalSteps);
    row.put("best step", state.bestStep());
    row.put("minutes", state.seconds() / 60);
    row.put("dropped samples", state.droppedSamples());
    row.put("skipped steps", state.skippedSteps());
    return row;
  }
}
