package org.ebbflow.cli.input;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.ebbflow.data.DataException;

/**
 * A file that appears under its name only when it is complete.
 *
 * <p>Written beside its place under another name, then renamed; closed without {@link #commit}, it
 * is gone. One thread at a time.
 */
final class PendingFile implements AutoCloseable {
  private final Path target;
  private final Path temporary;
  private final OutputStream out;

  /**
   * @throws DataException if there is no such folder or it cannot be written to
   */
  PendingFile(Path target) {
    Path file = target.toAbsolutePath();
    Path folder = file.getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new DataException(target + " is a folder", "name a file in it");
    }
    if (!Files.isDirectory(folder)) {
      throw new DataException("the folder " + folder + " does not exist", "make it first");
    }
    this.target = file;
    this.temporary = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      // Not createTempFile: its files may be read by their owner only, and so would the result.
      this.out = Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  static DataException unwritable(Path target, Exception e) {
    Throwable reason = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
    return new DataException(
        target + " cannot be written (" + describe(reason) + ")",
        "check permissions and free space",
        e);
  }

  private static String describe(Throwable reason) {
    if (reason instanceof AccessDeniedException) {
      return "access denied";
    }
    if (reason instanceof FileSystemException failed) {
      String text = failed.getReason();
      return text == null ? "its folder takes no new files" : text;
    }
    return String.valueOf(reason.getMessage());
  }

  /** Where to write. */
  OutputStream stream() {
    return out;
  }

  /** Where what is written lies until {@link #commit}. */
  Path temporary() {
    return temporary;
  }

  /** Puts the file in its place, over an older one. */
  void commit() throws IOException {
    out.close();
    try {
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Removes what has not been committed. */
  @Override
  public void close() {
    try {
      try {
        out.close();
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
