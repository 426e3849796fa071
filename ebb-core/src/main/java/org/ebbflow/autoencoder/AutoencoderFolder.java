package org.ebbflow.autoencoder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.ebbflow.EbbException;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.io.StoredTensor;
import org.ebbflow.io.TensorFile;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;

/**
 * An auto-encoder on disk: {@code config.json}, {@code model.safetensors} and, while or after
 * training, {@code checkpoint.safetensors}. Each is replaced atomically; all are data.
 *
 * @param path the folder
 */
record AutoencoderFolder(Path path) {
  private static final String FORMAT = "ebb-autoencoder-1";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /** What {@code config.json} holds. */
  record Config(String format, RowShape data, AutoencoderSettings model, DType dtype) {}

  Path checkpoint() {
    return path.resolve("checkpoint.safetensors");
  }

  private Path config() {
    return path.resolve("config.json");
  }

  private Path weights() {
    return path.resolve("model.safetensors");
  }

  /**
   * Makes the folder where it is missing.
   *
   * @throws EbbException if it cannot be made
   */
  void create() {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new EbbException(
          "cannot make the folder " + path, "choose a place that you may write to", e);
    }
  }

  void writeConfig(VariationalAutoencoder model) {
    AtomicFile.writeString(
        config(),
        text(new Config(FORMAT, model.shape(), model.settings(), model.engine().dtype())) + "\n");
  }

  void writeWeights(VariationalAutoencoder model) {
    SafeTensors.write(
        weights(), TensorFile.store(weights(), model.parameters()), Map.of("format", FORMAT));
  }

  /**
   * Builds what the files hold.
   *
   * @throws EbbException naming the file at fault
   */
  VariationalAutoencoder read() {
    Config content = readConfig();
    SafeTensors stored = SafeTensors.read(weights());
    if (!FORMAT.equals(stored.metadata().get("format"))) {
      throw new ModelFileException(
          weights(), "was not written as an auto-encoder", "use the file that belongs here");
    }
    long held = stored.tensors().values().stream().mapToLong(StoredTensor::elements).sum();
    long wanted = content.model.parameterCount(content.data.columns());
    if (wanted != held) { // before anything large is built
      throw new ModelFileException(
          weights(),
          "holds %d numbers where config.json calls for %d".formatted(held, wanted),
          "use the files that were written together");
    }
    VariationalAutoencoder model =
        new VariationalAutoencoder(Engine.cpu(content.dtype), content.model, content.data, 0);
    TensorFile.restore(weights(), stored.tensors(), model.parameters());
    return model;
  }

  private Config readConfig() {
    if (!Files.isRegularFile(config())) {
      throw new EbbException(
          path + " holds no config.json", "give the folder that an auto-encoder was saved in");
    }
    try {
      Config content = JSON.readValue(Files.readString(config()), Config.class);
      if (content == null || !FORMAT.equals(content.format)) {
        throw new ModelFileException(
            config(), "is not of the format " + FORMAT, "use the version of Ebb that wrote it");
      }
      return content;
    } catch (JsonProcessingException e) {
      String why = e.getCause() instanceof EbbException own ? ": " + own.getMessage() : "";
      throw new ModelFileException(config(), "is damaged" + why, "restore it or train again", e);
    } catch (IOException e) {
      throw new ModelFileException(config(), "cannot be read", "check its permissions", e);
    }
  }

  /** Any settings as JSON. */
  static String text(Object settings) {
    try {
      return JSON.writeValueAsString(settings);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("settings that are no JSON", e);
    }
  }
}
