package org.ebbflow.tabular;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.DatasetBuilder;
import org.ebbflow.io.FolderTree;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.model.Provenance;
import org.ebbflow.tabular.encode.Encoded;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.FitListener;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.select.Race;
import org.ebbflow.tabular.select.Trimming;
import org.ebbflow.tabular.table.Table;

/**
 * Fits a {@link TabularModel} in a folder: holds rows out, fits the columns' margins to the others,
 * races candidates and keeps the best.
 *
 * <p>{@link #run} is called once, from one thread; {@link #stop} from any. A fit that was stopped
 * or killed goes on where it was when another is run in the same folder.
 */
public final class TabularFit {
  /** Fewer rows say too little about anything. */
  private static final int FEWEST_ROWS = 20;

  /** More would take hours and gigabytes for what a named model does faster. */
  private static final int MOST_COLUMNS = 1_000;

  private static final int FEWEST_HELD_OUT = 5;
  private static final int MOST_HELD_OUT = 20_000;

  /** Rows with atoms are encoded anew until there are about so many: every draw is as good. */
  private static final int ENOUGH_ROWS = 60_000;

  private static final int MOST_COPIES = 8;

  private final FitOptions options;
  private final Path folder;
  private final Table.Split split;
  private final TableEncoder encoder;
  private final Race race;

  /**
   * @param data rows to train on and to hold some out of
   * @param schema what its columns are
   * @param name of the data in the model's provenance
   * @param folder where the model goes
   * @throws org.ebbflow.EbbException if data or options do not suit; nothing is written before
   *     {@link #run}
   */
  public TabularFit(
      Table data,
      Schema schema,
      FitOptions options,
      String name,
      Path folder,
      FitListener listener) {
    this(
        data.split(heldOut(data.rows(), options), options.seed()),
        schema.closed(data),
        options,
        new Provenance.Source(name, data.rows(), data.fingerprint()),
        folder,
        listener);
  }

  /**
   * As the other, with rows already split: the options' share of validation rows has no effect.
   *
   * @param rows to train on, and to choose and calibrate by
   */
  public TabularFit(
      Table.Split rows,
      Schema schema,
      FitOptions options,
      String name,
      Path folder,
      FitListener listener) {
    this(
        rows,
        schema.closed(rows.train(), rows.validation()),
        options,
        new Provenance.Source(
            name,
            rows.train().rows() + rows.validation().rows(),
            rows.train().fingerprint() + rows.validation().fingerprint()),
        folder,
        listener);
  }

  private TabularFit(
      Table.Split split,
      Schema schema,
      FitOptions options,
      Provenance.Source source,
      Path folder,
      FitListener listener) {
    long start = System.nanoTime();
    this.options = options;
    this.folder = folder;
    this.split = split;
    requireFew(schema.modelled().size());
    this.encoder = TableEncoder.fit(schema, split.train());
    Encoded validation = encoder.encode(split.validation(), options.seed(), split.train().rows());
    Dataset.Split scores = new Dataset.Split(trainingScores(), validation.scores());
    double offset = Arrays.stream(validation.logRatios()).average().orElse(0);
    double spent = 1e-9 * (System.nanoTime() - start);
    this.race = new Race(options, scores, offset, folder.resolve("race"), source, spent, listener);
  }

  private static int heldOut(int rows, FitOptions options) {
    if (rows < FEWEST_ROWS) {
      throw new DataException(
          "the table has " + rows + (rows == 1 ? " row" : " rows"),
          "give at least " + FEWEST_ROWS + " to fit a model to");
    }
    double wanted = options.validation() < 1 ? options.validation() * rows : options.validation();
    return (int) Math.min(Math.max(wanted, FEWEST_HELD_OUT), Math.min(MOST_HELD_OUT, rows / 2));
  }

  private static void requireFew(int columns) {
    if (columns > MOST_COLUMNS) {
      throw new DataException(
          "the table has %d columns to model, more than %d".formatted(columns, MOST_COLUMNS),
          "declare some 'kind: ignored' in the schema, or fit a model of numbers, such as --model"
              + " ebflow-fc");
    }
  }

  /**
   * Scores of the training rows without the unlikeliest, and more draws of them if they have atoms.
   */
  private Dataset trainingScores() {
    Table train = split.train();
    Dataset first = encoder.encode(train, options.seed(), 0).scores();
    if (options.trim() > 0) {
      int[] kept = Trimming.kept(first, options.trim());
      train = train.select(kept);
      first = first.subset(kept);
    }
    int copies = encoder.hasAtoms() ? Math.min(MOST_COPIES, ENOUGH_ROWS / train.rows()) : 1;
    if (copies <= 1) {
      return first;
    }
    DatasetBuilder all = new DatasetBuilder(first.columns());
    for (int copy = 0; copy < copies; copy++) {
      for (double[] row : encoder.encode(train, options.seed() + 1000L * copy, 0).rows()) {
        all.add(row);
      }
    }
    return all.build().withColumnNames(first.columnNames());
  }

  /**
   * Trains, writes the model and returns it; empty if it was stopped.
   *
   * @throws org.ebbflow.EbbException if the folder holds another fit, or nothing could be trained
   */
  public Optional<TabularModel> run() {
    Optional<Race.Result> result = race.run();
    if (result.isEmpty()) {
      return Optional.empty();
    }
    Race.Result winner = result.get();
    Densities densities = new Densities(encoder, winner.model(), winner.floor());
    double[][] heldOut = densities.of(split.validation(), split.train().rows(), share -> {});
    double[] tails = densities.marginalTails(split.validation());
    TabularModel model =
        new TabularModel(densities, new Calibration(heldOut, tails, winner.entries()));
    model.save(folder);
    new ModelFolder(folder).writeProvenance(winner.folder().readProvenance());
    return Optional.of(model);
  }

  /**
   * Seconds from the beginning of the fit until now, with those of earlier runs that it goes on.
   */
  public double seconds() {
    return race.seconds();
  }

  /** Asks {@link #run} to keep what it has and return, as an interrupt of its thread does. */
  public void stop() {
    race.stop();
  }

  /** Fits in a folder that is removed again. */
  static TabularModel inMemory(Table table, Schema schema, FitOptions options) {
    try {
      Path folder = Files.createTempDirectory("ebb-table");
      try {
        return new TabularFit(table, schema, options, "memory", folder, FitListener.SILENT)
            .run()
            .orElseThrow(
                () ->
                    new EbbException(
                        "the fit was interrupted", "fit again; a TabularFit keeps what it has"));
      } finally {
        FolderTree.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
