package org.ebbflow.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.io.StoredTensor;
import org.ebbflow.io.TensorFile;
import org.ebbflow.train.BlockSpan;
import org.jspecify.annotations.Nullable;

/**
 * A model on disk: {@code config.json} (what to build), {@code model.safetensors} (its numbers),
 * {@code provenance.json} (where it comes from) and, while or after training, {@code
 * checkpoint.safetensors}. Each file is replaced atomically; all are data, none is code.
 *
 * @param path the folder
 */
public record ModelFolder(Path path) {
  private static final String FORMAT = "ebb-model-1";
  private static final long MAX_JSON_BYTES = 64L << 20;
  private static final String PREPROCESSING = "preprocessing.";
  private static final String BLOCKS = "blocks";

  /** What {@code config.json} holds. */
  record Content(DataShape shape, RunConfig config) {}

  /** {@code config.json}. */
  public Path config() {
    return path.resolve("config.json");
  }

  /** {@code model.safetensors}. */
  public Path weights() {
    return path.resolve("model.safetensors");
  }

  /** {@code provenance.json}. */
  public Path provenance() {
    return path.resolve("provenance.json");
  }

  /** {@code checkpoint.safetensors}. */
  public Path checkpoint() {
    return path.resolve("checkpoint.safetensors");
  }

  /** {@code block-checkpoint.safetensors}: of the block that a growing flow is training. */
  private Path blockCheckpoint() {
    return path.resolve("block-checkpoint.safetensors");
  }

  /** Whether there is a model or a run here already. */
  public boolean isTaken() {
    return Files.exists(config()) || Files.exists(weights()) || Files.exists(checkpoint());
  }

