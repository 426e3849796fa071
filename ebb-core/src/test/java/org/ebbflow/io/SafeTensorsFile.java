package org.ebbflow.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** The bytes of a safetensors file, right or wrong, made without the writer under test. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SafeTensorsFile(byte[] bytes) {
  static SafeTensorsFile of(String header, int... data) {
    return of(header.getBytes(StandardCharsets.UTF_8), data);
  }

  static SafeTensorsFile of(byte[] header, int... data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(length(header.length));
    bytes.writeBytes(header);
    for (int b : data) {
      bytes.write(b);
    }
    return new SafeTensorsFile(bytes.toByteArray());
  }

  static byte[] length(long length) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }

  Path save(Path folder) throws IOException {
    return Files.write(folder.resolve("wrong.safetensors"), bytes);
  }

  /** Any bits but those of NaN and infinity. */
  static StoredTensor random(ElementType type, long... shape) {
    byte[] bytes = new byte[(int) StoredTensor.bytes(type, shape).getAsLong()];
    new Random(bytes.length).nextBytes(bytes);
    for (int last = type.bytes() - 1; last < bytes.length; last += type.bytes()) {
      // The top exponent bit stays clear, so the exponent is never all ones.
      bytes[last] &= (byte) 0xBF;
    }
    return new StoredTensor(type, shape, ByteBuffer.wrap(bytes));
  }

  static StoredTensor tensor(int seed) {
    return StoredTensor.of(new float[] {seed, seed + 0.5f}, 2);
  }
}
