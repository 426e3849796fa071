package org.ebbflow.bench.reproduce;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ebbflow.EbbException;
import org.ebbflow.io.AtomicFile;

/**
 * {@code cell.json}: a cell's rows and what they were made with, replaced atomically.
 *
 * @param quick whether by the short form
 * @param seed of the run
 * @param threads libtorch's threads, 0 for its own choice
 * @param complete whether the cell has nothing left to do
 * @param finished ISO-8601 time
 * @param table which of the experiment's tables the rows belong to
 * @param rows values by column
 */
record CellFile(
    boolean quick,
    long seed,
    int threads,
    boolean complete,
    String finished,
    String table,
    List<Map<String, Object>> rows) {

  private static final String NAME = "cell.json";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** The file in a cell's folder, if there is one. */
  static Optional<CellFile> read(Path folder) {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(Files.readString(file), CellFile.class));
    } catch (IOException e) {
      throw new EbbException(file + " is damaged", "remove it to run the cell again", e);
    }
  }

  static void write(Path folder, Setup setup, Cell.Outcome outcome) {
    CellFile file =
        new CellFile(
            setup.quick(),
            setup.seed(),
            setup.threads(),
            outcome.complete(),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            outcome.table(),
            outcome.rows());
    try {
      AtomicFile.write(
          folder.resolve(NAME), JSON.writeValueAsString(file).getBytes(StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a row that is no JSON", e);
    }
  }

  /**
   * Refuses rows of another setup, which a table must not mix with these.
   *
   * @throws EbbException if seed or form differ
   */
  void requireSame(Setup setup, Path folder) {
    if (quick != setup.quick() || seed != setup.seed()) {
      throw new EbbException(
          "%s was made with --seed %d%s".formatted(folder, seed, quick ? " --quick" : ""),
          "run with the same, or choose another --out");
    }
  }
}
