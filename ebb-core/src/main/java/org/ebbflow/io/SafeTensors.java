package org.ebbflow.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.ebbflow.EbbException;
import org.ebbflow.HeldInterrupt;

/**
 * The tensors and texts of a safetensors file, which are data and never code.
 *
 * <p>The file is an 8-byte little-endian header length, a JSON header (name → dtype, shape,
 * data_offsets; texts under {@code __metadata__}) and the tensors' bytes without gaps. Immutable;
 * all methods may be called from several threads.
 *
 * @param tensors by name, in the order of the file
 * @param metadata texts by name, in the order of the file
 */
public record SafeTensors(Map<String, StoredTensor> tensors, Map<String, String> metadata) {
  private static final int ALIGNMENT = 8;

  // A read into the heap passes through a direct buffer as long as what is read, which the JDK
  // then keeps for the thread: large tensors must not come in one piece.
  private static final int CHUNK = 1 << 20;

  /**
   * Holds copies of both maps, in their order.
   *
   * @param tensors by name
   * @param metadata texts by name
   */
  public SafeTensors {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /**
   * Reads a whole file, refusing NaN and infinities.
   *
   * @param file a safetensors file of any size; each tensor below 2 GiB
   * @return its tensors and texts
   * @throws ModelFileException when the file is missing, damaged or holds what it must not
   */
  public static SafeTensors read(Path file) {
    return read(file, ReadOptions.defaults());
  }

  /**
   * Reads a whole file.
   *
   * <p>Nothing is allocated before the file's real size has been found to cover it, and the file is
   * closed, not mapped, when this returns: it may be replaced or deleted.
   *
   * @param file a safetensors file of any size; each tensor below 2 GiB
   * @param options whether NaN and infinities are allowed
   * @return its tensors and texts
   * @throws ModelFileException when the file is missing, damaged or holds what it must not
   */
  public static SafeTensors read(Path file, ReadOptions options) {
    checkRegular(file);
    try (HeldInterrupt held = HeldInterrupt.hold();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      int headerBytes = headerBytes(file, channel, size);
      long dataStart = Long.BYTES + (long) headerBytes;
      byte[] json = readFully(file, channel, Long.BYTES, headerBytes).array();
      SafeTensorsHeader header = SafeTensorsHeader.parse(file, json, size - dataStart);
      checkHeap(file, size - dataStart);
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      for (SafeTensorsHeader.Entry entry : header.entries()) {
        int bytes = (int) (entry.end() - entry.begin());
        ByteBuffer data = readFully(file, channel, dataStart + entry.begin(), bytes);
        StoredTensor tensor = new StoredTensor(entry.type(), entry.shape(), data);
        if (!options.allowNonFinite()) {
          checkFinite(file, entry.name(), tensor);
        }
        tensors.put(entry.name(), tensor);
      }
      return new SafeTensors(tensors, header.metadata());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Writes a file whole or not at all, as {@link AtomicFile} does.
   *
   * <p>The same tensors and texts give the same bytes, whatever the order of the maps: tensors go
   * by element size, widest first, so that each is aligned to its elements, then by name; texts go
   * by name. Values are written as they are: a tensor with NaN is readable only by who allows it.
   *
   * @param file file to create or replace, in a folder that exists
   * @param tensors by name; {@code __metadata__} is not a name
   * @param metadata texts by name
   * @throws EbbException when a name cannot be stored or the file cannot be written; the old
   *     content is then untouched
   */
  public static void write(
      Path file, Map<String, StoredTensor> tensors, Map<String, String> metadata) {
    checkTexts(file, tensors, metadata);
    Map<String, StoredTensor> ordered = new LinkedHashMap<>();
    tensors.entrySet().stream()
        .sorted(
            Comparator.comparingInt(
                    (Map.Entry<String, StoredTensor> named) -> -named.getValue().type().bytes())
                .thenComparing(Map.Entry::getKey))
        .forEach(named -> ordered.put(named.getKey(), named.getValue()));
    SafeTensorsHeader header = SafeTensorsHeader.layOut(ordered, new TreeMap<>(metadata));
    AtomicFile.write(
        file,
        channel -> {
          AtomicFile.writeFully(channel, paddedHeader(file, header));
          for (StoredTensor tensor : ordered.values()) {
            AtomicFile.writeFully(channel, tensor.data());
          }
        });
  }

  private static ByteBuffer paddedHeader(Path file, SafeTensorsHeader header) throws IOException {
    byte[] json = header.toJson();
    int length = Math.addExact(json.length, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (length > SafeTensorsHeader.MAX_BYTES) {
      throw new EbbException(
          "cannot write file %s: its header of %d bytes is longer than %d"
              .formatted(file, length, SafeTensorsHeader.MAX_BYTES),
          "store fewer tensors or shorter metadata");
    }
    byte[] padded = Arrays.copyOf(json, length);
    Arrays.fill(padded, json.length, length, (byte) ' ');
    return ByteBuffer.allocate(Long.BYTES + length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(padded)
        .flip();
  }

  private static void checkTexts(
      Path file, Map<String, StoredTensor> tensors, Map<String, String> metadata) {
    if (tensors.containsKey(SafeTensorsHeader.METADATA)) {
      throw new EbbException(
          "cannot write file " + file + ": a tensor is named " + SafeTensorsHeader.METADATA,
          "give the tensor another name");
    }
    CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
    for (var texts : List.of(tensors.keySet(), metadata.keySet(), metadata.values())) {
      for (String text : texts) {
        if (!utf8.canEncode(text)) {
          throw new EbbException(
              "cannot write file %s: the text '%s' is not valid Unicode"
                  .formatted(file, SafeTensorsHeader.shown(text)),
              "remove the unpaired surrogate");
        }
      }
    }
  }

  private static void checkRegular(Path file) {
    // Before opening: a named pipe would block, a device would never end.
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        throw new ModelFileException(file, "is a folder", "name a safetensors file inside it");
      }
      if (!attributes.isRegularFile()) {
        throw new ModelFileException(
            file, "is not a regular file", "name a safetensors file on a disk");
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static int headerBytes(Path file, FileChannel channel, long size) throws IOException {
    if (size == 0) {
      throw new ModelFileException(file, "is empty", SafeTensorsHeader.DAMAGED);
    }
    if (size < Long.BYTES) {
      throw new ModelFileException(
          file,
          "has %d bytes, fewer than the 8 of the header length".formatted(size),
          SafeTensorsHeader.DAMAGED);
    }
    long length = readFully(file, channel, 0, Long.BYTES).getLong(0);
    if (Long.compareUnsigned(length, SafeTensorsHeader.MAX_BYTES) > 0) {
      throw new ModelFileException(
          file,
          "the header claims %s bytes, more than the %d allowed"
              .formatted(Long.toUnsignedString(length), SafeTensorsHeader.MAX_BYTES),
          SafeTensorsHeader.DAMAGED);
    }
    if (length > size - Long.BYTES) {
      throw new ModelFileException(
          file,
          "the header claims %d bytes but the file has %d".formatted(length, size),
          SafeTensorsHeader.DAMAGED);
    }
    return (int) length;
  }

  private static void checkHeap(Path file, long dataBytes) {
    long heap = Runtime.getRuntime().maxMemory();
    if (dataBytes > heap) {
      throw new ModelFileException(
          file,
          "the tensors take %d bytes but the heap has only %d".formatted(dataBytes, heap),
          "give the JVM more memory with -Xmx");
    }
  }

  private static void checkFinite(Path file, String name, StoredTensor tensor) {
    OptionalLong at = tensor.firstNonFinite();
    if (at.isPresent()) {
      throw new ModelFileException(
          file,
          "tensor '%s' %s holds NaN or infinity, first at element %d"
              .formatted(SafeTensorsHeader.shown(name), tensor, at.getAsLong()),
          "use a model saved before training diverged, or allow non-finite values when reading");
    }
  }

  private static ByteBuffer readFully(Path file, FileChannel channel, long position, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.position() < bytes) {
      buffer.limit(Math.min(bytes - buffer.position(), CHUNK) + buffer.position());
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new ModelFileException(
            file,
            "ended while it was read, at byte %d".formatted(position + buffer.position()),
            "read it again when nobody is writing it");
      }
    }
    return buffer.flip();
  }

  private static ModelFileException unreadable(Path file, IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return new ModelFileException(file, "does not exist", "check the path", cause);
    }
    if (cause instanceof AccessDeniedException) {
      return new ModelFileException(file, "may not be read", "check its permissions", cause);
    }
    return new ModelFileException(
        file,
        "cannot be read: " + SafeTensorsHeader.shown(cause.toString()),
        "check the disk or network it is on and try again",
        cause);
  }
}
