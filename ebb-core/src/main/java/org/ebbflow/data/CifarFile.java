package org.ebbflow.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads the binary form of CIFAR-10: records of one label and 3,072 bytes, the red, green and blue
 * plane of 32 × 32 pixels, row by row; plain or gzip. Labels are checked and left out.
 *
 * <p>Source of the format: Krizhevsky, "Learning multiple layers of features from tiny images",
 * 2009, and its data set's description.
 */
public final class CifarFile {
  private static final int VALUES = 3 * 32 * 32;
  private static final int LABELS = 10;

  private CifarFile() {}

  /**
   * Reads files one after the other into one data set of images (3, 32, 32).
   *
   * @throws DataException if a file is missing, unreadable, cut short or no CIFAR-10 file
   */
  public static Dataset read(List<Path> paths) {
    ByteStorage storage = new ByteStorage(VALUES);
    for (Path path : paths) {
      try (InputStream in = InputFile.of(path).open()) {
        append(storage, in, path.toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return Dataset.of(storage).withImageShape(new Dataset.ImageShape(3, 32, 32));
  }

  private static void append(ByteStorage storage, InputStream in, String name) throws IOException {
    for (int record = 1; ; record++) {
      byte[] bytes = in.readNBytes(1 + VALUES);
      if (bytes.length == 0) {
        if (record == 1) {
          throw InputFile.empty(name);
        }
        return;
      }
      if (bytes.length <= VALUES) {
        throw new DataException(
            "%s ends within record %d".formatted(name, record), "fetch it again");
      }
      if (bytes[0] < 0 || bytes[0] >= LABELS) {
        throw new DataException(
            "%s is no CIFAR-10 file: record %d has the label %d"
                .formatted(name, record, bytes[0] & 0xff),
            "give a file of records of 3,073 bytes that begin with a label below 10");
      }
      storage.append(bytes, 1, VALUES);
    }
  }
}
