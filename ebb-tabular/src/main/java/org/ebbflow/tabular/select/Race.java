package org.ebbflow.tabular.select;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Fit;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.model.Provenance;
import org.ebbflow.model.RunConfig;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainState;
import org.jspecify.annotations.Nullable;

/**
 * Trains every candidate for an equal part of a third of the time, then the best by held-out rows
 * anew for the rest, and keeps whichever of its two trainings is better.
 *
 * <p>Only training and held-out rows are seen. How many steps fit in the time is measured by a few
 * of them and kept in {@code race.json}, so that a race that was interrupted goes on as it would
 * have. {@link #run} is called once, from one thread; {@link #stop} from any.
 */
public final class Race {
  /** Share of the time that the candidates have together. */
  private static final double RACING = 0.35;

  private static final String FINAL = "-final";
  private static final int TIMING_STEPS = 12;
  private static final long FEWEST_STEPS = 100;
  private static final long FEWEST_CAP = 3_000;
  private static final double MOST_EPOCHS = 200;

  private final FitOptions options;
  private final Dataset.Split rows;
  private final double offset;
  private final Path folder;
  private final Provenance.Source source;
  private final List<Candidate> candidates;
  private final RaceRecord record;
  private final FitListener listener;
  private volatile boolean stopped;
  private volatile @Nullable Fit running;

  /**
   * The winner.
   *
   * @param model with the best validation log-likelihood
   * @param folder where its own training is
   * @param entries all that were trained, in the order they were
   */
  public record Result(DensityModel model, ModelFolder folder, List<Entry> entries) {}

  /**
   * @param rows normal scores to train on and to choose by
   * @param offset added to a log-density of scores gives, on average over the held-out rows, one of
   *     the table's rows
   * @param folder of its own; what an earlier run has left there of the same race is gone on from
   * @param source names the table in provenances
   * @throws EbbException if the options name no candidate, or settings that none of them has
   */
  public Race(
      FitOptions options,
      Dataset.Split rows,
      double offset,
      Path folder,
      Provenance.Source source,
      FitListener listener) {
    this.options = options;
    this.rows = rows;
    this.offset = offset;
    this.folder = folder;
    this.source = source;
    this.listener = listener;
    this.candidates = Candidate.of(options.model(), rows.train().columns());
    requireValid();
    this.record = new RaceRecord(folder.resolve("race.json"), fingerprint());
  }

  /**
   * One of a race that cannot be configured is noted in its turn; if it is all, that is told now.
   */
  private void requireValid() {
    EbbException refused = null;
    for (Candidate candidate : candidates) {
      try {
        candidate.config(shape(), rows.train().rows(), options, FEWEST_STEPS);
        return;
      } catch (EbbException e) {
        refused = e;
      }
    }
    if (refused != null) {
      throw refused;
    }
  }

  private String fingerprint() {
    return options + " " + rows.train().fingerprint() + " " + rows.validation().fingerprint();
  }

  /**
   * Trains; empty if it was stopped, to be gone on with by another race in the same folder.
   *
   * @throws EbbException if the folder holds another race, or nothing could be trained
   */
  public Optional<Result> run() {
    record.read();
    long racing = candidates.stream().filter(candidate -> !candidate.isFloor()).count();
    boolean alone = racing <= 1;
    for (Candidate candidate : candidates) {
      double seconds = 60 * options.minutes() * (alone ? 1 : RACING) / Math.max(1, racing);
      if (!train(candidate, candidate.label(), seconds)) {
        return Optional.empty();
      }
    }
    Map<String, Candidate> named = new HashMap<>();
    candidates.forEach(candidate -> named.put(candidate.label(), candidate));
    Entry best = best(named.keySet());
    Candidate first = named.get(best.name());
    // With a fixed number of steps a second training would be the first one over again.
    boolean again = !alone && options.steps() == 0 && best.steps() < cap();
    if (again && first != null && !first.isFloor()) {
      String name = best.name() + FINAL;
      if (!train(first, name, 60 * (1 - RACING) * options.minutes())) {
        return Optional.empty();
      }
      named.put(name, first);
    }
    ModelFolder winner = new ModelFolder(folder.resolve(best(named.keySet()).name()));
    return Optional.of(new Result(DensityModel.load(winner.path()), winner, record.entries()));
  }

