package org.ebbflow.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ebbflow.HeldInterrupt;

/**
 * A temporary file that is written from start to end and then mapped.
 *
 * <p>It is written through its channel, where a full disk is an {@link IOException}; in a mapping
 * it would be a signal. Where the operating system removes the name of an open file, as all but
 * Windows do, the name is gone at once and the space with the process, however that ends. On
 * Windows a killed process may leave the file behind, which has the process's number in its name:
 * {@link #removeLeftovers} deletes those of processes that are no more.
 *
 * <p>Not thread-safe; the mappings are.
 */
final class RowFile implements AutoCloseable {
  private static final Pattern NAME =
      Pattern.compile("\\.ebb-rows-([0-9]{1,18})-[0-9a-f]{16}\\.tmp");
  private static final int RANDOM_BYTES = 8;
  private static final int ATTEMPTS = 3;

  private final Path path;
  private final long bytes;
  private final FileChannel channel;

  /**
   * @param bytes how long it is going to be, for messages
   * @throws DataException if it cannot be made
   */
  RowFile(Path folder, long bytes) {
    this.path = folder.resolve(name());
    this.bytes = bytes;
    try {
      this.channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw failure("make", e);
    }
  }

  private static String name() {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    return ".ebb-rows-%d-%s.tmp"
        .formatted(ProcessHandle.current().pid(), HexFormat.of().formatHex(random));
  }

  /** Deletes what killed processes have left in a folder, if anything. */
  static void removeLeftovers(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, RowFile::isLeftover)) {
      for (Path file : files) {
        delete(file);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Tidying is a courtesy: a folder that may not be listed is no reason to refuse the work.
      return;
    }
  }

  private static boolean isLeftover(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
  }

  /**
   * Writes all that remains in the buffer behind what has been written.
   *
   * @throws DataException if the disk is full or fails
   */
  void write(ByteBuffer content) {
    try (HeldInterrupt held = HeldInterrupt.hold()) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
    } catch (IOException e) {
      throw failure("write", e);
    }
  }

  /**
   * Maps all that has been written.
   *
   * @param chunkBytes of each mapping but the last
   * @throws DataException if the operating system maps no more
   */
  ByteBuffer[] map(int chunkBytes) {
    try (HeldInterrupt held = HeldInterrupt.hold()) {
      long size = channel.position();
      ByteBuffer[] chunks = new ByteBuffer[Math.toIntExact((size + chunkBytes - 1) / chunkBytes)];
      for (int i = 0; i < chunks.length; i++) {
        long from = (long) i * chunkBytes;
        chunks[i] =
            channel.map(FileChannel.MapMode.READ_ONLY, from, Math.min(chunkBytes, size - from));
      }
      return chunks;
    } catch (IOException e) {
      throw failure("map", e);
    }
  }

  /**
   * Deletes the file and frees its space. Nothing may read its mappings any more, and nothing but
   * the collector may hold them.
   */
  @Override
  public void close() {
    try (channel) {
      // Mappings live until they are collected, and with them a file without a name.
      channel.truncate(0);
    } catch (IOException e) {
      // Windows cuts no mapped file and may not delete it either: see below.
    }
    for (int i = 0; i < ATTEMPTS && Files.exists(path) && !delete(path); i++) {
      System.gc();
    }
  }

  private static boolean delete(Path file) {
    try {
      Files.deleteIfExists(file);
      return true;
    } catch (IOException e) {
      return false; // still mapped by somebody; whoever comes later tries again
    }
  }

  private DataException failure(String what, IOException cause) {
    String problem = "cannot %s the temporary file %s: %s".formatted(what, path, reason(cause));
    if (cause instanceof ClosedByInterruptException) {
      return new DataException(problem, "run it again", cause);
    }
    return new DataException(
        problem,
        "see that the folder is writable and has room for %d MiB, or keep the rows in memory (%s)"
            .formatted((bytes >> 20) + 1, "growth.cache=memory"),
        cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof ClosedByInterruptException) {
      return "interrupted";
    }
    String text =
        cause instanceof FileSystemException failed ? failed.getReason() : cause.getMessage();
    return text == null ? cause.getClass().getSimpleName() : text;
  }
}
