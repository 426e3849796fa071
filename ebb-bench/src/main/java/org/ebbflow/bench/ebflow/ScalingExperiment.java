package org.ebbflow.bench.ebflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Results;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.reproduce.StepTimer;
import org.ebbflow.bench.reproduce.Training;
import org.ebbflow.cli.report.LineChart;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.RunConfig;

/**
 * One training step of two dense layers against D for every objective: times, ratios to maximum
 * likelihood, and exponents p of {@code time ∝ Dᵖ}.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 4: O(D³L) against O(D²L).
 */
public final class ScalingExperiment implements Experiment {
  private static final int LARGE = 4_000;

  @Override
  public String name() {
    return "ebflow-scaling";
  }

  @Override
  public String description() {
    return "one step against D for every objective, exponents, a log-log picture";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    int[] dimensions =
        setup.quick() ? new int[] {16, 64, 128} : new int[] {196, 784, 1536, 3072, 6144, 12288};
    return IntStream.of(dimensions).<Cell>mapToObj(StepCell::new).toList();
  }

  @Override
  public void illustrate(Results results) {
    List<Map<String, Object>> steps = results.table("steps");
    LineChart chart =
        new LineChart("One training step of two dense layers, batch 100", "D", "time [ms]")
            .logarithmicX()
            .logarithmicY();
    List<Map<String, Object>> exponents = new ArrayList<>();
    for (String objective : PlaneExperiment.OBJECTIVES) {
      List<Map<String, Object>> own =
          steps.stream().filter(row -> objective.equals(row.get("objective"))).toList();
      double[] d = own.stream().mapToDouble(row -> number(row, "D")).toArray();
      double[] ms = own.stream().mapToDouble(row -> number(row, "ms a step")).toArray();
      chart.line(objective, d, ms);
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("objective", objective);
      for (int i = 1; i < d.length; i++) {
        row.put(
            "%.0f to %.0f".formatted(d[i - 1], d[i]),
            Math.log(ms[i] / ms[i - 1]) / Math.log(d[i] / d[i - 1]));
      }
      if (d.length > 2) {
        row.put("fitted from the second on", slope(d, ms, 1));
      }
      exponents.add(row);
    }
    results.write("steps.png", chart.png());
    results.writeTable("exponents", exponents);
  }

  /** The least-squares slope of log y over log x. */
  static double slope(double[] x, double[] y, int from) {
    int n = x.length - from;
    double meanX = 0;
    double meanY = 0;
    for (int i = from; i < x.length; i++) {
      meanX += Math.log(x[i]) / n;
      meanY += Math.log(y[i]) / n;
    }
    double products = 0;
    double squares = 0;
    for (int i = from; i < x.length; i++) {
      double dx = Math.log(x[i]) - meanX;
      products += dx * (Math.log(y[i]) - meanY);
      squares += dx * dx;
    }
    return products / squares;
  }

  private static double number(Map<String, Object> row, String column) {
    return row.get(column) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  private record StepCell(int dimension) implements Cell {
    @Override
    public String name() {
      return "d" + dimension;
    }

    @Override
    public Outcome run(Context context) {
      List<String> objectives = PlaneExperiment.OBJECTIVES;
      double[] times = dimension > LARGE ? oneByOne(objectives) : byTurns(objectives);
      List<Map<String, Object>> rows = new ArrayList<>();
      for (int i = 0; i < times.length; i++) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("D", dimension);
        row.put("objective", objectives.get(i));
        row.put("ms a step", times[i]);
        row.put("times as fast as ml", times[0] / times[i]);
        rows.add(row);
      }
      return new Outcome(true, "steps", rows);
    }

    private double[] byTurns(List<String> objectives) {
      List<StepTimer> timers = objectives.stream().map(this::timer).toList();
      double[] times =
          StepTimer.medians(timers, dimension < 1000 ? 10 : 1, dimension < 1000 ? 50 : 5);
      timers.forEach(StepTimer::close);
      return times;
    }

    // Parameters, gradients and moments of five contenders at once would not fit the memory.
    private double[] oneByOne(List<String> objectives) {
      double[] times = new double[objectives.size()];
      for (int i = 0; i < times.length; i++) {
        try (StepTimer timer = timer(objectives.get(i))) {
          times[i] = StepTimer.medians(List.of(timer), 1, 1)[0];
        }
      }
      return times;
    }

    private StepTimer timer(String objective) {
      DataShape shape = new DataShape(dimension, false, null, List.of());
      RunConfig config =
          Training.with(
              RunConfig.defaults("ebflow-fc", objective, shape),
              "layers=2",
              "optimizer.name=rmsprop",
              "learningRate=1e-4");
      return new StepTimer(config, shape);
    }
  }
}
