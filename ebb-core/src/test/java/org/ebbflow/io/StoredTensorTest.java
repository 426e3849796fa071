package org.ebbflow.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import org.ebbflow.EbbException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoredTensorTest {
  @Test
  void givesBackWhatItWasGiven() {
    assertThat(StoredTensor.of(new float[] {1.5f, -0f}, 2).floats()).containsExactly(1.5f, -0f);
    assertThat(StoredTensor.of(new double[] {Math.PI}).doubles()).containsExactly(Math.PI);
    assertThat(StoredTensor.of(new long[] {Long.MIN_VALUE, 7}, 1, 2).longs())
        .containsExactly(Long.MIN_VALUE, 7);
  }

  @Test
  void convertsBetweenPrecisions() {
    assertThat(StoredTensor.of(new float[] {0.1f}, 1).doubles()).containsExactly((double) 0.1f);
    assertThat(StoredTensor.of(new double[] {0.1, Double.POSITIVE_INFINITY}, 2).floats())
        .containsExactly(0.1f, Float.POSITIVE_INFINITY);
  }

  @Test
  void refusesToTurnAFiniteNumberIntoInfinity() {
    assertThatThrownBy(() -> StoredTensor.of(new double[] {1, 1e300}, 2).floats())
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("element 1 of a tensor F64[2], 1.0E300")
        .hasMessageContaining("read it in double precision");
  }

  @Test
  void widensShortIntegers() {
    byte[] bytes = {(byte) 0xFF, 1, (byte) 0x80, 0};
    assertThat(tensor(ElementType.I8, bytes, 4).longs()).containsExactly(-1, 1, -128, 0);
    assertThat(tensor(ElementType.U8, bytes, 4).longs()).containsExactly(255, 1, 128, 0);
    assertThat(tensor(ElementType.BOOL, bytes, 4).longs()).containsExactly(255, 1, 128, 0);
    assertThat(tensor(ElementType.I16, bytes, 2).longs()).containsExactly(511, 128);
    assertThat(tensor(ElementType.I32, bytes, 1).longs()).containsExactly(0x008001FF);
  }

  @Test
  void refusesAnotherKindOfNumber() {
    StoredTensor integers = StoredTensor.of(new long[] {1}, 1);
    StoredTensor floats = StoredTensor.of(new float[] {1}, 1);
    assertThatThrownBy(integers::floats).hasMessageContaining("I64[1] does not hold floating");
    assertThatThrownBy(integers::doubles).hasMessageContaining("I64[1] does not hold floating");
    assertThatThrownBy(floats::longs)
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("F32[1] does not hold integers");
  }

  @Test
  void isNotChangedThroughItsShapeOrData() {
    long[] shape = {2};
    StoredTensor tensor = StoredTensor.of(new float[] {1, 2}, shape);
    shape[0] = 5;
    tensor.shape()[0] = 6;
    tensor.data().position(4);
    assertThat(tensor.shape()).containsExactly(2);
    assertThat(tensor.data().position()).isZero();
    assertThat(tensor.data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThatThrownBy(() -> tensor.data().put(0, (byte) 1))
        .isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void readsABufferFromItsPositionAsLittleEndian() {
    ByteBuffer buffer = ByteBuffer.wrap(new byte[] {9, 9, 1, 0, 0, 0}).position(2);
    assertThat(new StoredTensor(ElementType.I32, new long[0], buffer).longs()).containsExactly(1);
  }

  @Test
  void equalsByTypeShapeAndBits() {
    StoredTensor tensor = StoredTensor.of(new float[] {0f, 1f}, 2);
    assertThat(StoredTensor.of(new float[] {0f, 1f}, 2))
        .isEqualTo(tensor)
        .hasSameHashCodeAs(tensor);
    assertThat(StoredTensor.of(new float[] {-0f, 1f}, 2)).isNotEqualTo(tensor);
    assertThat(StoredTensor.of(new float[] {0f, 1f}, 2, 1)).isNotEqualTo(tensor);
    assertThat(new StoredTensor(ElementType.I32, new long[] {2}, tensor.data()))
        .isNotEqualTo(tensor);
    assertThat(tensor).hasToString("F32[2]");
  }

  @ParameterizedTest
  @EnumSource
  void countsElements(ElementType type) {
    assertThat(tensor(type, new byte[6 * type.bytes()], 2, 3).elements()).isEqualTo(6);
    assertThat(tensor(type, new byte[type.bytes()]).elements()).isEqualTo(1);
    assertThat(tensor(type, new byte[0], 3, 0).elements()).isZero();
  }

  @Test
  void refusesShapesThatDoNotFit() {
    assertThatThrownBy(() -> StoredTensor.of(new float[3], 2))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("F32[2] has 2 elements but is given 3 values");
    assertThatThrownBy(() -> tensor(ElementType.F32, new byte[7], 2))
        .hasMessageContaining("F32[2] takes 8 bytes but is given 7");
    assertThatThrownBy(() -> StoredTensor.of(new float[1], -1, -1))
        .hasMessageContaining("[-1, -1] is no shape");
    assertThatThrownBy(() -> StoredTensor.of(new float[0], 1L << 40, 1L << 40, 0))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("is no shape");
    assertThatThrownBy(() -> StoredTensor.of(new float[1], 1L << 30))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("4294967296 bytes, 2 GiB or more; split it");
  }

  private static StoredTensor tensor(ElementType type, byte[] bytes, long... shape) {
    return new StoredTensor(type, shape, ByteBuffer.wrap(bytes));
  }
}
