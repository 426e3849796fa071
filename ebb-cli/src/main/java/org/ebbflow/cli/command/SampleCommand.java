package org.ebbflow.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.cli.input.CsvOutput;
import org.ebbflow.cli.report.Sheets;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.model.DensityModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb sample}: draws from a model. */
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    description = "Draws rows from a model: a PNG sheet for images, CSV otherwise.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb sample model --n 100 --out digits.png",
      "  ebb sample model --n 100000 --seed 7 --out rows.csv.gz"
    })
public final class SampleCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The model's folder.")
  private Path folder;

  @Option(names = "--n", paramLabel = "N", description = "How many rows (default 100).")
  private int n = 100;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of the draws (default 1).")
  private long seed = 1;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "G",
      description = "File to write: .png for a sheet of images, .csv or .csv.gz for rows.")
  private Path out;

  @Override
  public Integer call() {
    if (n < 1) {
      throw new EbbException("--n is " + n, "give 1 or more");
    }
    DensityModel model = DensityModel.load(folder);
    boolean sheet = out.toString().toLowerCase(Locale.ROOT).endsWith(".png");
    if (sheet && model.shape().image() == null) {
      throw new EbbException(
          "the model in " + folder + " makes " + model.shape() + ", not images",
          "give --out a name that ends in .csv");
    }
    Dataset samples;
    if (sheet) {
      samples = draw(model);
      AtomicFile.write(out, Sheets.grid(samples));
    } else {
      try (CsvOutput output = new CsvOutput(out, columns(model))) {
        samples = draw(model);
        double[] row = new double[samples.columns()];
        for (int i = 0; i < samples.rows(); i++) {
          samples.gather(new int[] {i}, row);
          output.row(row);
        }
        output.finish();
      }
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rows", samples.rows());
    result.put("out", out.toString());
    result.put("seed", seed);
    Results.print(spec, result);
    return 0;
  }

  private Dataset draw(DensityModel model) {
    try (ProgressLine progress = ProgressLine.share("sample")) {
      return model.sample(n, seed, progress::shareDone);
    }
  }

  private static List<String> columns(DensityModel model) {
    if (!model.shape().columns().isEmpty()) {
      return model.shape().columns();
    }
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= model.shape().dimension(); i++) {
      names.add("x" + i);
    }
    return names;
  }
}
