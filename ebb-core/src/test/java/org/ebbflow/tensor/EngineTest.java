package org.ebbflow.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EngineTest {
  private static final double FINE = 1 + 1e-12; // not a float

  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void floats_come_back_to_the_bit(DType dtype) {
    float[] values = {
      0f, -0f, 1f, 0.1f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NaN, Float.NEGATIVE_INFINITY
    };
    Tensor x = Engine.cpu(dtype).tensor(values, 2, 4);
    assertThat(x.shape()).containsExactly(2, 4);
    assertThat(Ops.isDouble(x)).isEqualTo(dtype == DType.FLOAT64);
    assertThat(Engine.floats(x)).isEqualTo(values);
    assertThat(Float.floatToRawIntBits(Engine.floats(x)[1])).isEqualTo(1 << 31);
  }

  @Test
  void doubles_come_back_to_the_bit_in_double_precision_and_rounded_in_single() {
    double[] values = {0, -0.0, FINE, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN};
    assertThat(Engine.doubles(Engine.cpu(DType.FLOAT64).tensor(values, 6))).isEqualTo(values);
    assertThat(Engine.doubles(Engine.cpu().exact(values, 6))).isEqualTo(values);
    assertThat(Engine.doubles(Engine.cpu().tensor(values, 6)))
        .containsExactly(0, -0.0, 1, 0, Double.POSITIVE_INFINITY, Double.NaN);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void bytes_are_unsigned(DType dtype) {
    byte[] values = new byte[256];
    double[] expected = new double[256];
    for (int i = 0; i < 256; i++) {
      values[i] = (byte) i;
      expected[i] = i;
    }
    Tensor x = Engine.cpu(dtype).bytes(values, 16, 16);
    assertThat(Ops.isDouble(x)).isEqualTo(dtype == DType.FLOAT64);
    assertThat(Engine.doubles(x)).isEqualTo(expected);
  }

  @Test
  void row_numbers_come_back() {
    long[] values = {0, 5, -1, Long.MAX_VALUE, Long.MIN_VALUE};
    Tensor x = Engine.cpu().indices(values);
    assertThat(Engine.longs(x)).isEqualTo(values);
    assertThat(Ops.isFloating(x)).isFalse();
  }

  @Test
  void views_are_copied_in_row_major_order() {
    Tensor x = Engine.cpu().tensor(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    assertThat(Engine.doubles(x.t())).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(Engine.floats(Ops.rows(x, 1, 2))).containsExactly(4, 5, 6);
    assertThat(Engine.floats(Autograd.variable(x).mul(x))).containsExactly(1, 4, 9, 16, 25, 36);
  }

  @Test
  void arrays_and_tensors_do_not_share_memory() {
    float[] values = {1, 2};
    Tensor x = Engine.cpu().tensor(values, 2);
    values[0] = 9;
    Engine.floats(x)[1] = 9;
    assertThat(Engine.floats(x)).containsExactly(1, 2);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void what_an_engine_makes_has_its_element_type(DType dtype) {
    Engine engine = Engine.cpu(dtype);
    Tensor[] made = {
      engine.zeros(2),
      engine.full(3, 2),
      engine.identity(2),
      engine.convert(Engine.cpu(DType.FLOAT64).zeros(2)),
      engine.convert(Engine.cpu(DType.FLOAT32).zeros(2))
    };
    for (Tensor x : made) {
      assertThat(Ops.isDouble(x)).isEqualTo(dtype == DType.FLOAT64);
    }
    assertThat(engine.dtype()).isEqualTo(dtype);
    assertThat(Engine.doubles(made[1])).containsExactly(3, 3);
    assertThat(Engine.doubles(made[2])).containsExactly(1, 0, 0, 1);
  }

  @Test
  void large_arrays_come_back() {
    float[] values = new float[1 << 20];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    assertThat(Engine.floats(Engine.cpu().tensor(values, 1 << 10, 1 << 10))).isEqualTo(values);
  }

  @Test
  void what_cannot_be_is_refused() {
    assertThatThrownBy(() -> Engine.on("abacus", DType.FLOAT32))
        .isInstanceOf(EbbException.class)
        .hasMessageStartingWith("there is no device 'abacus' here; use cpu");
    Engine engine = Engine.cpu();
    assertThatThrownBy(() -> engine.setThreads(0))
        .isInstanceOf(EbbException.class)
        .hasMessage("threads is 0; give 1 or more");
    assertThatThrownBy(() -> engine.tensor(new double[] {1, 2, 3}, 2))
        .as("more values than the shape holds")
        .isInstanceOf(RuntimeException.class);
  }

  @ParameterizedTest
  @CsvSource({"true, 1", "false, 1", "false, 1000"}) // recorded or not, few entries or many
  void softplus_is_exact_to_rounding_everywhere(boolean recorded, int times) {
    double[] at = {-1000, -40, -1, 0, 1, 19.9, 20.1, 40, 1000};
    double[] got;
    try (Autograd.Mode mode = recorded ? Autograd.on() : Autograd.off()) {
      Tensor x = Engine.cpu(DType.FLOAT64).tensor(at, 1, at.length);
      got = Engine.doubles(Ops.softplus(Ops.repeatRows(x, times)).reshape(-1));
    }
    for (int i = 0; i < at.length; i++) {
      double expected =
          at[i] > 0 ? at[i] + Math.log1p(Math.exp(-at[i])) : Math.log1p(Math.exp(at[i]));
      assertThat(got[i])
          .as("softplus(%s)", at[i])
          .isBetween(expected * (1 - 1e-14), expected * (1 + 1e-14));
    }
  }

  @Test
  void the_version_names_library_and_platform() {
    assertThat(Engine.version()).startsWith("libtorch ").contains("-");
  }
}
