package org.ebbflow.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.io.TensorFile;

/**
 * The file that holds a growing flow between blocks, replaced atomically after each; beside it,
 * while a block is being trained, the block's own checkpoint.
 */
final class GrowthCheckpoint {
  private static final String FORMAT = "ebb-growth-1";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final String run;

  GrowthCheckpoint(Path file, String run) {
    this.file = file;
    this.run = run;
  }

  boolean exists() {
    return Files.exists(file);
  }

  /** Where the block that is being trained keeps its checkpoint. */
  Path ofBlock() {
    return file.resolveSibling("block-" + file.getFileName());
  }

  /** Removes the checkpoint of a block that is done. */
  void blockDone() {
    try {
      Files.deleteIfExists(ofBlock());
    } catch (IOException e) {
      throw new EbbException("cannot remove " + ofBlock(), "remove it and resume", e);
    }
  }

  void write(GrowthState state, List<OdeBlock> blocks) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("format", FORMAT);
    texts.put("run", run);
    try {
      texts.put("state", JSON.writeValueAsString(state));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the training state cannot be written as JSON", e);
    }
    SafeTensors.write(file, TensorFile.store(file, tensors(blocks)), texts);
  }

  /**
   * The state, and its blocks rebuilt into {@code blocks}.
   *
   * @throws ModelFileException if the file is damaged or belongs to another run
   */
  GrowthState read(Function<BlockSpan, OdeBlock> build, List<OdeBlock> blocks) {
    SafeTensors stored = SafeTensors.read(file);
    if (!FORMAT.equals(stored.metadata().get("format"))) {
      throw new ModelFileException(
          file, "is not a checkpoint of a growing flow", "start the run anew in another folder");
    }
    if (!run.equals(stored.metadata().get("run"))) {
      throw new ModelFileException(
          file,
          "belongs to a run with other data or settings",
          "resume with the data and settings of that run, or start anew in another folder");
    }
    try {
      GrowthState state =
          JSON.readValue(stored.metadata().getOrDefault("state", ""), GrowthState.class);
      List<OdeBlock> built = new ArrayList<>();
      state.spans.forEach(span -> built.add(build.apply(span)));
      TensorFile.restore(file, stored.tensors(), tensors(built));
      blocks.clear();
      blocks.addAll(built);
      return state;
    } catch (JsonProcessingException e) {
      throw new ModelFileException(
          file, "holds a training state that cannot be read", "start the run anew", e);
    }
  }

  private static Map<String, Tensor> tensors(List<OdeBlock> blocks) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (int i = 0; i < blocks.size(); i++) {
      String prefix = "block." + i + ".";
      blocks.get(i).parameters().forEach((name, tensor) -> all.put(prefix + name, tensor));
    }
    return all;
  }
}