  private Entry best(Set<String> names) {
    return record.entries().stream()
        .filter(entry -> names.contains(entry.name()) && Double.isFinite(entry.validationNll()))
        .min(Comparator.comparingDouble(Entry::validationNll))
        .orElseThrow(
            () ->
                new EbbException(
                    "no model could be trained: "
                        + String.join(
                            "; ",
                            record.entries().stream()
                                .map(entry -> entry.name() + ": " + entry.note())
                                .toList()),
                    "name one by --model and see"));
  }

  /** Asks {@link #run} to keep a checkpoint and return. */
  public void stop() {
    stopped = true;
    Fit fit = running;
    if (fit != null) {
      fit.stop();
    }
  }

  /** Whether it came to its end, well or not. */
  private boolean train(Candidate candidate, String name, double seconds) {
    if (record.has(name)) {
      return true;
    }
    if (stopped) {
      return false;
    }
    try {
      long steps = record.steps(name, () -> affordable(candidate, seconds));
      if (steps == 0) {
        return false;
      }
      Optional<Fit> fit = fit(candidate, name, steps);
      if (fit.isEmpty()) {
        return false;
      }
      TrainState state = fit.get().state();
      DensityModel model = DensityModel.load(folder.resolve(name));
      double nll = -mean(model.logProb(rows.validation(), share -> {})) - offset;
      add(new Entry(name, nll, state.step(), state.seconds(), model.parameterCount(), ""));
    } catch (EbbException e) {
      // What keeps files from being written would stop the others too, and can be mended.
      if (!options.model().equals(FitOptions.AUTO) || e.getCause() instanceof IOException) {
        throw e;
      }
      add(Entry.failed(name, String.valueOf(e.getMessage())));
    }
    return true;
  }

  private void add(Entry entry) {
    record.add(entry);
    listener.entered(entry);
  }

  private Optional<Fit> fit(Candidate candidate, String name, long steps) {
    ModelFolder files = new ModelFolder(folder.resolve(name));
    RunConfig config = candidate.config(shape(), rows.train().rows(), options, steps);
    return fit(config, name, files, null);
  }

  private Optional<Fit> fit(
      RunConfig config, String name, ModelFolder files, @Nullable TrainListener silent) {
    Provenance provenance = Provenance.start(config, Race.class.getName(), source, null);
    ForwardingListener told = new ForwardingListener();
    Fit fit = new Fit(config, rows, files, provenance, told);
    running = fit;
    if (stopped) {
      return Optional.empty();
    }
    fit.restore();
    told.forwardTo(
        silent != null ? silent : listener.training(name, fit.state().step(), fit.totalSteps()));
    Outcome outcome = fit.run();
    running = null;
    return outcome == Outcome.INTERRUPTED ? Optional.empty() : Optional.of(fit);
  }

  /** How many steps fit in the time; 0 if it was stopped meanwhile. */
  private long affordable(Candidate candidate, double seconds) {
    if (options.steps() > 0) {
      return options.steps();
    }
    if (candidate.isFloor()) {
      return FEWEST_STEPS;
    }
    ModelFolder files = new ModelFolder(folder.resolve(candidate.label() + "-timing"));
    remove(files.path());
    RunConfig config = candidate.config(shape(), rows.train().rows(), options, TIMING_STEPS);
    long start = System.nanoTime();
    Optional<Fit> fit = fit(config, candidate.label(), files, new TrainListener() {});
    if (fit.isEmpty()) {
      return 0;
    }
    TrainState state = fit.get().state();
    // The first step of a process is long; what is validated at the end is paid once.
    double once = 1e-9 * (System.nanoTime() - start) - state.seconds();
    remove(files.path());
    double left = Math.max(0.2 * seconds, seconds - once);
    long steps = (long) (left / Math.max(1e-6, state.secondsPerStep()));
    return Math.max(FEWEST_STEPS, Math.min(cap(), steps));
  }

  private long cap() {
    double epoch = Math.max(1, rows.train().rows() / 512.0);
    return (long) Math.max(FEWEST_CAP, MOST_EPOCHS * epoch);
  }

  private DataShape shape() {
    return DataShape.of(rows.train());
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static void remove(Path path) {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
