package org.ebbflow.cli.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.cli.command.table.TableSampling;
import org.ebbflow.cli.input.DataFile;
import org.ebbflow.cli.report.Sheets;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Inpainter;
import org.ebbflow.sample.Langevin;
import org.ebbflow.sample.MarkovChain;
import org.ebbflow.sample.MetropolisLangevin;
import org.ebbflow.tabular.TabularFolder;
import org.ebbflow.tabular.TabularModel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb sample}: draws from a model. */
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    description =
        "Draws rows from a model: a PNG sheet for images, CSV (of tables also Parquet) otherwise.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb sample model --n 100 --out digits.png",
      "  ebb sample model --n 100000 --seed 7 --out rows.csv.gz",
      "  ebb sample model --n 1000 --method mala --out rows.csv",
      "  ebb sample model --n 1000 --where \"class = 'a' and age > 30\" --out rows.parquet",
      "  ebb sample model --n 1000 --rebalance class --out rows.csv"
    })
public final class SampleCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The model's folder.")
  private Path folder;

  @Option(names = "--n", paramLabel = "N", description = "How many rows (default 100).")
  private @Nullable Integer n;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of the draws (default 1).")
  private long seed = 1;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "G",
      description =
          "File to write: .png for a sheet of images, .csv or .csv.gz for rows (of tables also"
              + " .parquet).")
  private Path out;

  @Option(
      names = "--method",
      paramLabel = "M",
      description =
          "exact (default): by the flow's inverse; mala or langevin: by a Markov chain on the score,"
              + " with and without Metropolis' test.")
  private Method method = Method.EXACT;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      description = "Steps of the chain (default 1000).")
  private @Nullable Integer iterations;

  @Option(
      names = "--step",
      paramLabel = "E",
      description = "Step of the chain, in the preprocessed space (default 0.1; mala adapts it).")
  private @Nullable Double step;

  @Option(
      names = "--denoise",
      paramLabel = "σ",
      description =
          "Replace each exact draw by the mean of the clean rows it may come from, for a model that"
              + " dsm has fitted with this sigma.")
  private @Nullable Double denoise;

  @Option(
      names = "--given",
      paramLabel = "F",
      description = "CSV file of conditions, for a model that takes some: one draw for each row.")
  private @Nullable Path given;

  @Mixin private TableSampling table;

  private enum Method {
    EXACT,
    LANGEVIN,
    MALA
  }

  private record Draws(Dataset rows, double acceptance) {}

  @Override
  public Integer call() {
    if (count() < 1) {
      throw new EbbException("--n is " + n, "give 1 or more");
    }
    if (method == Method.EXACT && (iterations != null || step != null)) {
      throw new EbbException(
          "--iterations and --step go with --method mala or langevin", "leave them out");
    }
    if (given != null && n != null) {
      throw new EbbException("--given makes one draw for each of its rows", "leave out --n");
    }
    if (given != null) {
      OutputName.requireOther("--out", out, List.of(given.toString()));
    }
    if (denoise != null && method != Method.EXACT) {
      throw new EbbException("--denoise goes with exact draws only", "leave out --method");
    }
    if (given != null && (method != Method.EXACT || denoise != null)) {
      throw new EbbException("--given goes with plain exact draws only", "leave out the others");
    }
    if (TabularFolder.holdsModel(folder)) {
      if (method != Method.EXACT || denoise != null || given != null) {
        throw new EbbException(
            "a table's rows are drawn exactly", "leave out --method, --denoise and --given");
      }
      Results.print(spec, table.run(TabularModel.load(folder), count(), seed, out));
      return 0;
    }
    if (table.isUsed()) {
      throw new EbbException(
          folder + " holds no model of a table",
          "--where, --rebalance and --privacy want one that --model auto has fitted");
    }
    DensityModel model = DensityModel.load(folder);
    if (denoise != null && !model.config().objective().name().equals("dsm")) {
      throw new EbbException(
          "--denoise wants a model that dsm has fitted; the one in %s was by %s"
              .formatted(folder, model.config().objective().name()),
          "leave it out");
    }
    RowFile file = new RowFile(out);
    file.requireFit(model, folder);
    Draws draws =
        file.write(model, () -> draw(model), Draws::rows, made -> Sheets.grid(made.rows()));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rows", draws.rows().rows());
    result.put("out", out.toString());
    result.put("seed", seed);
    if (!Double.isNaN(draws.acceptance())) {
      result.put("acceptance", Results.round(draws.acceptance(), 4));
    }
    Results.print(spec, result);
    return 0;
  }

  private int count() {
    return n == null ? 100 : n;
  }

  private Draws draw(DensityModel model) {
    try (ProgressLine progress = ProgressLine.share("sample")) {
      if (given != null) {
        Dataset conditions = DataFile.read(given);
        model.shape().requireCondition(conditions, given.toString());
        return new Draws(model.sample(conditions, seed, progress::shareDone), Double.NaN);
      }
      if (method == Method.EXACT) {
        Dataset rows =
            denoise == null
                ? model.sample(count(), seed, progress::shareDone)
                : model.sampleDenoised(count(), seed, denoise, progress::shareDone);
        return new Draws(rows, Double.NaN);
      }
      double size = step == null ? 0.1 : step;
      int steps = iterations == null ? 1_000 : iterations;
      MarkovChain chain =
          method == Method.MALA
              ? new MetropolisLangevin(size, steps, true)
              : new Langevin(size, steps);
      Inpainter.Filled drawn = new Inpainter(model, chain).draw(count(), seed, progress::shareDone);
      return new Draws(drawn.rows(), drawn.acceptance());
    }
  }
}
