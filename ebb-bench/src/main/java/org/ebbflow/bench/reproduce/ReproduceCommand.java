package org.ebbflow.bench.reproduce;

import java.io.PrintWriter;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.ebbflow.EbbException;
import org.ebbflow.cli.Subcommand;
import org.ebbflow.cli.input.CacheFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb reproduce}: runs a paper's experiment. */
@Command(
    name = "reproduce",
    mixinStandardHelpOptions = true,
    description = {
      "Runs a paper's experiment cell by cell and writes its tables and pictures; goes on where an"
          + " earlier run stopped.",
      "Without NAME it lists the experiments."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb reproduce ebflow-2d --quick              everything in minutes, to see it work",
      "  ebb reproduce ebflow-2d --only 'checkerboard-*'",
      "  ebb reproduce ebflow-images --minutes 30     at most half an hour a cell; again for more"
    })
public final class ReproduceCommand implements Subcommand {
  private static final int INTERRUPTED = 130;

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "The experiment.")
  private @Nullable String name;

  @Option(names = "--quick", description = "Little data and few steps: minutes, no real figures.")
  private boolean quick;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for all experiments (default results, with --quick results-quick).")
  private @Nullable Path out;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of data sets (default: where 'ebb data fetch' puts them).")
  private @Nullable Path data;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of everything random (default 1).")
  private long seed = 1;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the tensor engine (default: its own choice).")
  private int threads;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "Train each cell for M minutes at most, over all runs.")
  private double minutes;

  @Option(
      names = "--only",
      paramLabel = "CELL",
      split = ",",
      description = "Run these cells, * and ? standing for any letters; see --list.")
  private List<String> only = new ArrayList<>();

  @Option(names = "--list", description = "List the experiment's cells and run nothing.")
  private boolean list;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (name == null) {
      Experiments.all().forEach(e -> out.printf("%-18s %s%n", e.name(), e.description()));
      return 0;
    }
    if (threads < 0 || !(minutes >= 0)) {
      throw new EbbException("--threads or --minutes is negative", "give 0 or more");
    }
    Experiment experiment = Experiments.named(name);
    Path folder = data == null ? CacheFolder.standard() : data;
    Setup setup = new Setup(quick, folder, threads, seed, minutes);
    Predicate<Cell> wanted = wanted(experiment.cells(setup));
    if (list) {
      experiment.cells(setup).stream().filter(wanted).forEach(cell -> out.println(cell.name()));
      return 0;
    }
    ExperimentRun run =
        new ExperimentRun(experiment, setup, home().resolve(experiment.name()), commandLine());
    boolean ended = run.run(wanted);
    run.markdown().forEach((file, table) -> out.printf("%s%n%n%s%n", file, table));
    if (!ended) {
      System.err.println("stopped; go on with: " + commandLine());
    }
    return ended ? 0 : INTERRUPTED;
  }

  private Path home() {
    return out != null ? out : Path.of(quick ? "results-quick" : "results");
  }

  private Predicate<Cell> wanted(List<Cell> cells) {
    if (only.isEmpty()) {
      return cell -> true;
    }
    List<PathMatcher> patterns =
        only.stream().map(p -> FileSystems.getDefault().getPathMatcher("glob:" + p)).toList();
    for (int i = 0; i < patterns.size(); i++) {
      PathMatcher pattern = patterns.get(i);
      if (cells.stream().noneMatch(cell -> pattern.matches(Path.of(cell.name())))) {
        throw new EbbException(
            name + " has no cell " + only.get(i), "see: ebb reproduce " + name + " --list");
      }
    }
    return cell -> patterns.stream().anyMatch(p -> p.matches(Path.of(cell.name())));
  }

  private String commandLine() {
    return "ebb " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
  }
}
