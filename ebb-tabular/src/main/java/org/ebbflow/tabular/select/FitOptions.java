package org.ebbflow.tabular.select;

import java.util.List;
import org.ebbflow.EbbException;

/**
 * How a table's model is chosen and trained.
 *
 * @param model {@code auto} for a race of {@link Candidate}s, or the name of one architecture
 * @param minutes wall-clock time of all of it, positive; less than half goes to the race, the rest
 *     to its winner
 * @param steps steps of every training instead of what the minutes allow, 0 to go by the minutes;
 *     makes a fit the same on every machine
 * @param validation rows held out to choose by and to calibrate p-values on: a share below 1, or a
 *     number of rows
 * @param trim share of the training rows that are left out as the unlikeliest, for tables that hold
 *     anomalies; in [0, 0.5]
 * @param seed of everything random
 * @param threads libtorch's threads, 0 for its own choice
 * @param settings of the models, each {@code name=value}; copied
 */
public record FitOptions(
    String model,
    double minutes,
    long steps,
    double validation,
    double trim,
    long seed,
    int threads,
    List<String> settings) {
  /** The name that stands for a race. */
  public static final String AUTO = "auto";

  /**
   * @throws EbbException naming the field, its value and what is allowed
   */
  public FitOptions {
    if (!(minutes > 0 && Double.isFinite(minutes))) {
      throw new EbbException("minutes is " + minutes, "give a positive number");
    }
    if (steps < 0) {
      throw new EbbException("steps is " + steps, "give 0 or more");
    }
    if (!(validation > 0 && Double.isFinite(validation))) {
      throw new EbbException("validation is " + validation, "give a share below 1 or a row count");
    }
    if (!(trim >= 0 && trim <= 0.5)) {
      throw new EbbException("trim is " + trim, "give a share from 0 to 0.5");
    }
    if (threads < 0) {
      throw new EbbException("threads is " + threads, "give 0 or more");
    }
    settings = List.copyOf(settings);
  }

  /** A race of ten minutes, a tenth of the rows held out. */
  public static FitOptions defaults() {
    return new FitOptions(AUTO, 10, 0, 0.1, 0, 1, 0, List.of());
  }

  /** The same with another model. */
  public FitOptions withModel(String name) {
    return new FitOptions(name, minutes, steps, validation, trim, seed, threads, settings);
  }

  /** The same with another time. */
  public FitOptions withMinutes(double time) {
    return new FitOptions(model, time, steps, validation, trim, seed, threads, settings);
  }

  /** The same with a number of steps for every training. */
  public FitOptions withSteps(long number) {
    return new FitOptions(model, minutes, number, validation, trim, seed, threads, settings);
  }

  /** The same with another share of rows left out. */
  public FitOptions withTrim(double share) {
    return new FitOptions(model, minutes, steps, validation, share, seed, threads, settings);
  }

  /** The same with another number of threads. */
  public FitOptions withThreads(int number) {
    return new FitOptions(model, minutes, steps, validation, trim, seed, number, settings);
  }

  /** The same with another seed. */
  public FitOptions withSeed(long number) {
    return new FitOptions(model, minutes, steps, validation, trim, number, threads, settings);
  }
}
