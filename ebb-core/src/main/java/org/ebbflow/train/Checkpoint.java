package org.ebbflow.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.io.TensorFile;

/**
 * One file with all that a resumed run needs: parameters, their average, the optimiser's state and
 * the {@link TrainState}. Replaced atomically, so that a kill at any moment leaves a whole one.
 */
final class Checkpoint {
  private static final String FORMAT = "ebb-checkpoint-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  Checkpoint(
      Path file,
      Map<String, Tensor> parameters,
      Map<String, Tensor> average,
      Map<String, Tensor> optimizer) {
    this.file = file;
    parameters.forEach((name, tensor) -> tensors.put("parameter." + name, tensor));
    average.forEach((name, tensor) -> tensors.put("average." + name, tensor));
    optimizer.forEach((name, tensor) -> tensors.put("optimizer." + name, tensor));
  }

  /** Writes aside, syncs and renames. */
  void write(TrainState state, String runFingerprint) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("format", FORMAT);
    texts.put("run", runFingerprint);
    try {
      texts.put("state", JSON.writeValueAsString(state));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the training state cannot be written as JSON", e);
    }
    SafeTensors.write(file, TensorFile.store(file, tensors), texts);
  }

  /**
   * Puts the tensors back in place and returns the state.
   *
   * @throws ModelFileException if the file is damaged or belongs to another run
   */
  TrainState read(String runFingerprint) {
    SafeTensors stored = SafeTensors.read(file);
    if (!FORMAT.equals(stored.metadata().get("format"))) {
      throw new ModelFileException(
          file, "is not a checkpoint of this version", "start the run anew in another folder");
    }
    if (!runFingerprint.equals(stored.metadata().get("run"))) {
      throw new ModelFileException(
          file,
          "belongs to a run with other data or settings",
          "resume with the data and settings of that run, or start anew in another folder");
    }
    TensorFile.restore(file, stored.tensors(), tensors);
    return state(file, stored);
  }

  /** The state in a file, if it is a whole one of this run. */
  static Optional<TrainState> state(Path file, String runFingerprint) {
    try {
      SafeTensors stored = Files.exists(file) ? SafeTensors.read(file) : null;
      return stored == null || !runFingerprint.equals(stored.metadata().get("run"))
          ? Optional.empty()
          : Optional.of(state(file, stored));
    } catch (ModelFileException damaged) {
      return Optional.empty();
    }
  }

  private static TrainState state(Path file, SafeTensors stored) {
    try {
      return JSON.readValue(stored.metadata().getOrDefault("state", ""), TrainState.class);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(
          file, "holds a training state that cannot be read", "start the run anew", e);
    }
  }
}
