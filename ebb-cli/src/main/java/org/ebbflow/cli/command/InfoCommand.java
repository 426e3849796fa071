package org.ebbflow.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.flow.Bijection;
import org.ebbflow.model.ConfigJson;
import org.ebbflow.model.DensityModel;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.tabular.TabularFolder;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.schema.Schema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb info}: what a model folder holds. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description = "Prints a model's architecture, parameters, provenance and metrics.",
    footerHeading = "%nExample:%n",
    footer = "  ebb info model")
public final class InfoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The model's folder.")
  private Path folder;

  @Override
  public Integer call() {
    DensityModel model = DensityModel.load(folder);
    ModelFolder files = new ModelFolder(folder);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("model", model.config().model().name());
    boolean ofTable = TabularFolder.holdsModel(folder);
    result.put("takes", ofTable ? "rows of a table" : model.shape().toString());
    if (ofTable) {
      result.put("table", kinds(TabularModel.load(folder).schema()));
    }
    result.put("parameters", model.parameterCount());
    result.put("preprocessing", describe(model.preprocessing().transform()));
    result.put("layers", describe(model.flow().chain()));
    result.put("config", ConfigJson.write(model.config()));
    if (Files.exists(files.provenance())) {
      result.put("provenance", files.readProvenance());
    }
    Results.print(spec, result);
    return 0;
  }

  private static Map<String, String> kinds(Schema schema) {
    Map<String, String> kinds = new LinkedHashMap<>();
    for (ColumnSpec spec : schema.columns()) {
      kinds.put(spec.name(), spec.kind().name().toLowerCase(Locale.ROOT));
    }
    return kinds;
  }

  private static List<String> describe(List<Bijection> chain) {
    return chain.stream().map(Bijection::describe).toList();
  }
}
