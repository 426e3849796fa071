package org.ebbflow.io;

import java.util.Optional;

/** The number formats a stored tensor may have; the constants are named as safetensors does. */
public enum ElementType {
  /** IEEE 754 double precision. */
  F64(Double.BYTES),
  /** IEEE 754 single precision. */
  F32(Float.BYTES),
  /** IEEE 754 half precision. */
  F16(Short.BYTES),
  /** The upper half of a single-precision number. */
  BF16(Short.BYTES),
  /** Signed 64-bit integer. */
  I64(Long.BYTES),
  /** Signed 32-bit integer. */
  I32(Integer.BYTES),
  /** Signed 16-bit integer. */
  I16(Short.BYTES),
  /** Signed 8-bit integer. */
  I8(Byte.BYTES),
  /** Unsigned 8-bit integer. */
  U8(Byte.BYTES),
  /** One byte, 0 or 1. */
  BOOL(Byte.BYTES);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /**
   * Finds a type by its safetensors name.
   *
   * @param name such as {@code "F32"}, in capitals
   * @return the type, or empty when this library has none of that name
   */
  public static Optional<ElementType> named(String name) {
    for (ElementType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
