package org.ebbflow.tabular.select;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.ebbflow.EbbException;
import org.ebbflow.io.AtomicFile;

/** What a race has decided and found so far, in a file that is replaced at every change. */
final class RaceRecord {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final Path file;
  private final String race;
  private final Map<String, Long> steps;
  private final List<Entry> entries;

  private record Content(String race, Map<String, Long> steps, List<Entry> entries) {}

  private RaceRecord(Path file, Content content) {
    this.file = file;
    this.race = content.race;
    this.steps = new LinkedHashMap<>(content.steps);
    this.entries = new ArrayList<>(content.entries);
  }

  /**
   * Opens the record of a race, or begins one.
   *
   * @throws EbbException if the file is of another race, or damaged
   */
  static RaceRecord open(Path file, String race) {
    if (!Files.exists(file)) {
      return new RaceRecord(file, new Content(race, Map.of(), List.of()));
    }
    Content content;
    try {
      content = MAPPER.readValue(file.toFile(), Content.class);
    } catch (IOException e) {
      throw new EbbException(file + " is damaged", "fit into another folder", e);
    }
    if (!content.race.equals(race)) {
      throw new EbbException(
          file.getParent() + " holds a fit of other rows or with other options",
          "fit into another folder, or with the same options to go on");
    }
    return new RaceRecord(file, content);
  }

  boolean has(String name) {
    return entries.stream().anyMatch(entry -> entry.name().equals(name));
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** How long a training is to be, decided once; 0 is no decision. */
  long steps(String name, LongSupplier decide) {
    Long known = steps.get(name);
    if (known != null) {
      return known;
    }
    long decided = decide.getAsLong();
    if (decided > 0) {
      steps.put(name, decided);
      write();
    }
    return decided;
  }

  void add(Entry entry) {
    entries.add(entry);
    write();
  }

  private void write() {
    try {
      Files.createDirectories(file.getParent());
      AtomicFile.writeString(file, MAPPER.writeValueAsString(new Content(race, steps, entries)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record that cannot be written", e);
    } catch (IOException e) {
      throw new EbbException("cannot write " + file, "check the folder", e);
    }
  }
}
