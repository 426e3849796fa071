package org.ebbflow.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalLong;
import org.ebbflow.EbbException;

/**
 * A tensor as it lies in a file: element type, shape and little-endian bytes in row-major order.
 *
 * <p>Equal when type, shape and every bit are equal. Immutable as long as nobody changes the buffer
 * it was built from, and then safe to share between threads.
 *
 * @param type format of the elements
 * @param shape sizes from the outermost dimension inwards; empty for a scalar
 * @param data the bytes, read-only and little-endian, from position 0 to the limit; each call
 *     returns its own view
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content below
public record StoredTensor(ElementType type, long[] shape, ByteBuffer data) {
  /** Most bytes of one tensor: what the longest array of a JVM holds. */
  static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private static final int F32_EXPONENT = 0x7F80_0000;
  private static final long F64_EXPONENT = 0x7FF0_0000_0000_0000L;
  private static final int F16_EXPONENT = 0x7C00;
  private static final int BF16_EXPONENT = 0x7F80;

  /**
   * Wraps bytes without copying them.
   *
   * @param type format of the elements
   * @param shape sizes of the dimensions, copied
   * @param data the bytes from the buffer's position to its limit, little-endian whatever the
   *     buffer's byte order; not copied, so it must not be changed afterwards
   * @throws EbbException when a size is negative, the shape overflows, the tensor has 2 GiB or
   *     more, or the number of bytes does not match
   */
  public StoredTensor {
    shape = shape.clone();
    int bytes = checkedBytes(type, shape);
    if (bytes != data.remaining()) {
      throw new EbbException(
          "a tensor %s%s takes %d bytes but is given %d"
              .formatted(type, Arrays.toString(shape), bytes, data.remaining()),
          "give it as many values as its shape has elements");
    }
    data = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Stores single-precision numbers as {@link ElementType#F32}.
   *
   * @param values in row-major order, copied
   * @param shape sizes of the dimensions; none for a scalar
   * @return the tensor
   * @throws EbbException when the shape is not valid or does not match the number of values
   */
  public static StoredTensor of(float[] values, long... shape) {
    ByteBuffer data = allocate(ElementType.F32, values.length, shape);
    data.asFloatBuffer().put(values);
    return new StoredTensor(ElementType.F32, shape, data);
  }

  /**
   * Stores double-precision numbers as {@link ElementType#F64}.
   *
   * @param values in row-major order, copied
   * @param shape sizes of the dimensions; none for a scalar
   * @return the tensor
   * @throws EbbException when the shape is not valid or does not match the number of values
   */
  public static StoredTensor of(double[] values, long... shape) {
    ByteBuffer data = allocate(ElementType.F64, values.length, shape);
    data.asDoubleBuffer().put(values);
    return new StoredTensor(ElementType.F64, shape, data);
  }

  /**
   * Stores integers as {@link ElementType#I64}.
   *
   * @param values in row-major order, copied
   * @param shape sizes of the dimensions; none for a scalar
   * @return the tensor
   * @throws EbbException when the shape is not valid or does not match the number of values
   */
  public static StoredTensor of(long[] values, long... shape) {
    ByteBuffer data = allocate(ElementType.I64, values.length, shape);
    data.asLongBuffer().put(values);
    return new StoredTensor(ElementType.I64, shape, data);
  }

  /** Returns a copy of the sizes of the dimensions. */
  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** Returns a new read-only, little-endian view of the bytes, at position 0. */
  @Override
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns the number of elements: the product of the shape, 1 for a scalar. */
  public long elements() {
    return data.limit() / type.bytes();
  }

  /**
   * Copies the values out in single precision, rounding those of {@link ElementType#F64}.
   *
   * @return {@link #elements()} values in row-major order
   * @throws EbbException when the type is neither F32 nor F64, or a finite value is out of the
   *     range of single precision
   */
  public float[] floats() {
    float[] values = new float[(int) elements()];
    switch (type) {
      case F32 -> data().asFloatBuffer().get(values);
      case F64 -> {
        for (int i = 0; i < values.length; i++) {
          double value = data.getDouble(i * Double.BYTES);
          values[i] = (float) value;
          if (Float.isInfinite(values[i]) && !Double.isInfinite(value)) {
            throw new EbbException(
                "element %d of a tensor %s, %s, is out of the range of single precision"
                    .formatted(i, this, value),
                "read it in double precision");
          }
        }
      }
      default -> throw wrongType("floating-point numbers", "F32 or F64");
    }
    return values;
  }

  /**
   * Copies the values out in double precision, widening those of {@link ElementType#F32} exactly.
   *
   * @return {@link #elements()} values in row-major order
   * @throws EbbException when the type is neither F32 nor F64
   */
  public double[] doubles() {
    double[] values = new double[(int) elements()];
    switch (type) {
      case F64 -> data().asDoubleBuffer().get(values);
      case F32 -> Arrays.setAll(values, i -> data.getFloat(i * Float.BYTES));
      default -> throw wrongType("floating-point numbers", "F32 or F64");
    }
    return values;
  }

  /**
   * Copies the values out as 64-bit integers, widening shorter ones exactly; U8 counts from 0 to
   * 255 and BOOL gives its byte.
   *
   * @return {@link #elements()} values in row-major order
   * @throws EbbException when the type is not one of integers or BOOL
   */
  public long[] longs() {
    long[] values = new long[(int) elements()];
    switch (type) {
      case I64 -> data().asLongBuffer().get(values);
      case I32 -> Arrays.setAll(values, i -> data.getInt(i * Integer.BYTES));
      case I16 -> Arrays.setAll(values, i -> data.getShort(i * Short.BYTES));
      case I8 -> Arrays.setAll(values, i -> data.get(i));
      case U8, BOOL -> Arrays.setAll(values, i -> Byte.toUnsignedLong(data.get(i)));
      default -> throw wrongType("integers", "I64, I32, I16, I8, U8 or BOOL");
    }
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredTensor that
        && type == that.type
        && Arrays.equals(shape, that.shape)
        && data.equals(that.data);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * type.hashCode() + Arrays.hashCode(shape)) + data.hashCode();
  }

  /** Returns type and shape, such as {@code F32[64, 784]}. */
  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }

  /** Size in bytes of a tensor, or empty when a dimension is negative or the product overflows. */
  static OptionalLong bytes(ElementType type, long[] shape) {
    long bytes = type.bytes();
    boolean empty = false;
    try {
      for (long size : shape) {
        if (size < 0) {
          return OptionalLong.empty();
        }
        // A zero must not excuse the overflow of the others: [2^40, 2^40, 0] is no honest shape.
        empty |= size == 0;
        bytes = Math.multiplyExact(bytes, Math.max(size, 1));
      }
    } catch (ArithmeticException e) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(empty ? 0 : bytes);
  }

  /** Index of the first element that is NaN or infinite, or empty when there is none. */
  OptionalLong firstNonFinite() {
    int size = type.bytes();
    for (int at = 0; at < data.limit(); at += size) {
      boolean finite =
          switch (type) {
            case F64 -> (data.getLong(at) & F64_EXPONENT) != F64_EXPONENT;
            case F32 -> (data.getInt(at) & F32_EXPONENT) != F32_EXPONENT;
            case F16 -> (data.getShort(at) & F16_EXPONENT) != F16_EXPONENT;
            case BF16 -> (data.getShort(at) & BF16_EXPONENT) != BF16_EXPONENT;
            case I64, I32, I16, I8, U8, BOOL -> true;
          };
      if (!finite) {
        return OptionalLong.of(at / size);
      }
    }
    return OptionalLong.empty();
  }

  private static ByteBuffer allocate(ElementType type, int values, long[] shape) {
    int bytes = checkedBytes(type, shape);
    if (bytes / type.bytes() != values) {
      throw new EbbException(
          "a tensor %s%s has %d elements but is given %d values"
              .formatted(type, Arrays.toString(shape), bytes / type.bytes(), values),
          "give it as many values as its shape has elements");
    }
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int checkedBytes(ElementType type, long[] shape) {
    long bytes =
        bytes(type, shape)
            .orElseThrow(
                () ->
                    new EbbException(
                        "%s is no shape of a tensor: a size is negative or the product overflows"
                            .formatted(Arrays.toString(shape)),
                        "give sizes of 0 or more"));
    if (bytes > MAX_BYTES) {
      throw new EbbException(
          "a tensor %s%s takes %d bytes, 2 GiB or more"
              .formatted(type, Arrays.toString(shape), bytes),
          "split it into several tensors");
    }
    return (int) bytes;
  }

  private EbbException wrongType(String wanted, String allowed) {
    return new EbbException(
        "a tensor %s does not hold %s".formatted(this, wanted),
        "ask for them of a tensor of type " + allowed);
  }
}
