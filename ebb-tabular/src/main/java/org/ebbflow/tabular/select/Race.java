package org.ebbflow.tabular.select;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.FolderTree;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Fit;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.model.Provenance;
import org.ebbflow.model.RunConfig;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainState;
import org.jspecify.annotations.Nullable;

/**
 * Trains candidates in rounds and keeps whichever training is best by held-out rows.
 *
 * <ol>
 *   <li>The floor, a normal distribution, for a fixed number of steps; every other candidate for
 *       {@value #FIRST_ROUND} of the time. One that cannot take {@value #FEWEST_STEPS} steps in it
 *       is left out, but for the spline, which seldom loses.
 *   <li>If the second best has gained at least {@value #HOPEFUL} of what the best has over the
 *       floor, both are trained anew for {@value #SECOND_ROUND} of the time each.
 *   <li>The best is trained anew for all that is left.
 * </ol>
 *
 * <p>Trainings begin anew, because their learning rates fall to nothing over their own length.
 *
 * <p>Only training and held-out rows are seen. How many steps fit in the time is measured, by a few
 * of them before a candidate's first training and by that training before its next, and kept in
 * {@code race.json}, so that a race that was interrupted goes on as it would have. {@link #run} is
 * called once, from one thread; {@link #stop} from any.
 */
public final class Race {
  private static final double FIRST_ROUND = 0.05;
  private static final double SECOND_ROUND = 0.12;
  private static final double HOPEFUL = 0.5;

  /** What scoring the held-out rows and writing the model take, at most. */
  private static final double ENDING = 0.02;

  /** Trainings that turn out slower than was measured are cut here. */
  private static final double LENIENCE = 1.05;

  private static final double VALIDATING = 0.1;
  private static final double TIMED_ROWS = 4_096;
  private static final double TIMED_VALIDATION = 512;
  private static final long FEWEST_STEPS = 60;
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
  private final Map<Candidate, Speed> speeds = new EnumMap<>(Candidate.class);
  private volatile boolean stopped;
  private volatile @Nullable Fit running;

  /**
   * The winner.
   *
   * @param model with the best validation log-likelihood
   * @param floor the normal distribution, if it took part and was beaten
   * @param folder where its own training is
   * @param entries all that were trained, in the order they were
   */
  public record Result(
      DensityModel model, @Nullable DensityModel floor, ModelFolder folder, List<Entry> entries) {}

  /**
   * @param rows normal scores to train on and to choose by
   * @param offset added to a log-density of scores gives, on average over the held-out rows, one of
   *     the table's rows
   * @param folder of its own; what an earlier run has left there of the same race is gone on from
   * @param source names the table in provenances
   * @param spent seconds of its time that are gone before it runs
   * @throws EbbException if the options name no candidate, or settings that none of them has
   */
  public Race(
      FitOptions options,
      Dataset.Split rows,
      double offset,
      Path folder,
      Provenance.Source source,
      double spent,
      FitListener listener) {
    this.options = options;
    this.rows = rows;
    this.offset = offset;
    this.folder = folder;
    this.source = source;
    this.listener = listener;
    this.candidates = Candidate.of(options.model(), rows.train().columns());
    requireValid();
    this.record = new RaceRecord(folder.resolve("race.json"), fingerprint(), spent);
  }

  /**
   * One of a race that cannot be configured is noted in its turn; if it is all, that is told now.
   */
  private void requireValid() {
    EbbException refused = null;
    for (Candidate candidate : candidates) {
      try {
        candidate.timing(shape(), rows.train().rows(), options);
        return;
      } catch (EbbException e) {
        refused = e;
      }
    }
    if (refused != null) {
      throw refused;
    }
  }

  /** Seconds of its time that are gone, with those of earlier runs that it goes on from. */
  public double seconds() {
    return record.seconds();
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
    record.begin();
    record.read();
    List<Candidate> racing = candidates.stream().filter(each -> !each.isFloor()).toList();
    boolean ended = true;
    for (Candidate candidate : candidates) {
      if (candidate.isFloor()) {
        ended = ended && train(candidate, candidate.label(), 0);
      }
    }
    if (racing.size() == 1) {
      ended = ended && train(racing.get(0), racing.get(0).label(), 1);
    } else if (racing.size() > 1) {
      ended = ended && rounds(racing);
    }
    if (!ended) {
      record.write(); // the time so far
      return Optional.empty();
    }
    ModelFolder winner = new ModelFolder(folder.resolve(best().name()));
    return Optional.of(
        new Result(DensityModel.load(winner.path()), beatenFloor(), winner, record.entries()));
  }

  private @Nullable DensityModel beatenFloor() {
    String name = Candidate.GAUSSIAN.label();
    boolean beaten = best(Candidate.GAUSSIAN).isPresent() && !best().name().equals(name);
    return beaten ? DensityModel.load(folder.resolve(name)) : null;
  }

  /** Whether they came to their end. */
  private boolean rounds(List<Candidate> racing) {
    for (Candidate candidate : racing) {
      if (!train(candidate, candidate.label(), FIRST_ROUND)) {
        return false;
      }
    }
    List<Candidate> ahead = ahead(racing);
    if (options.steps() > 0 || best(ahead.get(0)).map(Entry::steps).orElse(0L) >= cap()) {
      return true; // another training would be the same, or no longer
    }
    if (ahead.size() > 1) {
      for (Candidate candidate : ahead) {
        if (!train(candidate, candidate.label() + "-longer", SECOND_ROUND)) {
          return false;
        }
      }
      ahead = ahead(ahead);
    }
    return train(ahead.get(0), ahead.get(0).label() + "-final", 1);
  }

