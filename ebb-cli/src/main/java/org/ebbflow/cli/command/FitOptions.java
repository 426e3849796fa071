package org.ebbflow.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.model.Architectures;
import org.ebbflow.model.BlockFlow;
import org.ebbflow.model.ConfigJson;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.RunConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code ebb fit} that decide the run's configuration. */
final class FitOptions {
  // Of two equal keys, or two documents, one would silently have no effect.
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static final String DEFAULT_MODEL = "ebflow-fc";

  @Option(
      names = "--model",
      paramLabel = "M",
      description =
          "auto (default for tables, without --objective, --set, --config, --epochs, --test and"
              + " --condition): a race of models on columns of all kinds; or one architecture on"
              + " the numbers as they are: ebflow-fc (default), spline, jko, cnf, diffusion or"
              + " realnvp-2d; for images also ebflow-cnn or glow.")
  private @Nullable String model;

  @Option(
      names = "--objective",
      paramLabel = "O",
      description =
          "ml, sml, ssm, dsm or fdssm; ssm unless given for images and wide tables, ml for tables"
              + " of fewer than 256 columns. For jko: jko. For cnf: fm (default), cnf or otflow."
              + " For diffusion: vp.")
  private @Nullable String objective;

  @Option(
      names = "--set",
      paramLabel = "K=V",
      description =
          "A setting by name, repeatable: batch=200, learningRate=1e-3, layers=3; an unknown name"
              + " lists them all.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--config",
      paramLabel = "F",
      description = "YAML or JSON file of settings, laid over the defaults and under --set.")
  private @Nullable Path config;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of everything random (default 1).")
  private @Nullable Long seed;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Stop after N steps; of jko, each block.")
  private @Nullable Long steps;

  @Option(names = "--epochs", paramLabel = "N", description = "Stop after N passes over the data.")
  private @Nullable Double epochs;

  @Option(names = "--minutes", paramLabel = "M", description = "Stop after M minutes.")
  private @Nullable Double minutes;

  /** Whether a race of models is asked for by name. */
  boolean isAuto() {
    return org.ebbflow.tabular.select.FitOptions.AUTO.equals(model);
  }

  /** Whether anything is given at all. */
  boolean isAny() {
    return isAuto() || namesModel() || seed != null || steps != null || minutes != null;
  }

  /** Whether anything is given that only a single named model has. */
  boolean namesModel() {
    return (model != null && !isAuto())
        || objective != null
        || config != null
        || epochs != null
        || !settings.isEmpty();
  }

  /**
   * What a table is fitted with.
   *
   * @param candidate the only one, or null for a race
   */
  org.ebbflow.tabular.select.FitOptions ofTable(@Nullable String candidate, double trim) {
    if (model != null && !isAuto()) {
      throw new EbbException(
          "--schema, --candidates and --trim go without --model, which names a model of numbers",
          "leave out the one or the others; --candidates names the one model to fit a table with");
    }
    if (objective != null || config != null || epochs != null) {
      throw new EbbException(
          "--objective, --config and --epochs go with a named --model only",
          "leave them out, or name a model of numbers such as --model ebflow-fc");
    }
    if (steps != null && steps < 1) {
      throw new EbbException("steps is " + steps, "give 1 or more");
    }
    org.ebbflow.tabular.select.FitOptions defaults =
        org.ebbflow.tabular.select.FitOptions.defaults();
    return new org.ebbflow.tabular.select.FitOptions(
        candidate == null ? defaults.model() : candidate,
        minutes == null ? defaults.minutes() : minutes,
        steps == null ? 0 : steps,
        defaults.validation(),
        trim,
        seed == null ? defaults.seed() : seed,
        0,
        settings);
  }

