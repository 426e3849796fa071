package org.ebbflow.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.ebbflow.EbbException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("config.json");
  }

  @Test
  void createsAndReplaces() {
    AtomicFile.writeString(file, "first, and longer");
    assertThat(file).hasContent("first, and longer");
    AtomicFile.writeString(file, "zweitens: ÄÖ 😀");
    assertThat(file).hasContent("zweitens: ÄÖ 😀");
    AtomicFile.writeString(file, "");
    assertThat(file).isEmptyFile();
    assertThat(names()).containsExactly("config.json");
  }

  @Test
  void writesMoreThanOneChunk() throws IOException {
    byte[] bytes = new byte[(5 << 19) + 3];
    bytes[bytes.length - 1] = 1;
    AtomicFile.write(
        file,
        channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(bytes, 3, bytes.length - 3)));
    assertThat(Files.size(file)).isEqualTo(5 << 19);
    assertThat(Files.readAllBytes(file)).endsWith((byte) 1);
  }

  @Test
  void letsTheContentCloseItsChannel() {
    AtomicFile.write(
        file,
        channel -> {
          try (OutputStream stream = Channels.newOutputStream(channel)) {
            stream.write("text".getBytes(StandardCharsets.UTF_8));
          }
        });
    assertThat(file).hasContent("text");
  }

  @Test
  void keepsTheOldContentUntilTheNewIsWhole() {
    AtomicFile.writeString(file, "old");
    AtomicFile.write(
        file,
        channel -> {
          AtomicFile.writeFully(channel, ByteBuffer.wrap(new byte[] {'n', 'e', 'w'}));
          assertThat(file).hasContent("old");
          assertThat(names()).hasSize(2).anyMatch(name -> name.startsWith(".config.json."));
        });
    assertThat(file).hasContent("new");
  }

  @Test
  void keepsTheOldContentWhenWritingFails() {
    AtomicFile.writeString(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    channel -> {
                      channel.write(ByteBuffer.wrap(new byte[100]));
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("cannot write file " + file + ": No space left on device; ")
        .hasMessageContaining("check that the disk is not full")
        .hasCauseInstanceOf(IOException.class);
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("config.json");
  }

  @Test
  void passesDefectsOnAndTidiesUp() {
    IllegalStateException defect = new IllegalStateException("a defect");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    channel -> {
                      throw defect;
                    }))
        .isSameAs(defect);
    assertThat(names()).isEmpty();
  }

  @Test
  void keepsTheOldContentWhenInterrupted() {
    AtomicFile.writeString(file, "old");
    try {
      assertThatThrownBy(
              () ->
                  AtomicFile.write(
                      file,
                      channel -> {
                        Thread.currentThread().interrupt();
                        channel.write(ByteBuffer.wrap(new byte[5]));
                      }))
          .isInstanceOf(EbbException.class)
          .hasMessageContaining(file + ": interrupted; run it again");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("config.json");
  }

  @Test
  void whatWasInterruptedBeforeKeepsWhatItHas() {
    Thread.currentThread().interrupt();
    try {
      AtomicFile.writeString(file, "kept");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(file).hasContent("kept");
  }

  @Test
  void refusesAMissingFolder() {
    Path orphan = folder.resolve("absent").resolve("config.json");
    assertThatThrownBy(() -> AtomicFile.writeString(orphan, ""))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining(orphan + ": there is no folder " + orphan.getParent())
        .hasMessageContaining("create the folder first");
  }

  @Test
  void refusesAFolderInItsPlace() {
    for (Path taken : List.of(folder, Path.of("/"))) {
      assertThatThrownBy(() -> AtomicFile.writeString(taken, ""))
          .isInstanceOf(EbbException.class)
          .hasMessageContaining(taken + ": a folder is in its place");
    }
  }

  @Test
  void refusesAReadOnlyFolder() {
    assumeTrue(
        folder.toFile().setWritable(false) && !Files.isWritable(folder), "root writes anywhere");
    assertThatThrownBy(() -> AtomicFile.writeString(file, ""))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining(file + ": access denied; make the folder");
    assertThat(folder.toFile().setWritable(true)).isTrue();
  }

  @Test
  void refusesAReadOnlyFile() {
    AtomicFile.writeString(file, "old");
    assumeTrue(file.toFile().setReadOnly() && !Files.isWritable(file), "root writes anywhere");
    assertThatThrownBy(() -> AtomicFile.writeString(file, ""))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining(file + ": it is read-only; make it writable");
    assertThat(file).hasContent("old");
  }

  @Test
  void followsASymbolicLink() throws IOException {
    Path link = folder.resolve("link");
    try {
      Files.createSymbolicLink(link, Path.of("config.json"));
    } catch (IOException | UnsupportedOperationException e) {
      assumeTrue(false, "no symbolic links here: " + e);
    }
    assertThatThrownBy(() -> AtomicFile.writeString(link, ""))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining(link + ": it is a symbolic link that leads nowhere");
    AtomicFile.writeString(file, "old");
    AtomicFile.writeString(link, "new");
    assertThat(link).isSymbolicLink();
    assertThat(Files.readString(file)).isEqualTo("new");
  }

  @Test
  void removesWhatKilledRunsLeftBehindAnHourAgo() throws IOException {
    Instant old = Instant.now().minus(Duration.ofMinutes(61));
    Instant young = Instant.now().minus(Duration.ofMinutes(50));
    String random = "0123456789abcdef";
    leave(".config.json." + random + ".tmp", old);
    leave(".config.json.f" + random.substring(1) + ".tmp", young);
    leave(".config.json.bak." + random + ".tmp", old);
    leave(".config.json.notes", old);
    leave("config.json." + random + ".tmp", old);
    AtomicFile.writeString(file, "new");
    assertThat(names())
        .containsExactlyInAnyOrder(
            "config.json",
            ".config.json.f" + random.substring(1) + ".tmp",
            ".config.json.bak." + random + ".tmp",
            ".config.json.notes",
            "config.json." + random + ".tmp");
  }

  private void leave(String name, Instant modified) throws IOException {
    Files.setLastModifiedTime(Files.createFile(folder.resolve(name)), FileTime.from(modified));
  }

  private List<String> names() {
    return List.of(folder.toFile().list());
  }
}
