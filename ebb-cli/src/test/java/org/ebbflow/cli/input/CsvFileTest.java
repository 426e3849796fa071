package org.ebbflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.ebbflow.data.DataException;
import org.ebbflow.data.Dataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvFileTest {
  @TempDir Path folder;

  @Test
  void aHeaderGivesNames() throws IOException {
    Dataset data = read(" age ,income\n39,2174\n50.5,-1e3\n");
    assertThat(data.columnNames()).containsExactly("age", "income");
    assertThat(data.rows()).isEqualTo(2);
    assertThat(data.value(1, 0)).isEqualTo(50.5);
    assertThat(data.value(1, 1)).isEqualTo(-1000);
  }

  @Test
  void withoutAHeaderTheFirstRowCounts() throws IOException {
    Dataset data = read("1,2\n3,4");
    assertThat(data.columnNames()).isEmpty();
    assertThat(data.rows()).isEqualTo(2);
    assertThat(data.value(0, 1)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";", "\t", "|"})
  void delimitersAreFound(String delimiter) throws IOException {
    for (String header : new String[] {"", "a,b,c\n", "'x;y|z',b,c\n"}) {
      String text = (header + "1,2,3\n4,5,6\n").replace(",", delimiter).replace('\'', '"');
      Dataset data = read(text);
      assertThat(data.columns()).isEqualTo(3);
      assertThat(data.rows()).isEqualTo(2);
      assertThat(data.value(1, 2)).isEqualTo(6);
    }
  }

  @Test
  void aSingleColumnNeedsNoDelimiter() throws IOException {
    assertThat(read("x\n1\n\n2\n").rows()).isEqualTo(2);
    assertThat(read("7").value(0, 0)).isEqualTo(7);
  }

  @Test
  void blankLinesMarksQuotesAndLineEndingsAreTaken() throws IOException {
    Dataset data = read("\ufeff\n  \na,\"b \"\"x\"\"\"\r\n\r\n1,\"2.5\"\r\n \t\r\n +3 , .5\r\n\n");
    assertThat(data.columnNames()).containsExactly("a", "b \"x\"");
    assertThat(data.rows()).isEqualTo(2);
    assertThat(data.value(0, 1)).isEqualTo(2.5);
    assertThat(data.value(1, 1)).isEqualTo(0.5);
    assertThat(read("1,2\r3,4\r").rows()).isEqualTo(2);
  }

  @Test
  void gzipIsToldByContent() throws IOException {
    Path plain = write("plain.csv.gz", "1,2\n".getBytes(StandardCharsets.UTF_8));
    assertThat(CsvFile.read(plain).rows()).isEqualTo(1);
    Path zipped = write("zipped.csv", gzip("ä,b\n1,2\n".getBytes(StandardCharsets.UTF_8)));
    assertThat(CsvFile.read(zipped).columnNames()).containsExactly("ä", "b");
  }

  @Test
  void theLocaleDoesNotMatter() throws IOException {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(read("1.5,2\n").value(0, 0)).isEqualTo(1.5);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void faultsOfTheFileAreNamed() throws IOException {
    refused(() -> CsvFile.read(folder.resolve("none.csv")), "none.csv does not exist");
    refused(() -> CsvFile.read(folder), "is a folder");
    refused("", "table.csv is empty");
    refused("\n \n\n", "table.csv has only blank lines");
    refused("\ufeff", "table.csv has only blank lines");
    refused("a,b\n\n", "table.csv has a header and no rows");
    byte[] nothing = gzip(new byte[0]);
    refused(() -> CsvFile.read(write("table.csv", nothing)), "table.csv is empty");
    refused("1,2\n\0\0", "neither IDX nor text");
    byte[] utf16 = "a,b\n1,2\n".getBytes(StandardCharsets.UTF_16);
    refused(() -> CsvFile.read(write("table.csv", utf16)), "UTF-16", "save the file as UTF-8");
  }

  @Test
  void cutGzipIsNamedWhereverItIsCut() throws IOException {
    byte[] text = "1.25,2.5\n3,4\n".repeat(50).getBytes(StandardCharsets.UTF_8);
    byte[] zipped = gzip(text);
    for (int length = 2; length < zipped.length; length++) {
      Path path = write("cut.csv.gz", Arrays.copyOf(zipped, length));
      refused(() -> CsvFile.read(path), "cut.csv.gz ends in the middle of its gzip data");
    }
  }

  @Test
  void cutGzipBeyondTheSampleIsNamed() throws IOException {
    byte[] zipped = gzip(randomTable(20_000));
    Path path = write("cut.csv.gz", Arrays.copyOf(zipped, zipped.length - 100));
    refused(() -> CsvFile.read(path), "cut.csv.gz ends in the middle of its gzip data");
  }

  @Test
  void textThatIsNotUtf8IsLocated() throws IOException {
    byte[] latin = "gr\u00f6\u00dfe,b\n1,2\n".getBytes(StandardCharsets.ISO_8859_1);
    refused(() -> CsvFile.read(write("latin.csv", latin)), "latin.csv line 1 is not UTF-8 text");
    ByteArrayOutputStream late = new ByteArrayOutputStream();
    late.write(randomTable(5_000));
    late.write(new byte[] {'1', ',', (byte) 0xc3});
    refused(() -> CsvFile.read(write("late.csv", late.toByteArray())), "late.csv line 5001 is");
  }

  @Test
  void badHeadersAreNamed() throws IOException {
    refused("a,,c\n1,2,3\n", "table.csv line 1: column 2 has no name", "name every column");
    refused("\n a,b, a \n1,2,3\n", "table.csv line 2: two columns are named 'a'");
  }

  @Test
  void badCellsAreLocated() throws IOException {
    refused("a,b\n1,2\n3\n", "table.csv line 3 has 1 fields, the header has 2");
    refused("1,2\n\n3,4,5\n", "table.csv line 3 has 3 fields, the first row has 2");
    refused("a,b\n1,x\n", "table.csv line 2, column 'b': 'x' is not a number");
    refused("1,2\n1,x\n", "table.csv line 2, column 2: 'x' is not a number");
    refused("a,b\n1,?\n", "line 2, column 'b': '?' is not a number", "fill the cell");
    refused("a,b\n1,\n", "table.csv line 2, column 'b' is empty");
    refused("1,\n3,4\n", "table.csv line 1, column 2 is empty");
    refused("a,b\n1,  \n", "table.csv line 2, column 'b' is empty");
    refused("a\n\"\"\n", "table.csv line 2, column 'a' is empty");
    refused("a,b\nNaN,1\n", "table.csv line 2, column 'a': 'NaN' is not finite");
    refused("1,2\n-inf,1\n", "table.csv line 2, column 1: '-inf' is not finite");
    refused("nan,2\n1,1\n", "table.csv line 1, column 1: 'nan' is not finite");
    refused("1,2\n1e999,1\n", "'1e999' is not finite");
    refused("a;b\n1,5;2\n3,25;4\n", "column 'a': '1,5' has a decimal comma", "with a point");
    refused("a,b\n1,0x10\n", "'0x10' is not a number");
    refused("a,b\n1,2020-01-01\n", "'2020-01-01' is not a number");
  }

  @Test
  void longAndUnclosedTextIsShortened() throws IOException {
    String word = "lorem ipsum ".repeat(1000);
    assertThatThrownBy(() -> read("a,b\n1," + word + "\n"))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(300));
    refused("a,b\n1,\"2\n3,4\n5,6\n", "table.csv line 2, column 'b': '2 3,4 5,6' is not a number");
    refused("a,b\n1,\u001b[31m\n", "' [31m' is not a number");
  }

  @Test
  void aFieldBeyondAllBoundsIsRefused() throws IOException {
    byte[] endless = new byte[20_000_000];
    Arrays.fill(endless, (byte) '1');
    endless[0] = '"';
    refused(() -> CsvFile.read(write("table.csv", endless)), "table.csv is not a table");
  }

  @Test
  void aFileThatMayNotBeReadIsNamed() throws IOException {
    Path path = write("secret.csv", new byte[] {'1'});
    assumeThat(path.toFile().setReadable(false)).isTrue();
    assumeThat(Files.isReadable(path)).as("root reads everything").isFalse();
    refused(() -> CsvFile.read(path), "secret.csv may not be read");
  }

  private static byte[] randomTable(int rows) {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < rows; r++) {
      text.append(random.nextGaussian()).append(',').append(random.nextGaussian()).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private Dataset read(String text) throws IOException {
    return CsvFile.read(write("table.csv", text.getBytes(StandardCharsets.UTF_8)));
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private void refused(String text, String... parts) {
    refused(() -> read(text), parts);
  }

  private static void refused(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }
}
