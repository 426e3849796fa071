package org.ebbflow.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.cli.input.DataFile;
import org.ebbflow.cli.report.Sheets;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.data.Dataset;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.Inpainter;
import org.ebbflow.sample.GaussianBlur;
import org.ebbflow.sample.Inpainting;
import org.ebbflow.sample.MarkovChain;
import org.ebbflow.sample.Mask;
import org.ebbflow.sample.MetropolisLangevin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ebb inpaint}: fills in parts of rows. */
@Command(
    name = "inpaint",
    mixinStandardHelpOptions = true,
    description = {
      "Fills in the masked part of rows by a Markov chain on the model's score given the rest.",
      "A .png shows each image, what is left of it, and what was made of that."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb inpaint model --data digits.gz --rows 20 --mask left-half --out filled.png",
      "  ebb inpaint model --data rows.csv --mask random:0.3 --method mala --out filled.csv"
    })
public final class InpaintCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ModelAndRows input;

  @Option(
      names = "--mask",
      required = true,
      paramLabel = "M",
      description =
          "What to fill in: left-half, right-half, top-half, bottom-half, random:0.5, or an IDX or"
              + " CSV file of zeros and ones, 1 to fill in, one row for all or one for each.")
  private String mask;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "G",
      description = "File to write: .png for a sheet of images, .csv or .csv.gz for rows.")
  private Path out;

  @Option(
      names = "--given",
      paramLabel = "F",
      description =
          "CSV file of conditions, a row for each, for a model that takes some; without it they are"
              + " columns of the data.")
  private @Nullable Path given;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Take the first N rows only (default: all, 20 for a .png).")
  private @Nullable Integer rows;

  @Option(
      names = "--method",
      paramLabel = "M",
      description =
          "published (default): the chain of the EBFlow paper; mala: Metropolis-adjusted Langevin,"
              + " whose draws follow the model's conditional.")
  private Method method = Method.PUBLISHED;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      description = "Steps of the chain (default 500).")
  private int iterations = 500;

  @Option(
      names = "--tau",
      paramLabel = "T",
      description = "Step (default 0.5; mala, which adapts it, starts at 0.05).")
  private @Nullable Double tau;

  @Option(names = "--snr", paramLabel = "S", description = "Noise, published (default 0.1).")
  private @Nullable Double snr;

  @Option(
      names = "--gamma",
      paramLabel = "G",
      description = "Weight of smoothing, published (default 0.01).")
  private @Nullable Double gamma;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of mask and draws (default 1).")
  private long seed = 1;

  private enum Method {
    PUBLISHED,
    MALA
  }

  @Override
  public Integer call() {
    DensityModel model = input.model("fill its gaps by: ebb impute " + input.folder());
    RowFile file = new RowFile(out);
    file.requireFit(model, input.folder());
    OutputName.requireOther("--out", out, inputs());
    if (method == Method.MALA && (snr != null || gamma != null)) {
      throw new EbbException("--snr and --gamma go with the published chain", "leave them out");
    }
    Dataset data = rows(model, file.isSheet());
    MarkovChain chain = chain(model);
    Mask hidden =
        Mask.isName(mask) || !Files.exists(Path.of(mask))
            ? Mask.named(mask, model.shape().image(), seed)
            : Mask.of(DataFile.read(Path.of(mask)), data);
    Inpainter.Filled filled =
        file.write(
            model,
            () -> fill(model, chain, data, hidden),
            Inpainter.Filled::rows,
            made -> Sheets.inpainted(data, hidden, made.rows()));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rows", filled.rows().rows());
    result.put("out", out.toString());
    result.put("method", method.toString().toLowerCase(Locale.ROOT));
    result.put("iterations", iterations);
    result.put(
        "acceptance",
        Double.isNaN(filled.acceptance())
            ? "every proposal is taken"
            : Results.round(filled.acceptance(), 4));
    result.put("seed", seed);
    Results.print(spec, result);
    return 0;
  }

  private List<String> inputs() {
    List<String> all = new ArrayList<>(input.input().files());
    all.add(mask);
    if (given != null) {
      all.add(given.toString());
    }
    return all;
  }

  private Dataset rows(DensityModel model, boolean sheet) {
    if (given == null) {
      return chosen(input.rows(model), sheet);
    }
    Dataset conditions = DataFile.read(given);
    model.shape().requireCondition(conditions, given.toString());
    Dataset data = chosen(DataFile.read(input.input().file()), sheet);
    if (conditions.rows() < data.rows()) {
      throw new EbbException(
          "%s has conditions for %d of %d rows".formatted(given, conditions.rows(), data.rows()),
          "give one for each, or take fewer by --rows");
    }
    Dataset both = data.withCondition(conditions.subset(IntStream.range(0, data.rows()).toArray()));
    model.shape().requireSame(both, input.input().file().toString());
    return both;
  }

  private Dataset chosen(Dataset data, boolean sheet) {
    int wanted = rows != null ? rows : sheet ? 20 : data.rows();
    if (wanted < 1) {
      throw new EbbException("--rows is " + wanted, "give 1 or more");
    }
    return wanted >= data.rows() ? data : data.subset(IntStream.range(0, wanted).toArray());
  }

  private MarkovChain chain(DensityModel model) {
    if (method == Method.MALA) {
      return new MetropolisLangevin(tau == null ? 0.05 : tau, iterations, true);
    }
    Dataset.ImageShape image = model.shape().image();
    UnaryOperator<Tensor> blur = image == null ? x -> x : new GaussianBlur(image);
    return new Inpainting(
        tau == null ? 0.5 : tau,
        snr == null ? 0.1 : snr,
        gamma == null ? 0.01 : gamma,
        iterations,
        blur);
  }

  private Inpainter.Filled fill(DensityModel model, MarkovChain chain, Dataset data, Mask hidden) {
    try (ProgressLine progress = ProgressLine.share("inpaint")) {
      return new Inpainter(model, chain).fill(data, hidden, seed, progress::shareDone);
    }
  }
}