  /**
   * Makes the folder where it is missing.
   *
   * @throws EbbException if it cannot be made or written to
   */
  public void create() {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new EbbException(
          "cannot make the folder " + path, "choose a place that you may write to", e);
    }
    if (!Files.isWritable(path)) {
      throw new EbbException(
          "cannot write to the folder " + path, "choose a place that you may write to");
    }
  }

  /** Removes a run's files from the folder, and nothing else. */
  public void clear() {
    for (Path file : List.of(blockCheckpoint(), checkpoint(), weights(), provenance(), config())) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new EbbException("cannot remove " + file, "choose another folder", e);
      }
    }
  }

  void writeConfig(DataShape shape, RunConfig config) {
    ObjectNode tree = ConfigJson.mapper().createObjectNode();
    tree.put("format", FORMAT);
    tree.set("data", ConfigJson.mapper().valueToTree(shape));
    tree.set("run", ConfigJson.write(config));
    AtomicFile.writeString(config(), ConfigJson.text(tree) + "\n");
  }

  Content readConfig() {
    ObjectNode tree = readJson(config());
    if (!FORMAT.equals(tree.path("format").asText())) {
      throw new ModelFileException(
          config(),
          "has the format '" + tree.path("format").asText() + "', not " + FORMAT,
          "use the version of Ebb that wrote it");
    }
    try {
      if (tree.get("data") instanceof ObjectNode data && !data.has("condition")) {
        data.putArray("condition"); // files from before there were any
      }
      DataShape shape = ConfigJson.mapper().treeToValue(tree.get("data"), DataShape.class);
      if (shape == null || !(tree.get("run") instanceof ObjectNode run)) {
        throw damaged(config(), null);
      }
      return new Content(shape, ConfigJson.read(run));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw damaged(config(), e);
    } catch (ModelFileException e) {
      throw e;
    } catch (EbbException e) {
      throw new ModelFileException(
          config(), "is not valid: " + e.getMessage(), "restore the file", e);
    }
  }

  /** Writes {@code provenance.json}. */
  public void writeProvenance(Provenance provenance) {
    AtomicFile.writeString(
        provenance(), ConfigJson.text(ConfigJson.mapper().valueToTree(provenance)) + "\n");
  }

  /**
   * Reads {@code provenance.json}.
   *
   * @throws ModelFileException if it is missing or damaged
   */
  public Provenance readProvenance() {
    try {
      return ConfigJson.mapper().treeToValue(readJson(provenance()), Provenance.class);
    } catch (JsonProcessingException e) {
      throw damaged(provenance(), e);
    }
  }

  /**
   * Writes {@code model.safetensors}. With the tensors of a growing flow go its blocks, so that
   * both are replaced at once.
   */
  void writeWeights(RunConfig config, Flow flow, Preprocessing preprocessing) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("format", FORMAT);
    if (config.model() instanceof BlockFlow grown) {
      try {
        texts.put(BLOCKS, ConfigJson.mapper().writeValueAsString(grown.blocks()));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("blocks cannot be written as JSON", e);
      }
    }
    SafeTensors.write(weights(), TensorFile.store(weights(), tensors(flow, preprocessing)), texts);
  }

  /**
   * What {@code config.json} holds, with the blocks of a growing flow that the weights are of: a
   * run that was killed as it replaced the two files may have replaced one only.
   *
   * @throws ModelFileException if the weights do not say so in a way that can be read
   */
  Content withBlocks(Content content, SafeTensors stored) {
    String blocks = stored.metadata().get(BLOCKS);
    if (blocks == null || !(content.config().model() instanceof BlockFlow grown)) {
      return content; // no growing flow, or one from before its blocks were kept here
    }
    try {
      BlockSpan[] spans = ConfigJson.mapper().readValue(blocks, BlockSpan[].class);
      if (spans == null || Arrays.stream(spans).anyMatch(Objects::isNull)) {
        throw damaged(weights(), null);
      }
      return new Content(content.shape(), content.config().with(grown.with(List.of(spans))));
    } catch (JsonProcessingException e) {
      throw damaged(weights(), e);
    }
  }

  /** What {@code model.safetensors} holds, checked to be a model's. */
  SafeTensors readWeights() {
    boolean begun = Files.exists(checkpoint()) || Files.exists(blockCheckpoint());
    if (!Files.exists(weights()) && begun) {
      throw new EbbException(
          "the model in " + path + " has not been validated yet", "resume its training first");
    }
    SafeTensors stored = SafeTensors.read(weights());
    if (!FORMAT.equals(stored.metadata().get("format"))) {
      throw new ModelFileException(
          weights(), "was not written by Ebb as a model", "use the file that belongs here");
    }
    return stored;
  }

  /** Refuses a configuration that calls for more than the file holds, before it is built. */
  void requireEnough(SafeTensors stored, Content content) {
    long held = stored.tensors().values().stream().mapToLong(StoredTensor::elements).sum();
    long wanted = content.config().model().parameterCount(content.shape());
    if (wanted > held) {
      throw new ModelFileException(
          weights(),
          "holds %d numbers where config.json calls for %d".formatted(held, wanted),
          "use the files that were written together");
    }
  }

  void restore(SafeTensors stored, Flow flow, Preprocessing preprocessing) {
    TensorFile.restore(weights(), stored.tensors(), tensors(flow, preprocessing));
  }

  /** Whether the model was trained on standardised conditions; older ones never were. */
  static boolean standardisesConditions(SafeTensors stored) {
    return stored.tensors().containsKey(PREPROCESSING + "condition.scale");
  }

  private static Map<String, Tensor> tensors(Flow flow, Preprocessing preprocessing) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    flow.parameters().forEach((name, tensor) -> all.put("flow." + name, tensor));
    flow.buffers().forEach((name, tensor) -> all.put("flow." + name, tensor));
    preprocessing.buffers().forEach((name, tensor) -> all.put(PREPROCESSING + name, tensor));
    return all;
  }

  private ObjectNode readJson(Path file) {
    if (!Files.isDirectory(path)) {
      throw new EbbException(
          "there is no folder " + path, "give the folder that 'ebb fit --out' wrote");
    }
    if (!Files.isRegularFile(file)) {
      throw new EbbException(
          path + " holds no " + file.getFileName(), "give the folder that 'ebb fit --out' wrote");
    }
    try {
      if (Files.size(file) > MAX_JSON_BYTES) {
        throw damaged(file, null);
      }
      JsonNode tree = ConfigJson.mapper().readTree(Files.readString(file));
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw damaged(file, null);
    } catch (IOException e) {
      throw damaged(file, e);
    }
  }

  private static ModelFileException damaged(Path file, @Nullable Exception e) {
    return e == null
        ? new ModelFileException(file, "is damaged", "restore it or train again")
        : new ModelFileException(file, "is damaged", "restore it or train again", e);
  }
}
