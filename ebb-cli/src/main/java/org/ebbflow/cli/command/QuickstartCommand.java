package org.ebbflow.cli.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.cli.command.FitSession.Start;
import org.ebbflow.cli.input.BundledMnist;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.ConfigJson;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.model.Provenance;
import org.ebbflow.model.RunConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb quickstart}: the whole way on bundled real data. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = {
      "Trains an EBFlow on the bundled 10,000 MNIST digits and writes a report.",
      "It is fully connected and trained by sliced score matching, tested, and drawn from; about a",
      "minute or two on two cores."
    },
    footerHeading = "%nExample:%n",
    footer = "  ebb quickstart --out digits")
public final class QuickstartCommand implements Callable<Integer> {
  static final String SOURCE = "bundled MNIST digits";
  private static final double DEFAULT_EPOCHS = 40;
  private static final int TEST_ROWS = 1000;
  private static final long SPLIT_SEED = 20;

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for model and report (default runs/quickstart).")
  private Path out = Path.of("runs", "quickstart");

  @Option(names = "--epochs", paramLabel = "N", description = "Passes over the data (default 40).")
  private @Nullable Double epochs;

  @Option(names = "--force", description = "Overwrite an earlier quickstart in DIR.")
  private boolean force;

  @Option(names = "--resume", description = "Go on from the checkpoint in DIR.")
  private boolean resume;

  @Override
  public Integer call() {
    ModelFolder folder = new ModelFolder(out);
    Dataset.Split split = BundledMnist.images().split(TEST_ROWS, SPLIT_SEED);
    return resume ? goOn(folder, split) : start(folder, split);
  }

  private int start(ModelFolder folder, Dataset.Split split) {
    if (!force) {
      FitSession.requireFree(folder);
    }
    double passes = epochs == null ? DEFAULT_EPOCHS : epochs;
    RunConfig defaults =
        RunConfig.defaults(FitOptions.DEFAULT_MODEL, "ssm", DataShape.of(split.train()));
    var tree = ConfigJson.write(defaults);
    // Six times fewer images than the full experiment has: larger steps make up for fewer.
    ConfigJson.set(tree, "training.epochs", String.valueOf(passes));
    ConfigJson.set(tree, "validation", "1000");
    ConfigJson.set(tree, "learningRate", "3e-4");
    ConfigJson.set(tree, "schedule.epochs", String.valueOf((int) passes));
    RunConfig config = ConfigJson.read(tree);
    Provenance provenance =
        Provenance.start(
            config,
            "ebb quickstart",
            Provenance.Source.of(SOURCE, split.train()),
            Provenance.Source.of(SOURCE, split.validation()));
    return session(folder, config, split, provenance, force ? Start.OVERWRITE : Start.FRESH);
  }

  private int goOn(ModelFolder folder, Dataset.Split split) {
    RunConfig before = DensityModel.configOf(out);
    Provenance provenance = folder.readProvenance();
    if (!provenance.data().fingerprint().equals(split.train().fingerprint())) {
      throw new EbbException(
          out + " holds no quickstart", "go on with: ebb fit --resume --out " + out);
    }
    var tree = ConfigJson.write(before);
    if (epochs != null) {
      ConfigJson.set(tree, "training.epochs", String.valueOf(epochs));
    }
    return session(folder, ConfigJson.read(tree), split, provenance, Start.RESUME);
  }

  private int session(
      ModelFolder folder,
      RunConfig config,
      Dataset.Split split,
      Provenance provenance,
      Start start) {
    int code =
        new FitSession(spec, folder, config, split.train(), split.validation(), provenance)
            .run(start, "ebb quickstart --resume --out " + out);
    if (code == 0) {
      System.err.println("open " + out.resolve("report.html").toAbsolutePath());
    }
    return code;
  }
}
