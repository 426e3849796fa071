package org.ebbflow.cli.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.cli.input.BundledMnist;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.ConfigJson;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.model.Provenance;
import org.ebbflow.model.RunConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb quickstart}: the whole way on bundled real data. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a fully connected EBFlow on the bundled 10,000 MNIST digits by sliced score",
      "matching, tests it, draws samples and writes a report; about a minute or two on two cores."
    },
    footerHeading = "%nExample:%n",
    footer = "  ebb quickstart --out digits")
public final class QuickstartCommand implements Callable<Integer> {
  private static final int TEST_ROWS = 1000;
  private static final long SPLIT_SEED = 20;

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for model and report (default runs/quickstart).")
  private Path out = Path.of("runs", "quickstart");

  @Option(names = "--epochs", paramLabel = "N", description = "Passes over the data (default 40).")
  private double epochs = 40;

  @Option(names = "--force", description = "Overwrite an earlier quickstart in DIR.")
  private boolean force;

  @Override
  public Integer call() {
    ModelFolder folder = new ModelFolder(out);
    if (folder.isTaken() && !force) {
      throw new EbbException(
          out + " already holds a run", "add --force to overwrite it, or choose another --out");
    }
    folder.clear();
    Dataset.Split split = BundledMnist.images().split(TEST_ROWS, SPLIT_SEED);
    RunConfig defaults =
        RunConfig.defaults(
            FitOptions.DEFAULT_MODEL, FitOptions.DEFAULT_OBJECTIVE, DataShape.of(split.train()));
    var tree = ConfigJson.write(defaults);
    // Six times fewer images than the full experiment has: larger steps make up for fewer.
    ConfigJson.set(tree, "training.epochs", String.valueOf(epochs));
    ConfigJson.set(tree, "validation", "1000");
    ConfigJson.set(tree, "learningRate", "3e-4");
    ConfigJson.set(tree, "schedule.epochs", String.valueOf((int) epochs));
    Provenance provenance =
        FitSession.provenance(
            "ebb quickstart",
            Provenance.Source.of("bundled MNIST digits", split.train()),
            Provenance.Source.of("bundled MNIST digits", split.validation()));
    int code =
        new FitSession(
                spec, folder, ConfigJson.read(tree), split.train(), split.validation(), provenance)
            .run();
    System.err.println("open " + out.resolve("report.html").toAbsolutePath());
    return code;
  }
}
