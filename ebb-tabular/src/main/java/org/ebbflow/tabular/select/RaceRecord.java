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
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.ebbflow.EbbException;
import org.ebbflow.io.AtomicFile;
import org.jspecify.annotations.Nullable;

/** What a race has decided and found so far, in a file that is replaced at every change. */
final class RaceRecord {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private final Path file;
  private final String race;
  private final double spent;
  private @Nullable Long start;
  private double before;
  private final Map<String, Plan> plans = new LinkedHashMap<>();
  private final List<Entry> entries = new ArrayList<>();

  private record Content(
      String race, double seconds, Map<String, Plan> plans, List<Entry> entries) {
    Content {
      Objects.requireNonNull(race);
      plans.values().forEach(Objects::requireNonNull);
      entries.forEach(Objects::requireNonNull);
    }
  }

  /**
   * Of a race of which nothing has been read yet.
   *
   * @param spent seconds of its time that are gone before it begins
   */
  RaceRecord(Path file, String race, double spent) {
    this.file = file;
    this.race = race;
    this.spent = spent;
  }

  /** Counts time from now on. */
  void begin() {
    start = System.nanoTime();
  }

  /**
   * Takes over what an earlier run has left.
   *
   * @throws EbbException if the file is of another race, or damaged
   */
  void read() {
    if (!Files.exists(file)) {
      return;
    }
    Content content;
    try {
      content = Objects.requireNonNull(MAPPER.readValue(file.toFile(), Content.class));
    } catch (IOException | NullPointerException e) {
      throw new EbbException(file + " is damaged", "fit into another folder", e);
    }
    if (!content.race.equals(race)) {
      throw new EbbException(
          file.getParent() + " holds a fit of other rows or with other options",
          "fit into another folder, or with the same options to go on");
    }
    before = content.seconds;
    plans.clear();
    plans.putAll(content.plans);
    entries.clear();
    entries.addAll(content.entries);
  }

  boolean has(String name) {
    return entries.stream().anyMatch(entry -> entry.name().equals(name));
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** Seconds that are gone, and those of earlier runs up to what they last wrote. */
  double seconds() {
    return before + spent + (start == null ? 0 : 1e-9 * (System.nanoTime() - start));
  }

  /** How long a training is to be, decided once; empty is no decision. */
  Optional<Plan> plan(String name, Supplier<Optional<Plan>> decide) {
    Plan known = plans.get(name);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<Plan> decided = decide.get();
    decided.ifPresent(
        plan -> {
          plans.put(name, plan);
          write();
        });
    return decided;
  }

  void add(Entry entry) {
    entries.add(entry);
    write();
  }

  /** Replaces the file. */
  void write() {
    try {
      Files.createDirectories(file.getParent());
      AtomicFile.writeString(
          file, MAPPER.writeValueAsString(new Content(race, seconds(), plans, entries)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record that cannot be written", e);
    } catch (IOException e) {
      throw new EbbException("cannot write " + file, "check the folder", e);
    }
  }
}
