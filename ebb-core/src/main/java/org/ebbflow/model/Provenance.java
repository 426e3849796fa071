package org.ebbflow.model;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.ebbflow.data.Dataset;
import org.ebbflow.tensor.Engine;
import org.jspecify.annotations.Nullable;

/**
 * Where a model comes from.
 *
 * @param versions of Ebb, the engine and Java
 * @param threads libtorch's threads during training
 * @param command the command line, or what the caller says instead
 * @param data what it was trained on
 * @param test what it was tested on, or null
 * @param started ISO-8601 time
 * @param metrics figures by name: NLLs in nats, seconds, counts
 */
public record Provenance(
    Map<String, String> versions,
    int threads,
    String command,
    Source data,
    @Nullable Source test,
    String started,
    Map<String, Double> metrics) {

  /**
   * A data set.
   *
   * @param path of the file, or a name
   * @param rows how many
   * @param fingerprint SHA-256 of its content
   */
  public record Source(String path, int rows, String fingerprint) {
    /** The source that a data set read from {@code path} is. */
    public static Source of(String path, Dataset data) {
      return new Source(path, data.rows(), data.fingerprint());
    }
  }

  /** Copies the maps. */
  public Provenance {
    Objects.requireNonNull(data);
    versions = new LinkedHashMap<>(versions);
    metrics = new LinkedHashMap<>(metrics);
  }

  /** The provenance of a run that starts here and now. */
  public static Provenance start(
      RunConfig config, String command, Source data, @Nullable Source test) {
    return new Provenance(
        versionsHere(),
        config.threads() > 0 ? config.threads() : Engine.cpu().threads(),
        command,
        data,
        test,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Map.of());
  }

  /** The same with some metrics added or replaced. */
  public Provenance with(Map<String, Double> more) {
    Map<String, Double> all = new LinkedHashMap<>(metrics);
    all.putAll(more);
    return new Provenance(versions, threads, command, data, test, started, all);
  }

  /** The same for other test rows. */
  public Provenance testedOn(Source rows) {
    return new Provenance(versions, threads, command, data, rows, started, metrics);
  }

  /** Versions of what runs here. */
  public static Map<String, String> versionsHere() {
    Map<String, String> versions = new LinkedHashMap<>();
    String own = Provenance.class.getPackage().getImplementationVersion();
    versions.put("ebb", own == null ? "development" : own);
    versions.put("engine", Engine.version());
    versions.put("java", System.getProperty("java.version"));
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return versions;
  }
}
