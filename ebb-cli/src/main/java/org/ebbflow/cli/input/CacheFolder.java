package org.ebbflow.cli.input;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Where fetched data sets are kept. */
public final class CacheFolder {
  private CacheFolder() {}

  /**
   * The folder on this machine: {@code $EBB_CACHE}, else {@code ebb} in the user's cache folder
   * ({@code %LOCALAPPDATA%} on Windows, {@code $XDG_CACHE_HOME} or {@code ~/.cache} elsewhere). It
   * need not exist.
   */
  public static Path standard() {
    return of(System.getenv(), System.getProperty("os.name"), System.getProperty("user.home"));
  }

  static Path of(Map<String, String> environment, String system, String home) {
    String own = environment.getOrDefault("EBB_CACHE", "");
    if (!own.isBlank()) {
      return Path.of(own);
    }
    boolean windows = system.toLowerCase(Locale.ROOT).startsWith("windows");
    String caches = environment.getOrDefault(windows ? "LOCALAPPDATA" : "XDG_CACHE_HOME", "");
    // The XDG rules: a path that is not absolute is to be ignored.
    return caches.isBlank() || !(windows || Path.of(caches).isAbsolute())
        ? Path.of(home, ".cache", "ebb")
        : Path.of(caches, "ebb");
  }
}