  /** Defaults for the data, then the file, then single settings. */
  RunConfig resolve(DataShape shape) {
    ObjectNode file = config == null ? null : readFile(config);
    String name =
        choose(model, file == null ? null : file.path("model").path("name"), DEFAULT_MODEL);
    String target =
        choose(
            objective,
            file == null ? null : file.path("objective").path("name"),
            Architectures.defaults(name, shape).customaryObjective(shape));
    ObjectNode tree = ConfigJson.write(RunConfig.defaults(name, target, shape));
    if (file != null && config != null) {
      ConfigJson.overlay(tree, file, config.toString());
    }
    ConfigJson.set(tree, "model.name", name);
    ConfigJson.set(tree, "objective.name", target);
    apply(tree);
    return ConfigJson.read(tree);
  }

  /**
   * A resumed run's configuration: only how long it goes on may change.
   *
   * @param threads that it ran with, kept where the configuration leaves the number open: sums
   *     depend on it
   * @throws EbbException naming the first option that may not
   */
  RunConfig extend(RunConfig before, int threads) {
    if (model != null || objective != null || config != null || seed != null) {
      String option =
          model != null
              ? "--model"
              : objective != null ? "--objective" : config != null ? "--config" : "--seed";
      throw new EbbException(
          option + " cannot change in a resumed run",
          "leave it out or start anew in another --out");
    }
    String length =
        steps != null
            ? "--steps"
            : epochs != null ? "--epochs" : minutes != null ? "--minutes" : "";
    if (!length.isEmpty() && before.training().schedule().name().equals("cosine")) {
      boolean grows = before.model() instanceof BlockFlow;
      throw new EbbException(
          length
              + " cannot change in this run: "
              + (grows ? "each block's" : "its")
              + " learning rate falls to 0 at the planned end",
          "leave it out, or start anew in another --out"
              + (grows ? "" : ", with --set schedule.name=constant to stay free"));
    }
    ObjectNode tree = ConfigJson.write(before);
    if (before.threads() == 0) {
      ConfigJson.set(tree, "threads", String.valueOf(threads));
    }
    apply(tree);
    return ConfigJson.read(tree);
  }

  private void apply(ObjectNode tree) {
    if (steps != null || epochs != null || minutes != null) {
      // One named limit replaces the defaults', or a longer default would never be reached.
      ConfigJson.set(tree, "training.steps", String.valueOf(steps == null ? 0 : steps));
      ConfigJson.set(tree, "training.epochs", String.valueOf(epochs == null ? 0 : epochs));
      ConfigJson.set(tree, "training.minutes", String.valueOf(minutes == null ? 0 : minutes));
      boolean timeOnly = steps == null && epochs == null;
      if (timeOnly
          && tree.path("training").path("schedule").path("name").asText().equals("cosine")) {
        // Where the end is not known in steps, a cosine has no shape.
        ConfigJson.set(tree, "training.schedule.name", "constant");
      }
    }
    if (seed != null) {
      ConfigJson.set(tree, "seed", String.valueOf(seed));
    }
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new EbbException("--set " + setting + " is no setting", "write --set name=value");
      }
      ConfigJson.set(tree, setting.substring(0, equals), setting.substring(equals + 1));
    }
  }

  private static String choose(
      @Nullable String option, @Nullable JsonNode inFile, String otherwise) {
    if (option != null) {
      return option;
    }
    return inFile != null && inFile.isTextual() ? inFile.textValue() : otherwise;
  }

  private static ObjectNode readFile(Path file) {
    try {
      JsonNode tree = YAML.readTree(Files.readString(file));
      if (tree instanceof ObjectNode object) {
        // A model's own config.json has what it was made with below "run".
        return object.has("format") && object.get("run") instanceof ObjectNode run ? run : object;
      }
      throw new EbbException(file + " holds no settings", "write one 'name: value' a line");
    } catch (JsonProcessingException e) {
      throw new EbbException(
          file + " is no YAML (" + e.getOriginalMessage() + ")", "correct the file", e);
    } catch (IOException e) {
      throw new EbbException("cannot read " + file, "check the path given to --config", e);
    }
  }
}
