package org.ebbflow.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.ebbflow.EbbException;
import org.ebbflow.HeldInterrupt;

/**
 * Files that are replaced whole: a crash or {@code kill -9} at any moment leaves either the old
 * content or the new.
 *
 * <p>The content goes to a hidden sibling, is forced to the disk and renamed over the target; then
 * the folder is forced too, where the operating system allows it. A killed process leaves its
 * sibling behind; the next write of the same target removes those older than an hour. All methods
 * may be called from several threads and processes at once: the last rename wins. A thread that was
 * interrupted before writes all the same, and is interrupted still.
 */
public final class AtomicFile {
  private static final Duration STALE = Duration.ofHours(1);
  private static final int RANDOM_BYTES = 8;

  // A write from the heap passes through a direct buffer as long as what is written, which the JDK
  // then keeps for the thread: large tensors must not go in one piece.
  private static final int CHUNK = 1 << 20;

  private AtomicFile() {}

  /**
   * Replaces a file by what {@code content} writes to the channel it is given.
   *
   * <p>A symbolic link is followed: the file it points to is replaced. The channel starts at
   * position 0; {@code content} may close it. What {@code content} throws besides {@link
   * IOException} passes through as it is, after the same cleaning up.
   *
   * @param target file to create or replace, in a folder that exists
   * @param content writes the whole file
   * @throws EbbException when the file cannot be written; the old content is then untouched
   */
  public static void write(Path target, IoConsumer<FileChannel> content) {
    Path file = resolve(target);
    Path folder = file.getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new EbbException(
          "cannot write file " + target + ": a folder is in its place", "choose another file name");
    }
    if (!Files.isDirectory(folder)) {
      throw new EbbException(
          "cannot write file " + target + ": there is no folder " + folder,
          "create the folder first or choose another path");
    }
    // The rename asks only for a writable folder; a file made read-only was made so on purpose.
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw new EbbException(
          "cannot write file " + target + ": it is read-only",
          "make it writable or choose another path");
    }
    removeStale(folder, file);
    Path temporary = folder.resolve(temporaryName(file));
    boolean renamed = false;
    try (HeldInterrupt held = HeldInterrupt.hold()) {
      fill(temporary, content);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      renamed = true;
      forceFolder(folder);
    } catch (IOException e) {
      throw failure(target, folder, e);
    } finally {
      if (!renamed) {
        delete(temporary);
      }
    }
  }

  /**
   * Replaces a file by a text in UTF-8.
   *
   * @param target file to create or replace, in a folder that exists
   * @param text the whole content
   * @throws EbbException when the file cannot be written; the old content is then untouched
   */
  public static void writeString(Path target, String text) {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Replaces a file by some bytes.
   *
   * @param target file to create or replace, in a folder that exists
   * @param bytes the whole content
   * @throws EbbException when the file cannot be written; the old content is then untouched
   */
  public static void write(Path target, byte[] bytes) {
    write(target, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /** Writes all that remains in the buffer, at the channel's position. */
  static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    ByteBuffer chunk = bytes.duplicate();
    while (chunk.position() < bytes.limit()) {
      chunk.limit(Math.min(bytes.limit() - chunk.position(), CHUNK) + chunk.position());
      channel.write(chunk);
    }
    bytes.position(bytes.limit());
  }

  /** The file itself, or that to which a symbolic link points. */
  static Path resolve(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    try {
      return Files.isSymbolicLink(absolute) ? absolute.toRealPath() : absolute;
    } catch (IOException e) {
      throw new EbbException(
          "cannot write file " + target + ": it is a symbolic link that leads nowhere",
          "remove the link or create what it points to",
          e);
    }
  }

  private static void fill(Path temporary, IoConsumer<FileChannel> content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      content.accept(channel);
      if (channel.isOpen()) {
        channel.force(true);
        return;
      }
    }
    // An output stream over the channel closes it; the bytes must reach the disk all the same.
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** A hidden name beside it that is nobody else's. */
  static String temporaryName(Path file) {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    return "." + file.getFileName() + "." + HexFormat.of().formatHex(random) + ".tmp";
  }

  /** Removes what killed processes have left of older writes of the same file. */
  static void removeStale(Path folder, Path file) {
    Pattern name =
        Pattern.compile(
            Pattern.quote("." + file.getFileName() + ".")
                + "[0-9a-f]{"
                + 2 * RANDOM_BYTES
                + "}\\.tmp");
    Instant limit = Instant.now().minus(STALE);
    try (DirectoryStream<Path> siblings =
        Files.newDirectoryStream(
            folder, path -> name.matcher(String.valueOf(path.getFileName())).matches())) {
      for (Path sibling : siblings) {
        BasicFileAttributes attributes =
            Files.readAttributes(sibling, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isRegularFile()
            && attributes.lastModifiedTime().toInstant().isBefore(limit)) {
          delete(sibling);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Tidying is a courtesy: a sibling that vanished or a folder that may not be listed is no
      // reason to refuse the write.
      return;
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // What made the write fail is worth more to the caller; the next write tries again.
      return;
    }
  }

  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot open a folder, some network file systems cannot force one.
      return;
    }
  }

  private static EbbException failure(Path target, Path folder, IOException cause) {
    String problem = "cannot write file " + target + ": " + reason(cause);
    if (cause instanceof ClosedByInterruptException) {
      return new EbbException(problem, "run it again; the old content is untouched", cause);
    }
    if (cause instanceof AccessDeniedException) {
      return new EbbException(
          problem, "make the folder " + folder + " writable or choose another path", cause);
    }
    return new EbbException(
        problem,
        "check that the disk is not full, that no quota or file size limit is reached"
            + " and that the folder "
            + folder
            + " is writable",
        cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof ClosedByInterruptException) {
      return "interrupted";
    }
    if (cause instanceof AccessDeniedException) {
      return "access denied";
    }
    String text =
        cause instanceof FileSystemException failed && failed.getReason() != null
            ? failed.getReason()
            : cause.getMessage();
    return text == null ? cause.getClass().getSimpleName() : text;
  }
}
