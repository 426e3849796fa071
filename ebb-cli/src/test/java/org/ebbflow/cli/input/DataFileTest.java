package org.ebbflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.ebbflow.cli.input.DataFile.Description;
import org.ebbflow.cli.input.DataFile.Format;
import org.ebbflow.cli.input.DataFile.Summary;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.Dataset.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFileTest {
  private static final byte[] TWO_IMAGES = {
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 7, (byte) 200, 7
  };

  private static Path scratch;

  @TempDir Path folder;

  @BeforeContainer
  static void makeScratch() throws IOException {
    scratch = Files.createTempFile("ebb", ".data");
  }

  @AfterContainer
  static void removeScratch() throws IOException {
    Files.deleteIfExists(scratch);
  }

  @Test
  void formatsAreToldByContent() throws IOException {
    Path images = Files.write(folder.resolve("images.csv"), TWO_IMAGES);
    assertThat(DataFile.read(images).imageShape()).contains(new ImageShape(1, 1, 2));
    Path zipped = Files.write(folder.resolve("images"), CsvFileTest.gzip(TWO_IMAGES));
    assertThat(DataFile.read(zipped).isBytes()).isTrue();
    Path table = Files.writeString(folder.resolve("table.idx"), "a\n1\n");
    assertThat(DataFile.read(table).columnNames()).containsExactly("a");
  }

  @Test
  void tablesAreDescribedColumnByColumn() throws IOException {
    byte[] text =
        "a,b,c\n1,5,2e9\n2,5,2000000001\n6,5,2000000002\n".getBytes(StandardCharsets.UTF_8);
    Path path = Files.write(folder.resolve("t.csv"), CsvFileTest.gzip(text));
    Description about = DataFile.describe(path);
    assertThat(about.format()).isEqualTo(Format.CSV);
    assertThat(about.compressed()).isTrue();
    assertThat(about.bytes()).isEqualTo(Files.size(path));
    assertThat(about.rows()).isEqualTo(3);
    assertThat(about.columns()).isEqualTo(3);
    assertThat(about.imageShape()).isEmpty();
    assertThat(about.constantColumns()).containsExactly("b");
    assertThat(about.fingerprint()).isEqualTo(DataFile.read(path).fingerprint());
    Summary a = about.summaries().get(0);
    assertThat(a.label()).isEqualTo("a");
    assertThat(List.of(a.min(), a.mean(), a.max())).containsExactly(1.0, 3.0, 6.0);
    assertThat(a.sd()).isCloseTo(Math.sqrt(14 / 3.0), within(1e-12));
    assertThat(about.summaries().get(1)).isEqualTo(new Summary("b", 5, 5, 5, 0));
    // A sum of squares would have no digit left of this one.
    assertThat(about.summaries().get(2).sd()).isCloseTo(Math.sqrt(2 / 3.0), within(1e-9));
  }

  @Test
  void namelessColumnsAreNumbered() throws IOException {
    Description about = DataFile.describe(Files.writeString(folder.resolve("t.csv"), "1,2\n3,2\n"));
    assertThat(about.summaries())
        .extracting(Summary::label)
        .containsExactly("column 1", "column 2");
    assertThat(about.constantColumns()).containsExactly("column 2");
    assertThat(about.compressed()).isFalse();
  }

  @Test
  void imagesAreDescribedAsAWhole() throws IOException {
    Description about = DataFile.describe(Files.write(folder.resolve("i"), TWO_IMAGES));
    assertThat(about.format()).isEqualTo(Format.IDX);
    assertThat(about.imageShape()).contains(new ImageShape(1, 1, 2));
    assertThat(about.constantColumns()).containsExactly("column 2");
    assertThat(about.summaries()).hasSize(1);
    Summary pixels = about.summaries().get(0);
    assertThat(pixels.label()).isEqualTo("pixels");
    assertThat(List.of(pixels.min(), pixels.max())).containsExactly(0.0, 200.0);
    assertThat(pixels.mean()).isCloseTo(53.5, within(1e-12));
    assertThat(pixels.sd()).isCloseTo(Math.sqrt(28696 / 4.0), within(0.2));
  }

  @Test
  void theBundledImagesAreTheTestImagesOfMnist() {
    Dataset images = BundledMnist.images();
    assertThat(images.rows()).isEqualTo(10_000);
    assertThat(images.isBytes()).isTrue();
    assertThat(images.imageShape()).contains(new ImageShape(1, 28, 28));
    double[] all = new double[784];
    double sum = 0;
    for (int r = 0; r < images.rows(); r++) {
      images.gather(new int[] {r}, all);
      for (double pixel : all) {
        sum += pixel;
      }
    }
    assertThat(sum / 255 / 784 / 10_000).isCloseTo(0.1325, within(5e-4));
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13};
    Path path = Files.write(folder.resolve("x.png"), png);
    assertThatThrownBy(() -> DataFile.read(path))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("x.png is neither IDX nor text");
    assertThatThrownBy(() -> DataFile.describe(folder.resolve("none")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none does not exist");
  }

  @Property(tries = 60)
  void tablesSurviveWritingAndReading(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 8) int columns,
      @ForAll boolean zipped,
      @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int c = 0; c < columns; c++) {
        double any = Double.longBitsToDouble(random.nextLong());
        row[c] = Double.isFinite(any) ? any : random.nextInt(1000);
      }
    }
    List<String> names =
        random.ints(columns).mapToObj(i -> i % 2 == 0 ? "\"n, " + i : "n;" + i).distinct().toList();
    Path path = scratch.resolveSibling(scratch.getFileName() + (zipped ? ".csv.gz" : ".csv"));
    try (CsvOutput out = new CsvOutput(path, names)) {
      for (double[] row : values) {
        out.row(row);
      }
      out.finish();
      Dataset data = DataFile.read(path);
      assertThat(data.columnNames()).isEqualTo(names);
      assertThat(data.fingerprint()).isEqualTo(Dataset.of(values).fingerprint());
    } finally {
      Files.deleteIfExists(path);
    }
  }

  @Property(tries = 200)
  void anyBytesAreADatasetOrADataException(
      @ForAll @Size(max = 80) byte[] content, @ForAll boolean zipped) throws IOException {
    onlyDataExceptions(zipped ? CsvFileTest.gzip(content) : content);
  }

  @Property(tries = 300)
  void almostTablesAreADatasetOrADataException(
      @ForAll
          @StringLength(max = 60)
          @CharRange(from = '0', to = '3')
          @Chars({',', ';', '\n', '\r', '"', '.', '-', 'e', ' ', 'a', '\t', '\u00e9'})
          String text)
      throws IOException {
    onlyDataExceptions(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void onlyDataExceptions(byte[] content) throws IOException {
    Files.write(scratch, content);
    try {
      assertThat(DataFile.read(scratch).rows()).isPositive();
    } catch (DataException expected) {
      assertThat(expected).hasMessageContaining(scratch.toString()).hasMessageNotContaining("\n");
    }
  }
}
