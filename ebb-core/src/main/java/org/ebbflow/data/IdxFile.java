package org.ebbflow.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import org.ebbflow.data.Dataset.ImageShape;

/**
 * The IDX format of the MNIST files, plain or gzip.
 *
 * <p>Two zero bytes, a type, a rank, then big-endian dimensions and values. The first dimension
 * counts rows; of rank 3 the others are height and width of a grey image, of rank 4 channels,
 * height and width. Unsigned bytes stay bytes, all other types become doubles. Only as much memory
 * is taken as values arrive, whatever the header claims.
 */
public final class IdxFile {
  private static final int BUFFER = 1 << 16;
  private static final int MAX_RANK = 4;

  private enum Type {
    UNSIGNED_BYTE(0x08, 1),
    SIGNED_BYTE(0x09, 1),
    SHORT(0x0B, 2),
    INT(0x0C, 4),
    FLOAT(0x0D, 4),
    DOUBLE(0x0E, 8);

    final int code;
    final int size;

    Type(int code, int size) {
      this.code = code;
      this.size = size;
    }

    double next(ByteBuffer bytes) {
      return switch (this) {
        case UNSIGNED_BYTE -> bytes.get() & 0xff;
        case SIGNED_BYTE -> bytes.get();
        case SHORT -> bytes.getShort();
        case INT -> bytes.getInt();
        case FLOAT -> bytes.getFloat();
        case DOUBLE -> bytes.getDouble();
      };
    }
  }

  private final InputStream in;
  private final String name;

  private IdxFile(InputStream in, String name) {
    this.in = in;
    this.name = name;
  }

  /**
   * Reads a file.
   *
   * @return rows × the product of the other dimensions
   * @throws DataException if the file is missing, unreadable, no IDX file, cut short, longer than
   *     it declares, or holds a value that is not finite
   */
  public static Dataset read(Path path) {
    try (InputStream in = InputFile.of(path).open()) {
      return new IdxFile(in, path.toString()).read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a stream to its end and closes it.
   *
   * @param stream IDX, plain or gzip
   * @param name what to call it in messages
   * @throws DataException as {@link #read(Path)}
   */
  public static Dataset read(InputStream stream, String name) {
    try (InputStream in = InputFile.uncompressed(stream, name)) {
      return new IdxFile(in, name).read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Dataset read() throws IOException {
    byte[] magic = in.readNBytes(4);
    if (magic.length == 0) {
      throw InputFile.empty(name);
    }
    if (magic.length < 4 || magic[0] != 0 || magic[1] != 0) {
      throw new DataException(
          "%s is not an IDX file: it begins with %s"
              .formatted(name, HexFormat.ofDelimiter(" ").formatHex(magic)),
          "give a file that begins with 00 00, a type and a rank");
    }
    Type type = type(magic[2] & 0xff);
    int[] dimensions = dimensions(magic[3] & 0xff);
    int columns = columns(dimensions);
    long values = (long) dimensions[0] * columns;
    Storage storage;
    if (type == Type.UNSIGNED_BYTE) {
      ByteStorage bytes = new ByteStorage(columns);
      readBytes(bytes, values);
      storage = bytes;
    } else {
      DoubleStorage doubles = new DoubleStorage(columns);
      readDoubles(doubles, values, type);
      storage = doubles;
    }
    if (in.read() >= 0) {
      throw new DataException(
          "%s goes on after the %d values it declares".formatted(name, values),
          "remove what follows or correct the dimensions");
    }
    Dataset dataset = Dataset.of(storage);
    return switch (dimensions.length) {
      case 3 -> dataset.withImageShape(new ImageShape(1, dimensions[1], dimensions[2]));
      case 4 -> dataset.withImageShape(new ImageShape(dimensions[1], dimensions[2], dimensions[3]));
      default -> dataset;
    };
  }

  private Type type(int code) {
    for (Type type : Type.values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new DataException(
        "%s has the unknown IDX type 0x%02x".formatted(name, code),
        "use 08 (unsigned byte), 09, 0b, 0c, 0d (float) or 0e (double)");
  }

  private int[] dimensions(int rank) throws IOException {
    if (rank < 1 || rank > MAX_RANK) {
      throw new DataException(
          "%s has %d dimensions".formatted(name, rank), "use 1 to " + MAX_RANK + " dimensions");
    }
    byte[] header = in.readNBytes(4 * rank);
    if (header.length < 4 * rank) {
      throw new DataException(name + " ends within its header", "fetch or write it again");
    }
    int[] dimensions = new int[rank];
    ByteBuffer.wrap(header).asIntBuffer().get(dimensions);
    for (int i = 0; i < rank; i++) {
      if (dimensions[i] < 1) {
        throw new DataException(
            "%s declares dimension %d as %d"
                .formatted(name, i + 1, Integer.toUnsignedLong(dimensions[i])),
            "use 1 to " + Integer.MAX_VALUE);
      }
    }
    return dimensions;
  }

  private int columns(int[] dimensions) {
    long columns = 1;
    for (int i = 1; i < dimensions.length; i++) {
      columns *= dimensions[i];
      if (columns > Integer.MAX_VALUE) {
        throw new DataException(
            name + " declares more than " + Integer.MAX_VALUE + " values per row",
            "check that it is an IDX file");
      }
    }
    return (int) columns;
  }

  private void readBytes(ByteStorage storage, long values) throws IOException {
    byte[] buffer = new byte[BUFFER];
    while (storage.size() < values) {
      int wanted = (int) Math.min(BUFFER, values - storage.size());
      int got = in.readNBytes(buffer, 0, wanted);
      storage.append(buffer, 0, got);
      checkComplete(got == wanted, storage, values);
    }
  }

  private void readDoubles(DoubleStorage storage, long values, Type type) throws IOException {
    byte[] buffer = new byte[BUFFER];
    double[] converted = new double[BUFFER / type.size];
    while (storage.size() < values) {
      int wanted = (int) Math.min(converted.length, values - storage.size());
      int got = in.readNBytes(buffer, 0, wanted * type.size) / type.size;
      ByteBuffer bytes = ByteBuffer.wrap(buffer);
      for (int i = 0; i < got; i++) {
        converted[i] = type.next(bytes);
        checkFinite(converted[i], storage.size() + i, storage.columns);
      }
      storage.append(converted, 0, got);
      checkComplete(got == wanted, storage, values);
    }
  }

  private void checkFinite(double value, long position, int columns) {
    if (!Double.isFinite(value)) {
      throw new DataException(
          "%s: row index %d, column index %d is %s"
              .formatted(name, position / columns, position % columns, value),
          "remove or fill what is not a finite number");
    }
  }

  private void checkComplete(boolean complete, Storage storage, long values) {
    if (!complete) {
      throw new DataException(
          "%s ends after %d of the %d values it declares".formatted(name, storage.size(), values),
          "fetch or write it again");
    }
  }
}
