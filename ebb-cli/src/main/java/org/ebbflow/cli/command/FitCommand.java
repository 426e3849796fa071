package org.ebbflow.cli.command;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.cli.command.FitSession.Start;
import org.ebbflow.cli.command.table.TableFit;
import org.ebbflow.cli.command.table.TableInput;
import org.ebbflow.cli.command.table.TableRun;
import org.ebbflow.cli.input.DataFile;
import org.ebbflow.cli.input.DiscreteColumns;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.model.Provenance;
import org.ebbflow.model.RunConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb fit}: trains a model on a file. */
@Command(
    name = "fit",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a model on rows and writes it, with a report, to a folder.",
      "A table without --model: its columns' kinds are inferred, models are raced on held-out rows,",
      "and the best is kept. With --model, or for images: that model on the numbers as they are."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb fit --data table.csv --out model --minutes 2         a race of models",
      "  ebb fit --query \"select * from 'sales/*.parquet' where year > 2020\" --out model",
      "  ebb fit --data train.csv --test test.csv --objective dsm --set sigma=0.05 --out model",
      "  ebb fit --data train-images-idx3-ubyte.gz --test t10k-images-idx3-ubyte.gz \\",
      "          --set validation=10000 --epochs 100 --out mnist-ssm",
      "  ebb fit --data table.csv --model jko --condition age,sex --out model",
      "  ebb fit --resume --out model                 goes on after Ctrl-C or a crash",
      "  ebb fit --resume --out model --epochs 200    goes on for longer (not with a cosine schedule)"
    })
