package org.ebbflow.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where a pending file comes to be, and where it must not. */
class PendingFileTest {
  @TempDir Path folder;

  private static void write(Path target, String text) throws IOException {
    try (PendingFile file = new PendingFile(target)) {
      Files.writeString(file.temporary(), text);
      file.commit();
    }
  }

  @Test
  void an_interrupted_thread_keeps_what_it_has_written() throws IOException {
    Path target = folder.resolve("a.csv");
    Thread.currentThread().interrupt();
    try (PendingFile file = new PendingFile(target)) {
      Files.write(file.temporary(), new byte[] {1});
      Thread.currentThread().interrupt();
      file.commit();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(target).hasBinaryContent(new byte[] {1});
    assertThat(folder.toFile().list()).containsExactly("a.csv");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_symbolic_link_stays_one() throws IOException {
    Path real = Files.writeString(folder.resolve("real.csv"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.csv"), real);
    write(link, "new");
    assertThat(link).isSymbolicLink();
    assertThat(real).hasContent("new");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_pipe_is_written_to() throws Exception {
    Path pipe = folder.resolve("pipe.csv");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readString(pipe);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    write(pipe, "row");
    assertThat(read.get()).isEqualTo("row");
    assertThat(Files.isRegularFile(pipe)).isFalse();
    assertThat(folder.toFile().list()).containsExactly("pipe.csv");
  }
}
