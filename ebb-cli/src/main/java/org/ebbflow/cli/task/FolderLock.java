package org.ebbflow.cli.task;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ebbflow.EbbException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a second training out of a folder, for as long as it is open. The operating system gives
 * the lock back when the process ends, however it ends.
 */
public final class FolderLock implements AutoCloseable {
  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws EbbException if another training holds it
   */
  public static FolderLock take(Path folder) {
    Path file = folder.resolve(".lock");
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel) != null) {
        return new FolderLock(channel);
      }
      channel.close();
    } catch (IOException e) {
      closeQuietly(channel);
      throw new EbbException(
          "cannot write to the folder " + folder, "choose a place that you may write to", e);
    }
    throw new EbbException(
        "another training is writing to " + folder, "wait for it, or choose another --out");
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this very process
    }
  }

  @Override
  public void close() {
    // The empty file stays: to delete it would let a third training lock another of its name.
    closeQuietly(channel);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing was written through it.
    }
  }
}