  /** The best candidate, and the second if it is near; the first of all if none was trained. */
  private List<Candidate> ahead(List<Candidate> racing) {
    List<Candidate> trained =
        racing.stream()
            .filter(candidate -> best(candidate).isPresent())
            .sorted(Comparator.comparingDouble(this::nll))
            .toList();
    if (trained.size() < 2) {
      return trained.isEmpty() ? List.of(racing.get(0)) : trained;
    }
    double floor = best(Candidate.GAUSSIAN).map(Entry::validationNll).orElse(nll(trained.get(1)));
    double needed = HOPEFUL * (floor - nll(trained.get(0)));
    return trained.subList(0, floor - nll(trained.get(1)) >= needed ? 2 : 1);
  }

  private double nll(Candidate candidate) {
    return best(candidate).orElseThrow().validationNll();
  }

  /** The best training of a candidate so far. */
  private Optional<Entry> best(Candidate candidate) {
    return Entry.best(
        record.entries().stream().filter(entry -> candidate.owns(entry.name())).toList());
  }

  private Entry best() {
    return Entry.best(record.entries())
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

  /** Asks {@link #run} to keep a checkpoint and return, as an interrupt of its thread does. */
  public void stop() {
    stopped = true;
    Fit fit = running;
    if (fit != null) {
      fit.stop();
    }
  }

  private boolean isStopped() {
    return stopped || Thread.currentThread().isInterrupted();
  }

  /**
   * Whether it came to its end, well or not.
   *
   * @param share of the time, 1 for all that is left
   */
  private boolean train(Candidate candidate, String name, double share) {
    if (record.has(name)) {
      return true;
    }
    try {
      Optional<Plan> plan = record.plan(name, () -> plan(candidate, share));
      if (isStopped() || plan.isEmpty()) {
        return false;
      }
      ModelFolder files = new ModelFolder(folder.resolve(name));
      RunConfig config = candidate.config(shape(), rows.train().rows(), options, plan.get());
      Optional<Fit> fit = fit(config, name, candidate, files, rows, false);
      if (fit.isEmpty()) {
        return false;
      }
      TrainState state = fit.get().state();
      DensityModel model = DensityModel.load(folder.resolve(name));
      double nll = -mean(model.logProb(rows.validation(), done -> {})) - offset;
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

  /** Trains for what is to be kept, or to measure the speed in silence; empty if stopped. */
  private Optional<Fit> fit(
      RunConfig config,
      String name,
      Candidate candidate,
      ModelFolder files,
      Dataset.Split on,
      boolean silent) {
    Provenance provenance = Provenance.start(config, Race.class.getName(), source, null);
    ForwardingListener told = new ForwardingListener();
    Speed.Meter meter = new Speed.Meter(told);
    Fit fit = new Fit(config, on, files, provenance, meter);
    running = fit;
    if (isStopped()) {
      return Optional.empty();
    }
    fit.restore();
    if (!silent) {
      told.forwardTo(listener.training(name, fit.state().step(), fit.totalSteps()));
    }
    Outcome outcome = fit.run();
    running = null;
    speeds.put(candidate, meter.speed());
    return outcome == Outcome.INTERRUPTED ? Optional.empty() : Optional.of(fit);
  }

  /** How long to train in a share of the time; empty if it was stopped meanwhile. */
  private Optional<Plan> plan(Candidate candidate, double share) {
    if (options.steps() > 0 || candidate.isFloor()) {
      return Optional.of(Plan.ofSteps(Math.max(1, options.steps())));
    }
    double all = 60 * options.minutes();
    double begun = record.seconds();
    Speed speed = speeds.get(candidate);
    if (speed == null) {
      speed = measured(candidate);
    }
    if (speed == null) {
      return Optional.empty();
    }
    double spent = record.seconds();
    boolean rest = share == 1;
    double seconds = rest ? (1 - ENDING) * all - spent : share * all - (spent - begun);
    double latest = rest ? LENIENCE * all - spent : LENIENCE * seconds;
    long validations = candidate.validations((long) (VALIDATING * seconds / speed.validation()));
    double left = seconds - validations * speed.validation();
    long steps = Math.min(cap(), (long) (left / speed.step()));
    if (!rest && steps < FEWEST_STEPS && candidate != Candidate.SPLINE) {
      throw new EbbException(
          "left out: its share of the time, %.0f s, is over before %d steps"
              .formatted(share * all, FEWEST_STEPS),
          "give more minutes");
    }
    // Whoever asks for one model waits for these few steps, and no race goes without a spline.
    return Optional.of(
        steps < FEWEST_STEPS
            ? new Plan(FEWEST_STEPS, validations, 0)
            : new Plan(steps, validations, latest));
  }

  /**
   * The speed of a short training on some of the rows, which leaves nothing else behind; null if it
   * was stopped.
   */
  private @Nullable Speed measured(Candidate candidate) {
    double share =
        Math.min(
            1,
            Math.max(
                TIMED_ROWS / rows.train().rows(), TIMED_VALIDATION / rows.validation().rows()));
    Dataset.Split some =
        new Dataset.Split(part(rows.train(), share), part(rows.validation(), share));
    ModelFolder files = new ModelFolder(folder.resolve(candidate.label() + "-timing"));
    remove(files.path());
    RunConfig config = candidate.timing(shape(), rows.train().rows(), options);
    Optional<Fit> fit = fit(config, candidate.label(), candidate, files, some, true);
    remove(files.path());
    Speed speed = speeds.get(candidate);
    return fit.isEmpty() || speed == null ? null : speed.withRows(1 / share);
  }

  private static Dataset part(Dataset data, double share) {
    int most = Math.max(1, (int) (share * data.rows()));
    return data.subset(IntStream.range(0, most).toArray());
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
    try {
      FolderTree.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
