package org.ebbflow.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafeTensorsRejectionTest {
  @TempDir Path folder;

  static Stream<Arguments> wrongHeaders() {
    String deep = "[".repeat(200_000);
    return Stream.of(
        arguments("", "not a JSON object"),
        arguments("   ", "not a JSON object"),
        arguments("[]", "not a JSON object"),
        arguments("{", "not valid JSON"),
        arguments("{\"a\":", "not valid JSON"),
        arguments("hello", "not valid JSON"),
        arguments("{} {}", "goes on after its JSON object"),
        arguments("{}\u0000", "not valid JSON"),
        arguments(deep, "not a JSON object"),
        arguments("{\"a\":" + deep, "'a' is not described by a JSON object"),
        arguments("{\"a\":" + "{\"a\":".repeat(200_000), "unknown field 'a'"),
        arguments("{\"__metadata__\":" + deep, "__metadata__ is not a JSON object"),
        arguments("{\"a\":{\"shape\":" + deep, "shape holds no whole number"),
        arguments("{\"a\":1}", "'a' is not described by a JSON object"),
        arguments("{\"\\ud800\":1}", "not valid JSON: Broken surrogate pair"),
        arguments("{\"\\udc00\":1}", "not valid JSON: Unexpected low surrogate"),
        arguments("{\"__metadata__\":{\"k\":\"\\udc00\"}}", "not valid Unicode"),
        arguments("{\"a\":{}}", "'a' lacks dtype, shape or data_offsets"),
        arguments("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", "'a' lacks"),
        arguments("{\"a\":{\"dtype\":1}}", "'a': dtype is not a string"),
        arguments("{\"a\":{\"extra\":1}}", "unknown field 'extra'"),
        arguments("{\"a\":{\"shape\":2}}", "shape is not a JSON array"),
        arguments("{\"a\":{\"shape\":[2.0]}}", "shape holds no whole number"),
        arguments("{\"a\":{\"shape\":[\"2\"]}}", "shape holds no whole number"),
        arguments("{\"a\":{\"shape\":[NaN]}}", "not valid JSON"),
        arguments("{\"a\":{\"shape\":[99999999999999999999]}}", "overflows 64 bits"),
        arguments("{\"a\":{\"shape\":[" + "9".repeat(99_999) + "]}}", "not valid JSON"),
        arguments("{\"a\":{\"shape\":[" + "1,".repeat(64) + "1]}}", "more than 64 numbers"),
        arguments(tensor("a", "F33", "2", 0, 8), "'a': unknown dtype 'F33'; convert"),
        arguments(tensor("a", "f32", "2", 0, 8), "'a': unknown dtype 'f32'; convert"),
        arguments(tensor("a", "F32", "-2", 0, 8), "'a': shape [-2] is negative or overflows"),
        arguments(tensor("a", "F32", "-1,-2", 0, 8), "shape [-1, -2] is negative"),
        arguments(
            tensor("a", "F32", "4611686018427387904,2", 0, 8),
            "shape [4611686018427387904, 2] is negative or overflows"),
        arguments(tensor("a", "F32", "4294967296,4294967296,0", 0, 0), "is negative or overflows"),
        arguments(tensor("a", "F32", "2", -8, 0), "[-8, 0] are out of range of the 8 bytes"),
        arguments(tensor("a", "F32", "2", 4, 12), "[4, 12] are out of range of the 8 bytes"),
        arguments(tensor("a", "F32", "2", 8, 0), "[8, 0] are out of range of the 8 bytes"),
        arguments(tensor("a", "F32", "2", 0, Long.MAX_VALUE), "are out of range"),
        arguments(tensor("a", "F32", "2", Long.MIN_VALUE, Long.MAX_VALUE), "are out of range"),
        arguments("{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0]}}", "out of range"),
        arguments("{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[]}}", "out of range"),
        arguments(
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,4,8]}}", "out of range"),
        arguments(tensor("a", "F32", "3", 0, 8), "hold 8 bytes but F32[3] takes 12"),
        arguments(tensor("a", "F64", "", 0, 4), "hold 4 bytes but F64[] takes 8"),
        arguments(
            both(tensor("a", "F32", "2", 0, 8), tensor("b", "F32", "1", 4, 8)),
            "'b' starts at byte 4 and overlaps the tensor before it, which ends at 8"),
        arguments(both(tensor("a", "F32", "2", 0, 8), tensor("b", "F32", "2", 0, 8)), "overlaps"),
        arguments(both(tensor("a", "F32", "2", 0, 8), tensor("b", "F32", "0", 4, 4)), "overlaps"),
        arguments(
            both(tensor("a", "U8", "2", 0, 2), tensor("b", "U8", "4", 4, 8)),
            "'b' starts at byte 4 and leaves a hole before it, which ends at 2"),
        arguments(tensor("a", "F32", "1", 4, 8), "leaves a hole before it"),
        arguments(tensor("a", "F32", "1", 0, 4), "take 4 bytes but 8 follow"),
        arguments("{}", "take 0 bytes but 8 follow the header: trailing bytes"),
        arguments(both(tensor("a", "U8", "4", 0, 4), tensor("a", "U8", "4", 4, 8)), "uplicate"),
        arguments(
            both(tensor("a", "U8", "4", 0, 4), tensor("\\u0061", "U8", "4", 4, 8)), "uplicate"),
        arguments("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\"}}", "uplicate"),
        arguments("{\"__metadata__\":{},\"__metadata__\":{}}", "uplicate"),
        arguments("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", "uplicate"),
        arguments("{\"__metadata__\":\"x\"}", "__metadata__ is not a JSON object"),
        arguments("{\"__metadata__\":null}", "__metadata__ is not a JSON object"),
        arguments("{\"__metadata__\":{\"seed\":1}}", "entry 'seed' is not a string"),
        arguments("{\"__metadata__\":{\"k\":null}}", "entry 'k' is not a string"),
        arguments("{\"__metadata__\":{\"k\":{\"a\":\"b\"}}}", "entry 'k' is not a string"));
  }

  @ParameterizedTest
  @MethodSource("wrongHeaders")
  void refusesAWrongHeader(String header, String fault) throws IOException {
    refuses(SafeTensorsFile.of(header, 0, 0, 0, 0, 0, 0, 0, 0).save(folder), fault);
  }

  @Test
  void refusesAnythingButUtf8() throws IOException {
    String json = tensor("a", "F32", "2", 0, 8);
    int[] data = new int[8];
    refuses(
        SafeTensorsFile.of(json.getBytes(StandardCharsets.UTF_16LE), data).save(folder),
        "the header is not valid");
    for (String name : new String[] {"\u00ff", "\u00c0\u0080", "\u00ed\u00a0\u0080"}) {
      byte[] bytes = json.replace("a\"", name + "\"").getBytes(StandardCharsets.ISO_8859_1);
      refuses(SafeTensorsFile.of(bytes, data).save(folder), "not valid UTF-8");
    }
  }

  @Test
  void showsNoControlCharactersAndNoEndlessNames() throws IOException {
    String name = "x\\n\\u001b" + "y".repeat(5000);
    Path file = SafeTensorsFile.of("{\"" + name + "\":1}").save(folder);
    assertThatThrownBy(() -> SafeTensors.read(file))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("'x??yyy")
        .message()
        .hasSizeLessThan(800);
  }

  @Test
  void refusesAMissingFile() {
    refuses(folder.resolve("absent.safetensors"), "does not exist; check the path");
    refuses(folder.resolve("absent/model.safetensors"), "does not exist");
  }

  @Test
  void refusesAFolder() {
    refuses(folder, "is a folder");
  }

  @Test
  void refusesADevice() {
    Path device = Path.of("/dev/zero");
    assumeTrue(Files.exists(device), "no /dev/zero here");
    refuses(device, "is not a regular file");
  }

  @Test
  void refusesAFileWithoutPermission() throws IOException {
    Path file = SafeTensorsFile.of("{}").save(folder);
    assumeTrue(file.toFile().setReadable(false) && !Files.isReadable(file), "root reads all");
    refuses(file, "may not be read; check its permissions");
  }

  @Test
  void refusesTooShortAFile() throws IOException {
    Path file = folder.resolve("short.safetensors");
    Files.write(file, new byte[0]);
    refuses(file, "is empty");
    Files.write(file, new byte[7]);
    refuses(file, "has 7 bytes, fewer than the 8");
  }

  @Test
  void refusesAHeaderLongerThanTheFile() throws IOException {
    Path file = folder.resolve("long.safetensors");
    Files.write(file, SafeTensorsFile.length(1));
    refuses(file, "the header claims 1 bytes but the file has 8");
    Files.write(file, SafeTensorsFile.length(99_999_999));
    refuses(file, "the header claims 99999999 bytes but the file has 8");
  }

  @Test
  void refusesAHeaderLongerThanAllowed() throws IOException {
    Path file = folder.resolve("long.safetensors");
    for (long length : new long[] {100_000_001, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      Files.write(file, SafeTensorsFile.length(length));
      refuses(file, "claims " + Long.toUnsignedString(length) + " bytes, more than the 100000000");
    }
  }

  @Test
  void refusesATensorOfTwoGigabytes() throws IOException {
    refuses(sparse("U8", 1L << 31, 1), "'t0' takes 2147483648 bytes, 2 GiB or more; split it");
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.SECONDS)
  void refusesMoreThanTheHeapHolds() throws IOException {
    int count = (int) (Runtime.getRuntime().maxMemory() >> 30) + 1;
    refuses(sparse("F32", 1L << 28, count), "but the heap has only");
  }

  /** A file of zeros that takes no room on the disk. */
  private Path sparse(String type, long elements, int count) throws IOException {
    long bytes = elements * ElementType.valueOf(type).bytes();
    String header = "{}";
    for (int i = 0; i < count; i++) {
      String tensor = tensor("t" + i, type, "" + elements, i * bytes, (i + 1) * bytes);
      header = i == 0 ? tensor : both(header, tensor);
    }
    Path file = SafeTensorsFile.of(header).save(folder);
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength(access.length() + count * bytes);
    } catch (IOException e) {
      assumeTrue(false, "no sparse files here: " + e.getMessage());
    }
    return file;
  }

  /** Checks the message, and that refusing cost no memory to speak of. */
  private static void refuses(Path file, String fault) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThatThrownBy(() -> SafeTensors.read(file))
        .isInstanceOf(ModelFileException.class)
        .hasMessageStartingWith("model file " + file + ": ")
        .hasMessageContaining(fault)
        .hasMessageMatching(".*; [a-z].*");
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(32 << 20);
  }

  private static String tensor(String name, String type, String shape, long begin, long end) {
    return "{\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}}"
        .formatted(name, type, shape, begin, end);
  }

  private static String both(String first, String second) {
    return first.substring(0, first.length() - 1) + "," + second.substring(1);
  }
}
