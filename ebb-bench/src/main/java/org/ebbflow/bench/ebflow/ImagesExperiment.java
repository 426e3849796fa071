package org.ebbflow.bench.ebflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.StepTimer;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.cli.report.Sheets;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.RunConfig;

/**
 * MNIST and CIFAR-10, fully connected and convolutional, five objectives: likelihood on the test
 * images, and the time of a step measured side by side.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 5.2, tables 2 and 3.
 */
public final class ImagesExperiment implements Experiment {
  @Override
  public String name() {
    return "ebflow-images";
  }

  @Override
  public String description() {
    return "MNIST and CIFAR-10 x FC, CNN x 5 objectives: NLL, bits/dim, time of a step";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    List<Cell> cells = new ArrayList<>();
    for (Images images : setup.quick() ? new Images[] {Images.MNIST} : Images.values()) {
      for (String model : List.of("ebflow-fc", "ebflow-cnn")) {
        cells.add(new TimeCell(images, model));
        for (String objective : PlaneExperiment.OBJECTIVES) {
          cells.add(new TrainCell(images, model, objective));
        }
      }
    }
    return cells;
  }

  /** Which images. */
  enum Images {
    MNIST,
    CIFAR10;

    ImageData load(Setup setup) {
      return this == MNIST ? ImageData.mnist(setup) : ImageData.cifar(setup);
    }

    String cell(String model, String last) {
      return name().toLowerCase(Locale.ROOT) + model.replace("ebflow", "") + "-" + last;
    }

    /** The published constants for these images. */
    RunConfig config(String model, String objective, DataShape shape) {
      RunConfig config = RunConfig.defaults(model, objective, shape);
      return this == MNIST ? config : Training.with(config, "sigma=0.1", "lambda=0.001");
    }
  }

  private record TrainCell(Images images, String model, String objective) implements Cell {
    @Override
    public String name() {
      return images.cell(model, objective);
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      ImageData data = images.load(context.setup());
      RunConfig config = images.config(model, objective, DataShape.of(data.rows().train()));
      if (quick) {
        config = Training.with(config, "training.epochs=0", "training.steps=3", "validateEvery=3");
      }
      Training training = Training.run(context, config, data.rows(), data.title());
      LogLikelihood.Summary test = training.model().evaluate(data.test(), share -> {});
      AtomicFile.write(
          context.folder().resolve("samples.png"),
          Sheets.grid(training.model().sample(quick ? 4 : 100, 1, share -> {})));
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("data", data.title());
      row.put("model", model);
      row.put("objective", objective);
      row.put("test NLL [nats]", test.nll());
      row.put("± standard error", test.standardError());
      row.put("bits/dim", test.bitsPerDimension());
      training.state().bestNll().ifPresent(nll -> row.put("validation NLL", nll));
      row.putAll(training.progress());
      return new Outcome(training.complete(), "likelihood", List.of(row));
    }
  }

  private record TimeCell(Images images, String model) implements Cell {
    @Override
    public String name() {
      return images.cell(model, "time");
    }

    @Override
    public Outcome run(Context context) {
      boolean quick = context.setup().quick();
      ImageData data = images.load(context.setup());
      DataShape shape = DataShape.of(data.rows().train());
      List<String> objectives = PlaneExperiment.OBJECTIVES;
      List<StepTimer> timers = new ArrayList<>();
      for (String objective : objectives) {
        timers.add(new StepTimer(images.config(model, objective, shape), shape));
      }
      double[] times = StepTimer.medians(timers, quick ? 1 : 5, quick ? 1 : 30);
      timers.forEach(StepTimer::close);
      List<Map<String, Object>> rows = new ArrayList<>();
      for (int i = 0; i < times.length; i++) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("data", data.title());
        row.put("model", model);
        row.put("objective", objectives.get(i));
        row.put("ms a step", times[i]);
        row.put("steps/s", 1000 / times[i]);
        row.put("times as fast as ml", times[0] / times[i]);
        rows.add(row);
      }
      return new Outcome(true, "steps", rows);
    }
  }
}
