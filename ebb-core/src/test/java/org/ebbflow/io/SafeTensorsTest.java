package org.ebbflow.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ebbflow.EbbException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafeTensorsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void roundTripsToTheBit(ElementType type) {
    Path file = folder.resolve("model.safetensors");
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (long[] shape : new long[][] {{}, {0}, {1}, {7}, {3, 5}, {2, 0, 4}, {2, 3, 1, 2}}) {
      tensors.put("of shape " + Arrays.toString(shape), SafeTensorsFile.random(type, shape));
    }
    SafeTensors.write(file, tensors, Map.of());
    assertThat(SafeTensors.read(file).tensors()).isEqualTo(tensors);
  }

  @Test
  void roundTripsATensorOfSeveralChunks() {
    Path file = folder.resolve("model.safetensors");
    StoredTensor tensor = SafeTensorsFile.random(ElementType.F64, 3, 123_457);
    SafeTensors.write(file, Map.of("w", tensor), Map.of());
    assertThat(SafeTensors.read(file).tensors()).containsExactly(Map.entry("w", tensor));
  }

  @Test
  void roundTripsTexts() {
    Path file = folder.resolve("model.safetensors");
    Map<String, StoredTensor> tensors =
        Map.of("", StoredTensor.of(new float[] {1}), "ε \"\\\n😀", StoredTensor.of(new long[] {2}));
    Map<String, String> metadata = Map.of("", "", "σ", "{\"seed\": 1}\u0000\t", "b", "😀");
    SafeTensors.write(file, tensors, metadata);
    assertThat(SafeTensors.read(file)).isEqualTo(new SafeTensors(tensors, metadata));
  }

  @Test
  void roundTripsNothing() {
    Path file = folder.resolve("model.safetensors");
    SafeTensors.write(file, Map.of(), Map.of());
    assertThat(SafeTensors.read(file)).isEqualTo(new SafeTensors(Map.of(), Map.of()));
  }

  @Test
  void writesTheSameBytesInWhateverOrderItIsGivenThem() throws IOException {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Map<String, StoredTensor> reversed = new LinkedHashMap<>();
    List<String> names = List.of("c", "a", "b", "a.b");
    for (int i = 0; i < names.size(); i++) {
      tensors.put(names.get(i), SafeTensorsFile.tensor(i));
      int last = names.size() - 1 - i;
      reversed.put(names.get(last), SafeTensorsFile.tensor(last));
    }
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    SafeTensors.write(first, tensors, new LinkedHashMap<>(Map.of("x", "1", "y", "2")));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("y", "2");
    metadata.put("x", "1");
    SafeTensors.write(second, reversed, metadata);
    assertThat(Files.readAllBytes(first)).isEqualTo(Files.readAllBytes(second));
  }

  @Test
  void alignsHeaderAndTensors() throws IOException {
    Path file = folder.resolve("model.safetensors");
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (ElementType type : ElementType.values()) {
      tensors.put(type.name(), SafeTensorsFile.random(type, 3));
    }
    for (int length = 0; length < 8; length++) {
      SafeTensors.write(file, tensors, Map.of("k", "x".repeat(length)));
      byte[] bytes = Files.readAllBytes(file);
      int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
      assertThat(header % 8).isZero();
      for (SafeTensorsHeader.Entry entry :
          SafeTensorsHeader.parse(
                  file, Arrays.copyOfRange(bytes, 8, 8 + header), bytes.length - 8L - header)
              .entries()) {
        assertThat(entry.begin() % entry.type().bytes()).as(entry.name()).isZero();
      }
    }
  }

  @Test
  void readsTheBytesOfTheFormat() throws IOException {
    // Spelt out, so that a mistake shared by writer and reader shows.
    String header =
        "{\"b\":{\"dtype\":\"I16\",\"shape\":[2],\"data_offsets\":[4,8]},"
            + "\"a\":{\"shape\":[],\"data_offsets\":[0,4],\"dtype\":\"F32\"},"
            + "\"__metadata__\":{\"format\":\"pt\"}}   ";
    Path file = SafeTensorsFile.of(header, 0, 0, 0x80, 0x3F, 1, 0, 0xFF, 0xFF).save(folder);
    SafeTensors read = SafeTensors.read(file);
    assertThat(read.tensors().keySet()).containsExactly("a", "b");
    assertThat(read.tensors().get("a")).isEqualTo(StoredTensor.of(new float[] {1}));
    assertThat(read.tensors().get("b").longs()).containsExactly(1, -1);
    assertThat(read.metadata()).containsExactly(Map.entry("format", "pt"));
  }

  @Test
  void leavesTheFileFreeToBeReplaced() throws IOException {
    Path file = folder.resolve("model.safetensors");
    StoredTensor tensor = SafeTensorsFile.random(ElementType.F32, 1000);
    SafeTensors.write(file, Map.of("w", tensor), Map.of());
    SafeTensors read = SafeTensors.read(file);
    Files.write(file, new byte[0]);
    assertThat(read.tensors().get("w")).isEqualTo(tensor);
  }

  @Test
  void laysOutMoreThanTwoGigabytes() throws IOException {
    StringBuilder json = new StringBuilder("{");
    long size = 1L << 30;
    for (int i = 0; i < 5; i++) {
      json.append(i == 0 ? "" : ",")
          .append("\"t%d\":{\"dtype\":\"U8\",\"shape\":[%d],".formatted(i, size))
          .append("\"data_offsets\":[%d,%d]}".formatted(i * size, (i + 1) * size));
    }
    byte[] header = json.append("}").toString().getBytes(StandardCharsets.UTF_8);
    SafeTensorsHeader parsed = SafeTensorsHeader.parse(folder, header, 5 * size);
    assertThat(parsed.entries().get(4).begin()).isEqualTo(4 * size);
    assertThat(parsed.toJson()).isEqualTo(header);
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "F16", "BF16"})
  void refusesNonFiniteValuesUnlessAllowed(ElementType type) {
    Path file = folder.resolve("model.safetensors");
    byte[] bytes = new byte[3 * type.bytes()];
    // All ones is NaN in every format.
    Arrays.fill(bytes, 2 * type.bytes(), bytes.length, (byte) 0xFF);
    StoredTensor tensor = new StoredTensor(type, new long[] {3}, ByteBuffer.wrap(bytes));
    SafeTensors.write(file, Map.of("bad.weight", tensor), Map.of());
    assertThatThrownBy(() -> SafeTensors.read(file))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("'bad.weight' " + type + "[3] holds NaN or infinity")
        .hasMessageContaining("element 2");
    assertThat(SafeTensors.read(file, new ReadOptions(true)).tensors().get("bad.weight"))
        .isEqualTo(tensor);
  }

  @Test
  void refusesInfinitiesAndTakesTheLargestNumbers() {
    Path file = folder.resolve("model.safetensors");
    float[] extremes = {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, -0f};
    SafeTensors.write(file, Map.of("w", StoredTensor.of(extremes, 4)), Map.of());
    assertThat(SafeTensors.read(file).tensors().get("w").floats()).containsExactly(extremes);
    for (double infinity : new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      SafeTensors.write(file, Map.of("w", StoredTensor.of(new double[] {infinity})), Map.of());
      assertThatThrownBy(() -> SafeTensors.read(file)).hasMessageContaining("NaN or infinity");
    }
  }

  @Test
  void refusesNamesThatCannotBeStored() {
    Path file = folder.resolve("model.safetensors");
    StoredTensor tensor = StoredTensor.of(new float[] {1});
    assertThatThrownBy(() -> SafeTensors.write(file, Map.of("__metadata__", tensor), Map.of()))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("a tensor is named __metadata__");
    assertThatThrownBy(() -> SafeTensors.write(file, Map.of("a\ud800", tensor), Map.of()))
        .hasMessageContaining("not valid Unicode");
    assertThatThrownBy(() -> SafeTensors.write(file, Map.of(), Map.of("k", "\udc00")))
        .hasMessageContaining("not valid Unicode");
    assertThat(file).doesNotExist();
  }

  @Test
  void survivesRandomTensorsOfEveryType() {
    Random random = new Random(5);
    Path file = folder.resolve("model.safetensors");
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (ElementType type : EnumSet.allOf(ElementType.class)) {
      for (int i = 0; i < 20; i++) {
        tensors.put(
            type + "." + i, SafeTensorsFile.random(type, random.nextInt(4), random.nextInt(9)));
      }
    }
    SafeTensors.write(file, tensors, Map.of());
    assertThat(SafeTensors.read(file).tensors()).isEqualTo(tensors);
  }

  @Test
  void an_interrupted_thread_reads_all_the_same(@TempDir Path elsewhere) {
    Path file = elsewhere.resolve("a.safetensors");
    SafeTensors.write(file, Map.of(), Map.of("a", "b"));
    Thread.currentThread().interrupt();
    assertThat(SafeTensors.read(file).metadata()).containsEntry("a", "b");
    assertThat(Thread.interrupted()).isTrue();
  }
}
