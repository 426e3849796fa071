package org.ebbflow.cli.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.cli.input.CacheFolder;
import org.ebbflow.cli.input.DataFile;
import org.ebbflow.cli.input.DatasetFetch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb data}: fetches data sets and describes files. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Downloads known data sets and describes data files.",
    subcommands = {DataCommand.Fetch.class, DataCommand.Info.class},
    synopsisSubcommandLabel = "fetch|info",
    footerHeading = "%nExamples:%n",
    footer = {"  ebb data fetch mnist", "  ebb data info table.csv.gz"})
public final class DataCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** {@code ebb data fetch}. */
  @Command(
      name = "fetch",
      mixinStandardHelpOptions = true,
      description = "Downloads a data set into the cache, checking its content; prints the paths.",
      footerHeading = "%nExamples:%n",
      footer = {"  ebb data fetch mnist", "  ebb data fetch mnist --from /media/mnist"})
  static final class Fetch implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "The data set: mnist.")
    private String name;

    @Option(
        names = "--from",
        paramLabel = "URL|DIR",
        description = "Where to get it instead of the public mirrors.")
    private @Nullable String from;

    @Option(names = "--cache", paramLabel = "DIR", description = "Where to keep it.")
    private @Nullable Path cache;

    @Override
    public Integer call() {
      if (!name.equals("mnist")) {
        throw new EbbException("there is no data set '" + name + "' to fetch", "use mnist");
      }
      Path folder = cache == null ? CacheFolder.standard() : cache;
      DatasetFetch fetch =
          new DatasetFetch(
              DatasetFetch.Manifest.mnist(),
              new DatasetFetch.Progress() {
                @Override
                public void stored(Path file) {
                  System.err.println("stored " + file);
                }

                @Override
                public void present(Path file) {
                  System.err.println("already there: " + file);
                }
              });
      List<Path> files = from == null ? fetch.fetch(folder) : fetch.fetch(folder, from);
      Map<String, Object> result = new LinkedHashMap<>();
      for (Path file : files) {
        result.put(String.valueOf(file.getFileName()), file.toString());
      }
      Results.print(spec, result);
      return 0;
    }
  }

  /** {@code ebb data info}. */
  @Command(
      name = "info",
      mixinStandardHelpOptions = true,
      description = "Describes a data file: format, size, columns and their spread.",
      footerHeading = "%nExample:%n",
      footer = "  ebb data info table.csv.gz")
  static final class Info implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "F", description = "IDX or CSV file.")
    private Path file;

    @Override
    public Integer call() {
      DataFile.Description d = DataFile.describe(file);
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("path", d.path().toString());
      result.put("format", d.format().toString());
      result.put("compressed", d.compressed());
      result.put("bytes", d.bytes());
      result.put("rows", d.rows());
      result.put("columns", d.columns());
      d.imageShape().ifPresent(shape -> result.put("image", shape));
      result.put("summaries", d.summaries());
      result.put("constantColumns", d.constantColumns());
      result.put("fingerprint", d.fingerprint());
      Results.print(spec, result);
      return 0;
    }
  }
}
