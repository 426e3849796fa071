package org.ebbflow.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.ebbflow.data.Dataset.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
  @TempDir Path folder;

  @Test
  void imagesKeepTheirShapeAndBytes() throws IOException {
    byte[] file =
        idx(0x08, new int[] {2, 2, 3}, new byte[] {0, 1, 2, 3, 4, 5, -1, 7, 8, 9, 10, 11});
    for (byte[] content : new byte[][] {file, gzip(file)}) {
      Dataset data = IdxFile.read(write("images.whatever", content));
      assertThat(data.rows()).isEqualTo(2);
      assertThat(data.columns()).isEqualTo(6);
      assertThat(data.isBytes()).isTrue();
      assertThat(data.imageShape()).contains(new ImageShape(1, 2, 3));
      assertThat(data.value(1, 0)).isEqualTo(255);
      assertThat(data.value(1, 5)).isEqualTo(11);
    }
  }

  @Test
  void ranksOneTwoAndFour() throws IOException {
    Dataset labels = read(idx(0x08, new int[] {3}, new byte[] {5, 0, 4}));
    assertThat(labels.columns()).isEqualTo(1);
    assertThat(labels.imageShape()).isEmpty();
    Dataset table = read(idx(0x08, new int[] {2, 2}, new byte[4]));
    assertThat(table.columns()).isEqualTo(2);
    assertThat(table.imageShape()).isEmpty();
    Dataset colour = read(idx(0x08, new int[] {2, 3, 1, 2}, new byte[12]));
    assertThat(colour.imageShape()).contains(new ImageShape(3, 1, 2));
  }

  @Test
  void otherTypesBecomeDoubles() throws IOException {
    assertThat(read(idx(0x09, new int[] {1}, new byte[] {-3})).value(0, 0)).isEqualTo(-3);
    assertThat(read(idx(0x0B, new int[] {1}, new byte[] {1, 0})).value(0, 0)).isEqualTo(256);
    assertThat(read(idx(0x0C, new int[] {1}, new byte[] {-1, -1, -1, -2})).value(0, 0))
        .isEqualTo(-2);
    assertThat(read(idx(0x0D, new int[] {1}, bytes(out -> out.writeFloat(0.1f)))).value(0, 0))
        .isEqualTo((double) 0.1f);
    Dataset doubles = read(idx(0x0E, new int[] {1}, bytes(out -> out.writeDouble(0.1))));
    assertThat(doubles.value(0, 0)).isEqualTo(0.1);
    assertThat(doubles.isBytes()).isFalse();
  }

  @Test
  void manyDoublesCrossTheBuffer() throws IOException {
    int rows = 30_001;
    Dataset data =
        read(
            idx(
                0x0E,
                new int[] {rows, 1},
                bytes(
                    out -> {
                      for (int r = 0; r < rows; r++) {
                        out.writeDouble(r);
                      }
                    })));
    assertThat(data.value(rows - 1, 0)).isEqualTo(rows - 1);
    assertThat(data.value(8192, 0)).isEqualTo(8192);
  }

  @Test
  void faultsOfTheFileAreNamed() throws IOException {
    Path missing = folder.resolve("missing.idx");
    refused(() -> IdxFile.read(missing), "missing.idx does not exist", "check the path");
    refused(() -> IdxFile.read(folder), folder + " is a folder");
    refused(() -> read(new byte[0]), "data.idx is empty");
    refused(() -> read(gzip(new byte[0])), "data.idx is empty");
    refused(() -> read(new byte[] {0x50, 0x4b, 3, 4, 9}), "is not an IDX file", "50 4b 03 04");
    refused(() -> read(new byte[] {0, 0, 8}), "is not an IDX file: it begins with 00 00 08");
    refused(() -> read(new byte[] {0, 0, 7, 1, 0, 0, 0, 1, 0}), "unknown IDX type 0x07");
    refused(() -> read(new byte[] {0, 0, 8, 0}), "has 0 dimensions");
    refused(() -> read(new byte[] {0, 0, 8, 5, 0}), "has 5 dimensions");
    refused(() -> read(new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0}), "ends within its header");
  }

  @Test
  void cutAndOverlongFilesAreRefused() throws IOException {
    byte[] file = idx(0x08, new int[] {2, 2, 2}, new byte[8]);
    refused(() -> read(Arrays.copyOf(file, file.length - 1)), "ends after 7 of the 8 values");
    refused(() -> read(Arrays.copyOf(file, file.length + 1)), "goes on after the 8 values");
    refused(() -> read(gzip(Arrays.copyOf(file, 20))), "ends after 4 of the 8 values");
    refused(() -> read(gzip(Arrays.copyOf(file, 99))), "goes on after the 8 values");
    byte[] halfDouble = idx(0x0E, new int[] {2}, new byte[12]);
    refused(() -> read(halfDouble), "ends after 1 of the 2 values");
  }

  @Test
  void everyCutOfAGzipFileIsNoticed() throws IOException {
    byte[] zipped = gzip(idx(0x08, new int[] {2, 2}, new byte[] {9, 1, 8, 2}));
    for (int length = 2; length < zipped.length; length++) {
      byte[] cut = Arrays.copyOf(zipped, length);
      refused(() -> read(cut), "data.idx ends in the middle of its gzip data");
    }
  }

  @Test
  void damagedGzipIsNamed() throws IOException {
    byte[] zipped = gzip(idx(0x08, new int[] {2, 2}, new byte[] {9, 1, 8, 2}));
    zipped[zipped.length - 6] ^= 0x55; // within the checksum
    refused(() -> read(zipped), "data.idx is damaged gzip data", "again");
  }

  @Test
  void absurdDimensionsCostNoMemory() throws IOException {
    int huge = Integer.MAX_VALUE;
    refused(() -> read(idx(0x08, new int[] {huge, huge}, new byte[9])), "ends after 9 of the");
    refused(() -> read(gzip(idx(0x08, new int[] {huge, huge}, new byte[9]))), "ends after 9");
    refused(() -> read(idx(0x0E, new int[] {huge, huge}, new byte[16])), "ends after 2 of the");
    refused(() -> read(idx(0x08, new int[] {1, huge, huge, huge}, new byte[9])), "values per row");
    refused(() -> read(idx(0x08, new int[] {0, 28, 28}, new byte[0])), "dimension 1 as 0");
    refused(() -> read(idx(0x08, new int[] {1, -1}, new byte[0])), "dimension 2 as 4294967295");
  }

  @Test
  void valuesThatAreNotFiniteAreLocated() throws IOException {
    byte[] file =
        idx(
            0x0D,
            new int[] {2, 2},
            bytes(
                out -> {
                  out.writeFloat(1);
                  out.writeFloat(1);
                  out.writeFloat(1);
                  out.writeFloat(Float.NaN);
                }));
    refused(() -> read(file), "data.idx: row index 1, column index 1 is NaN");
  }

  @Test
  void aFileThatMayNotBeReadIsNamed() throws IOException {
    Path path = write("secret.idx", idx(0x08, new int[] {1}, new byte[1]));
    assumeThat(path.toFile().setReadable(false)).isTrue();
    assumeThat(Files.isReadable(path)).as("root reads everything").isFalse();
    refused(() -> IdxFile.read(path), "secret.idx may not be read", "permissions");
  }

  @Test
  void streamsAreReadAndNamed() throws IOException {
    byte[] file = gzip(idx(0x08, new int[] {1}, new byte[] {7}));
    assertThat(IdxFile.read(new ByteArrayInputStream(file), "bundled").value(0, 0)).isEqualTo(7);
    refused(
        () -> IdxFile.read(new ByteArrayInputStream(new byte[] {1}), "bundled"),
        "bundled is not an IDX file");
  }

  @Property(tries = 300)
  void anyBytesAreADatasetOrADataException(
      @ForAll @Size(max = 60) byte[] tail, @ForAll boolean likely, @ForAll boolean zipped)
      throws IOException {
    byte[] content = tail;
    if (likely && tail.length > 4) {
      content[0] = 0;
      content[1] = 0;
      content[2] = (byte) (8 + Math.floorMod(content[2], 7));
      content[3] = (byte) (1 + Math.floorMod(content[3], 4));
    }
    byte[] file = zipped ? gzip(content) : content;
    try {
      assertThat(IdxFile.read(new ByteArrayInputStream(file), "fuzz").rows()).isPositive();
    } catch (DataException expected) {
      assertThat(expected).hasMessageContaining("fuzz").hasMessageNotContaining("\n");
    }
  }

  @Property(tries = 100)
  void whatIsWrittenIsRead(
      @ForAll @IntRange(min = 1, max = 5) int rows,
      @ForAll @IntRange(min = 1, max = 7) int height,
      @ForAll @IntRange(min = 1, max = 7) int width,
      @ForAll long seed)
      throws IOException {
    byte[] pixels = new byte[rows * height * width];
    new Random(seed).nextBytes(pixels);
    Dataset data =
        IdxFile.read(
            new ByteArrayInputStream(idx(0x08, new int[] {rows, height, width}, pixels)), "images");
    assertThat(data.fingerprint())
        .isEqualTo(Dataset.ofBytes(pixels, rows, height * width).fingerprint());
  }

  private Dataset read(byte[] content) throws IOException {
    return IdxFile.read(write("data.idx", content));
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] idx(int type, int[] dimensions, byte[] values) throws IOException {
    return bytes(
        out -> {
          out.write(new byte[] {0, 0, (byte) type, (byte) dimensions.length});
          for (int dimension : dimensions) {
            out.writeInt(dimension);
          }
          out.write(values);
        });
  }

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Writing writing) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writing.to(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }
}
