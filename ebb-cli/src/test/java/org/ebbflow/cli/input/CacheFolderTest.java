package org.ebbflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheFolderTest {
  @Test
  void theEnvironmentDecides() {
    String home = Path.of("home").toAbsolutePath().toString();
    String caches = Path.of("caches").toAbsolutePath().toString();
    assertThat(CacheFolder.of(Map.of(), "Linux", home)).isEqualTo(Path.of(home, ".cache", "ebb"));
    assertThat(CacheFolder.of(Map.of("XDG_CACHE_HOME", caches), "Mac OS X", home))
        .isEqualTo(Path.of(caches, "ebb"));
    assertThat(CacheFolder.of(Map.of("XDG_CACHE_HOME", "relative"), "Linux", home))
        .isEqualTo(Path.of(home, ".cache", "ebb"));
    assertThat(CacheFolder.of(Map.of("LOCALAPPDATA", caches), "Windows 11", home))
        .isEqualTo(Path.of(caches, "ebb"));
    assertThat(CacheFolder.of(Map.of("LOCALAPPDATA", caches), "Linux", home))
        .isEqualTo(Path.of(home, ".cache", "ebb"));
    assertThat(CacheFolder.of(Map.of("EBB_CACHE", "own", "XDG_CACHE_HOME", caches), "Linux", home))
        .isEqualTo(Path.of("own"));
    assertThat(CacheFolder.standard()).isNotNull();
  }
}
