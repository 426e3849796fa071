package org.ebbflow.tabular.table;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.ebbflow.EbbException;

/**
 * A file that is written beside its place under another name, and appears there when it is
 * complete.
 *
 * <p>As {@link org.ebbflow.io.AtomicFile}, for what is written over time.
 */
final class PendingFile implements AutoCloseable {
  private static final String FULL = "No space left on device";

  private final Path target;
  private final Path temporary;

  /**
   * @throws EbbException if there is no such folder, or the target is a folder or read-only
   */
  PendingFile(Path target) {
    Path file = target.toAbsolutePath().normalize();
    Path folder = file.getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new EbbException(target + " is a folder", "name a file in it");
    }
    if (!Files.isDirectory(folder)) {
      throw new EbbException("there is no folder " + folder, "create it first");
    }
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw new EbbException(
          "cannot write " + target + ": it is read-only", "make it writable or name another file");
    }
    this.target = file;
    this.temporary = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      Files.createFile(temporary);
    } catch (IOException e) {
      throw fault(e);
    }
  }

  /** Where to write. */
  Path temporary() {
    return temporary;
  }

  /** Forces what was written to the disk and puts it in its place, over an older file. */
  void commit() {
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    } catch (IOException e) {
      throw fault(e);
    }
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw fault(e);
    }
  }

  /** What to throw when writing failed. */
  EbbException fault(Exception cause) {
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    if (cause instanceof AccessDeniedException) {
      reason = "access denied";
    } else if (cause instanceof FileSystemException failed && failed.getReason() != null) {
      reason = failed.getReason();
    } else if (reason.contains(FULL)) {
      reason = FULL; // DuckDB wraps it in lines of its own
    }
    return new EbbException(
        "cannot write " + target + ": " + reason,
        "check that the disk is not full and that the folder is writable",
        cause);
  }

  /** Removes what was not committed. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw fault(e);
    }
  }
}
