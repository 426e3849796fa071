package org.ebbflow.cli.command.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.ebbflow.EbbException;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.tabular.select.FitOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a table's fit was begun with, kept in its folder so that it can be gone on with.
 *
 * @param files absolute, or patterns
 * @param query a SELECT over them, or null
 * @param schema YAML laid over what the columns seem to be; may be empty
 * @param options how models are chosen and trained
 */
public record TableRun(
    List<String> files, @Nullable String query, String schema, FitOptions options) {
  private static final String FILE = "fit.json";
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** Copies. */
  public TableRun {
    Objects.requireNonNull(schema);
    Objects.requireNonNull(options);
    files = List.copyOf(files);
  }

  /** Whether a folder has the fit of a table, begun or done. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /**
   * Reads it.
   *
   * @throws EbbException if it is damaged
   */
  public static TableRun read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      return Objects.requireNonNull(MAPPER.readValue(Files.readString(file), TableRun.class));
    } catch (IOException | NullPointerException e) {
      throw new EbbException(file + " is damaged", "start anew in another --out", e);
    }
  }

  /** The same with rows from elsewhere. */
  public TableRun withInput(List<String> others, @Nullable String otherQuery) {
    return new TableRun(others, otherQuery, schema, options);
  }

  /** Writes it. */
  void write(Path folder) {
    try {
      AtomicFile.writeString(folder.resolve(FILE), MAPPER.writeValueAsString(this));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("options that cannot be written", e);
    }
  }
}
