package org.ebbflow.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.ebbflow.EbbException;
import org.ebbflow.HeldInterrupt;

/**
 * A file that is written beside its place under another name, and appears there when it is
 * complete; closed without {@link #commit}, it is gone.
 *
 * <p>As {@link AtomicFile}, for what is written over time: symbolic links are followed, and what
 * killed processes left is removed in time. What is no regular file, a device or a pipe, is written
 * to directly. One thread at a time.
 */
public final class PendingFile implements AutoCloseable {
  private static final String FULL = "No space left on device";

  private final Path target;
  private final Path temporary;
  private final boolean direct;

  /**
   * @throws EbbException if there is no such folder, or the target is a folder or read-only
   */
  public PendingFile(Path target) {
    Path file = AtomicFile.resolve(target);
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
    this.direct = Files.exists(file) && !Files.isRegularFile(file);
    this.temporary = direct ? file : folder.resolve(AtomicFile.temporaryName(file));
    if (!direct) {
      AtomicFile.removeStale(folder, file);
      try {
        Files.createFile(temporary);
        temporary.toFile().deleteOnExit(); // as after Ctrl-C
      } catch (IOException e) {
        throw fault(e);
      }
    }
  }

  /** Where to write: a file that is there, and empty. */
  public Path temporary() {
    return temporary;
  }

  /**
   * Forces what was written to the disk and puts it in its place, over an older file.
   *
   * @throws EbbException if the disk is full or the file cannot be put there
   */
  public void commit() {
    if (direct) {
      return;
    }
    try (HeldInterrupt held = HeldInterrupt.hold();
        FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
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
  public EbbException fault(Exception failure) {
    Throwable cause =
        failure instanceof UncheckedIOException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    if (cause instanceof NoSuchFileException) {
      reason = "no file can be made there";
    } else if (cause instanceof AccessDeniedException) {
      reason = "access denied";
    } else if (cause instanceof FileSystemException failed && failed.getReason() != null) {
      reason = failed.getReason();
    } else if (reason.contains(FULL)) {
      reason = FULL; // DuckDB wraps it in lines of its own
    }
    return new EbbException(
        "cannot write " + target + ": " + reason,
        "check that the disk is not full and that the folder is writable",
        failure);
  }

  /** As {@link #close}, after what has been writing to it, whatever becomes of that. */
  public void closeAfter(Closeable writer) {
    try {
      writer.close();
    } catch (IOException e) {
      // What is not committed is not wanted; a full disk has been told of where rows were written.
      return;
    } finally {
      close();
    }
  }

  /** Removes what was not committed. */
  @Override
  public void close() {
    if (direct) {
      return;
    }
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw fault(e);
    }
  }
}