public final class FitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private TableInput input;

  @Option(
      names = "--schema",
      paramLabel = "Y",
      description = "Of tables: what columns are, as YAML; 'ebb schema F' writes a draft.")
  private @Nullable Path schema;

  @Option(
      names = "--candidates",
      paramLabel = "M",
      description =
          "Of tables: the one model to fit instead of a race: gaussian, spline, ebflow-fc,"
              + " realnvp-2d or jko.")
  private @Nullable String candidate;

  @Option(
      names = "--trim",
      paramLabel = "P",
      description =
          "Of tables: share of the rows to leave out as the unlikeliest, for tables that hold"
              + " anomalies (default 0).")
  private double trim;

  @Option(names = "--test", paramLabel = "F", description = "File to test the best model on.")
  private @Nullable Path test;

  @Option(
      names = "--condition",
      paramLabel = "C,…",
      split = ",",
      description =
          "Columns of numbers that the others' density is to depend on (jko, cnf, diffusion,"
              + " spline, realnvp-2d); standardised, but for columns of zeros and ones.")
  private List<String> conditions = new ArrayList<>();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for model, checkpoint and report.html.")
  private Path out;

  @Option(names = "--resume", description = "Go on from the checkpoint in DIR.")
  private boolean resume;

  @Option(names = "--force", description = "Overwrite an earlier run in DIR.")
  private boolean force;

  @Mixin private FitOptions options;

  @Override
  public Integer call() {
    ModelFolder folder = new ModelFolder(out);
    if (resume && force) {
      throw new EbbException(
          "--resume goes on with a run and --force overwrites it", "give one of them");
    }
    if (resume && TableRun.isIn(out)) {
      return goOnWithTable(TableRun.read(out));
    }
    if (!resume && isTable()) {
      return startTable(folder);
    }
    return resume ? goOn(folder) : start(folder);
  }

  /** Whether the rows are a table to race models on, rather than numbers for a named one. */
  private boolean isTable() {
    boolean asked = options.isAuto() || isTablesOptionGiven();
    if (!conditions.isEmpty() || test != null || (!asked && options.namesModel())) {
      if (asked) {
        throw new EbbException(
            "--condition and --test go with a named --model only",
            "leave them out: a table's columns are modelled together, and rows are held out");
      }
      return false;
    }
    return asked || input.query() != null || input.files().size() != 1 || !isIdx();
  }

  private boolean isTablesOptionGiven() {
    return schema != null || candidate != null || trim != 0;
  }

  private boolean isIdx() {
    Path file = input.file();
    return Files.isRegularFile(file) && DataFile.isIdx(file);
  }

  private int startTable(ModelFolder folder) {
    requireFree(folder);
    TableRun run =
        new TableRun(
            files(), input.query(), TableFit.yaml(schema), options.ofTable(candidate, trim));
    return new TableFit(run, out)
        .run(
            () -> {
              requireFree(folder); // asked again under the lock
              TableFit.clear(folder);
            },
            result -> Results.print(spec, result));
  }

  private void requireFree(ModelFolder folder) {
    if (!force) {
      FitSession.requireFree(folder);
    }
  }

  private int goOnWithTable(TableRun begun) {
    if (options.isAny() || isTablesOptionGiven() || test != null || !conditions.isEmpty()) {
      throw new EbbException(
          "the options of a table's fit cannot change when it is resumed",
          "give --resume and --out only, and --data where the file has moved; or start anew in"
              + " another --out");
    }
    boolean moved = !input.files().isEmpty() || input.query() != null;
    return new TableFit(moved ? begun.withInput(files(), input.query()) : begun, out)
        .run(() -> {}, result -> Results.print(spec, result));
  }

  /** Absolute, so that a fit can be resumed from any folder; patterns are no paths everywhere. */
  private List<String> files() {
    return input.files().stream()
        .map(file -> file.contains("://") ? file : new File(file).getAbsolutePath())
        .toList();
  }

  private int start(ModelFolder folder) {
    Path data = input.file();
    requireFree(folder);
    Dataset rows = read(data, conditions);
    Dataset testRows = readTest(test, rows, conditions);
    RunConfig config = options.resolve(DataShape.of(rows));
    for (String column : DiscreteColumns.of(rows)) {
      System.err.println(
          "ebb: warning: "
              + column
              + " holds few distinct whole numbers; it is taken as continuous, which lets the"
              + " likelihood grow without bound; consider leaving it out");
    }
    Provenance provenance =
        Provenance.start(
            config,
            commandLine(),
            source(data, rows),
            testRows == null || test == null ? null : source(test, testRows));
    return session(
        folder, config, rows, testRows, provenance, force ? Start.OVERWRITE : Start.FRESH);
  }

  private int goOn(ModelFolder folder) {
    RunConfig before = DensityModel.configOf(out);
    Provenance provenance = folder.readProvenance();
    RunConfig config = options.extend(before, provenance.threads());
    if (provenance.data().path().equals(QuickstartCommand.SOURCE)) {
      throw new EbbException(
          out + " holds a quickstart", "go on with: ebb quickstart --resume --out " + out);
    }
    if (isTablesOptionGiven()) {
      throw new EbbException(
          "--schema, --candidates and --trim go with tables, and the run in " + out + " is none",
          "leave them out");
    }
    if (!conditions.isEmpty()) {
      throw new EbbException(
          "--condition cannot change in a resumed run",
          "leave it out or start anew in another --out");
    }
    List<String> condition = DensityModel.shapeOf(out).condition();
    Path given = input.files().isEmpty() ? null : input.file();
    Path path = original(given, provenance.data(), "--data");
    Dataset rows = read(path, condition);
    if (!rows.fingerprint().equals(provenance.data().fingerprint())) {
      throw new EbbException(
          path + " has changed since the run in " + out + " began",
          "give the original file with --data, or start anew in another --out");
    }
    Provenance.Source tested = provenance.test();
    Path testPath = test == null && tested == null ? null : original(test, tested, "--test");
    Dataset testRows = readTest(testPath, rows, condition);
    if (testPath != null && testRows != null) {
      provenance = provenance.testedOn(source(testPath, testRows));
    }
    return session(folder, config, rows, testRows, provenance, Start.RESUME);
  }

  /** The file that a run began with, unless another is given for it. */
  private Path original(@Nullable Path given, Provenance.@Nullable Source source, String option) {
    if (given != null || source == null) {
      return Objects.requireNonNull(given);
    }
    Path path = Path.of(source.path());
    if (!Files.exists(path)) {
      throw new EbbException(
          path + ", which the run in " + out + " began with, does not exist here",
          "name the file with " + option);
    }
    return path;
  }

  private int session(
      ModelFolder folder,
      RunConfig config,
      Dataset rows,
      @Nullable Dataset testRows,
      Provenance provenance,
      Start start) {
    return new FitSession(spec, folder, config, rows, testRows, provenance)
        .run(start, "ebb fit --resume --out " + out);
  }

  /** With the absolute path, so that a run can be resumed from any folder. */
  private static Provenance.Source source(Path path, Dataset rows) {
    return Provenance.Source.of(path.toAbsolutePath().normalize().toString(), rows);
  }

  private static Dataset read(Path path, List<String> conditions) {
    Dataset rows = DataFile.read(path);
    return conditions.isEmpty() ? rows : rows.conditionedOn(conditions);
  }

  private static @Nullable Dataset readTest(
      @Nullable Path path, Dataset train, List<String> conditions) {
    if (path == null) {
      return null;
    }
    Dataset rows = read(path, conditions);
    DataShape.of(train).requireSame(rows, path.toString());
    return rows;
  }

  private String commandLine() {
    List<String> given = spec.commandLine().getParseResult().originalArgs();
    return "ebb " + String.join(" ", given);
  }
}
