package org.ebbflow.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file of data, plain or gzip, told apart by its first bytes and never by its name.
 *
 * <p>Its streams turn whatever goes wrong underneath into a {@link DataException} that names the
 * file. Immutable; every call of {@link #open} gives a new stream.
 *
 * @param path where it is
 * @param compressed whether it is gzip
 * @param bytes its size on disk
 */
public record InputFile(Path path, boolean compressed, long bytes) {
  private static final int BUFFER = 1 << 16;

  /**
   * Looks at a file.
   *
   * @throws DataException if it is missing, empty, a folder or another thing than a file, or may
   *     not be read
   */
  public static InputFile of(Path path) {
    if (Files.isDirectory(path)) {
      throw new DataException(path + " is a folder", "name a file in it");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new DataException(path + " is a pipe or a device", "write the data to a file first");
    }
    try {
      long bytes = Files.size(path);
      if (bytes == 0) {
        throw empty(path.toString());
      }
      try (InputStream in = Files.newInputStream(path)) {
        return new InputFile(path, isGzip(in.readNBytes(2)), bytes);
      }
    } catch (IOException e) {
      throw unreadable(path.toString(), e);
    }
  }

  /**
   * The uncompressed content, buffered.
   *
   * @return a stream that throws {@link DataException} when the file is damaged; close it
   */
  public InputStream open() {
    try {
      return uncompressed(Files.newInputStream(path), path.toString());
    } catch (IOException e) {
      throw unreadable(path.toString(), e);
    }
  }

  /** As {@link #open} for a stream that is not a file; closes {@code in} if it fails. */
  static InputStream uncompressed(InputStream in, String name) {
    try {
      BufferedInputStream buffered = new BufferedInputStream(in, BUFFER);
      buffered.mark(2);
      byte[] magic = buffered.readNBytes(2);
      buffered.reset();
      InputStream content = isGzip(magic) ? new GZIPInputStream(buffered, BUFFER) : buffered;
      return new Guarded(content, name);
    } catch (IOException e) {
      try {
        in.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw unreadable(name, e);
    }
  }

  static DataException empty(String name) {
    return new DataException(name + " is empty", "give a file with data in it");
  }

  private static boolean isGzip(byte[] start) {
    return start.length >= 2 && (start[0] & 0xff) == 0x1f && (start[1] & 0xff) == 0x8b;
  }

  private static DataException unreadable(String name, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new DataException(name + " does not exist", "check the path", e);
    }
    if (e instanceof AccessDeniedException) {
      return new DataException(name + " may not be read", "change its permissions", e);
    }
    if (e instanceof EOFException) {
      return new DataException(
          name + " ends in the middle of its gzip data", "fetch or compress it again", e);
    }
    if (e instanceof ZipException) {
      return new DataException(
          name + " is damaged gzip data (" + e.getMessage() + ")", "fetch or compress it again", e);
    }
    return new DataException(name + " cannot be read (" + e + ")", "check the disk", e);
  }

  /** Names the file in whatever goes wrong while reading. */
  private static final class Guarded extends FilterInputStream {
    private final String name;

    Guarded(InputStream in, String name) {
      super(in);
      this.name = name;
    }

    @Override
    public int read() {
      try {
        return in.read();
      } catch (IOException e) {
        throw unreadable(name, e);
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      try {
        return in.read(buffer, offset, length);
      } catch (IOException e) {
        throw unreadable(name, e);
      }
    }

    @Override
    public long skip(long n) {
      try {
        return in.skip(n);
      } catch (IOException e) {
        throw unreadable(name, e);
      }
    }
  }
}
