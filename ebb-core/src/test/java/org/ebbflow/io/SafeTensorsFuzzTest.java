package org.ebbflow.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** Whatever a file holds, reading it succeeds or throws ModelFileException, and stays small. */
class SafeTensorsFuzzTest {
  private static final int MOST_BYTES = 4 << 20;

  private Path folder = Path.of("");
  private byte[] valid = {};

  /** One thing done to the bytes of a file. */
  @FunctionalInterface
  interface Damage {
    byte[] apply(byte[] bytes);
  }

  @BeforeProperty
  void writeValidFile() throws IOException {
    folder = Files.createTempDirectory("fuzz");
    Path file = folder.resolve("valid");
    SafeTensors.write(
        file,
        Map.of(
            "layer.0.weight", SafeTensorsFile.random(ElementType.F32, 3, 2),
            "layer.0.bias", SafeTensorsFile.random(ElementType.F64, 3),
            "step", SafeTensorsFile.random(ElementType.I64),
            "empty", SafeTensorsFile.random(ElementType.BF16, 0),
            "mask", SafeTensorsFile.random(ElementType.BOOL, 5)),
        Map.of("config", "{\"layers\": 1}", "σ", "0.5"));
    valid = Files.readAllBytes(file);
  }

  @AfterProperty
  void removeFolder() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Property(tries = 3000, shrinking = ShrinkingMode.BOUNDED)
  void damagedFilesAreReadOrRefused(@ForAll("damages") List<Damage> damages) throws IOException {
    byte[] bytes = valid;
    for (Damage damage : damages) {
      bytes = damage.apply(bytes);
    }
    readsOrRefuses(bytes);
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.BOUNDED)
  void inventedHeadersAreReadOrRefused(@ForAll("headers") String header, @ForAll byte size)
      throws IOException {
    readsOrRefuses(SafeTensorsFile.of(header, new int[size & 63]).bytes());
  }

  @Property(tries = 200)
  void everyPrefixIsRefused(@ForAll double fraction) throws IOException {
    int length = (int) (Math.abs(fraction % 1) * valid.length);
    assertThat(readsOrRefuses(Arrays.copyOf(valid, length))).isFalse();
  }

  @Property(tries = 300)
  void whatIsWrittenIsRead(
      @ForAll("names") String name, @ForAll float[] values, @ForAll("names") String text) {
    Path file = folder.resolve("written");
    StoredTensor tensor = StoredTensor.of(values, values.length);
    SafeTensors.write(file, Map.of("." + name, tensor), Map.of(name, text));
    assertThat(SafeTensors.read(file, new ReadOptions(true)))
        .isEqualTo(new SafeTensors(Map.of("." + name, tensor), Map.of(name, text)));
  }

  @Provide
  Arbitrary<String> names() {
    // Whole code points: half a surrogate pair is refused, and tested elsewhere.
    return Arbitraries.strings().excludeChars(surrogates()).ofMaxLength(20);
  }

  @Provide
  Arbitrary<List<Damage>> damages() {
    Arbitrary<Integer> at = Arbitraries.integers().between(0, 1 << 20);
    Arbitrary<byte[]> splice =
        Arbitraries.oneOf(
            Arbitraries.bytes().array(byte[].class).ofMaxSize(12),
            Arbitraries.of("{", "}", "[", "]", "\"", ",", ":", "-1", "9e9", "null", "0", " ", "\\u")
                .map(token -> token.getBytes(StandardCharsets.UTF_8)),
            Arbitraries.longs().map(number -> SafeTensorsFile.length(number)));
    Arbitrary<Damage> overwrite =
        Combinators.combine(at, splice)
            .as((start, bytes) -> whole -> splice(whole, start, bytes.length, bytes));
    Arbitrary<Damage> insert =
        Combinators.combine(at, splice)
            .as((start, bytes) -> whole -> splice(whole, start, 0, bytes));
    Arbitrary<Damage> remove =
        Combinators.combine(at, Arbitraries.integers().between(0, 40))
            .as((start, length) -> whole -> splice(whole, start, length, new byte[0]));
    Arbitrary<Damage> truncate =
        at.map(length -> whole -> Arrays.copyOf(whole, length % (whole.length + 1)));
    Arbitrary<Damage> repeat =
        Combinators.combine(at, at, Arbitraries.integers().between(1, 200))
            .as(
                (from, to, length) ->
                    whole -> {
                      int start = from % (whole.length + 1);
                      int end = Math.min(start + length, whole.length);
                      return splice(whole, to, 0, Arrays.copyOfRange(whole, start, end));
                    });
    Arbitrary<Damage> headerLength =
        Arbitraries.longs()
            .map(length -> whole -> splice(whole, 0, 8, SafeTensorsFile.length(length)));
    return Arbitraries.oneOf(overwrite, insert, remove, truncate, repeat, headerLength)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  @Provide
  Arbitrary<String> headers() {
    Arbitrary<Long> number =
        Arbitraries.oneOf(Arbitraries.longs().between(-1, 40), Arbitraries.longs());
    Arbitrary<String> numbers = number.list().ofMaxSize(3).map(List::toString);
    Arbitrary<String> type = Arbitraries.of("F32", "U8", "I64", "BOOL", "F8_E4M3", "");
    Arbitrary<String> name = Arbitraries.of("a", "b", "c", "__metadata__", "\\u0061", "\\udead");
    Arbitrary<String> tensor =
        Combinators.combine(name, type, numbers, numbers)
            .as("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"::formatted);
    return tensor.list().ofMaxSize(3).map(list -> "{" + String.join(",", list) + "}");
  }

  private boolean readsOrRefuses(byte[] bytes) throws IOException {
    Path file = folder.resolve("fuzzed");
    Files.write(file, bytes);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    boolean read;
    try {
      SafeTensors.read(file);
      read = true;
    } catch (ModelFileException e) {
      assertThat(e).hasMessageStartingWith("model file " + file + ": ");
      assertThat(e.getMessage()).doesNotContain("\n");
      read = false;
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_BYTES);
    return read;
  }

  private static byte[] splice(byte[] whole, int at, int removed, byte[] put) {
    int start = at % (whole.length + 1);
    int rest = Math.min(start + removed, whole.length);
    return ByteBuffer.allocate(start + put.length + whole.length - rest)
        .put(whole, 0, start)
        .put(put)
        .put(whole, rest, whole.length - rest)
        .array();
  }

  private static char[] surrogates() {
    char[] all = new char[Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1];
    for (int i = 0; i < all.length; i++) {
      all[i] = (char) (Character.MIN_SURROGATE + i);
    }
    return all;
  }
}
