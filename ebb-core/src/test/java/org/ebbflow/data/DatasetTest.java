package org.ebbflow.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.ebbflow.data.Dataset.ImageShape;
import org.junit.jupiter.api.Test;

class DatasetTest {
  private static final double[][] TABLE = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {-1, 0.5, 1e300}};

  @Test
  void doublesAreCopiedAndKept() {
    double[][] values = {{1, 2}, {3, 4}};
    Dataset data = Dataset.of(values);
    values[1][0] = 99;
    assertThat(data.rows()).isEqualTo(2);
    assertThat(data.columns()).isEqualTo(2);
    assertThat(data.isBytes()).isFalse();
    assertThat(data.value(1, 0)).isEqualTo(3);
    assertThat(data.columnNames()).isEmpty();
    assertThat(data.imageShape()).isEmpty();
    assertThat(data.columnLabel(1)).isEqualTo("column 2");
    assertThat(data).hasToString("Dataset[2 × 2 doubles]");
  }

  @Test
  void floatsKeepTheirExactValue() {
    assertThat(Dataset.of(new float[][] {{0.1f}}).value(0, 0)).isEqualTo((double) 0.1f);
  }

  @Test
  void bytesAreUnsignedAndCopied() {
    byte[] values = {0, 127, (byte) 128, (byte) 255};
    Dataset data = Dataset.ofBytes(values, 2, 2);
    values[3] = 0;
    double[] doubles = new double[4];
    data.gather(new int[] {1, 0}, doubles);
    assertThat(doubles).containsExactly(128, 255, 0, 127);
    byte[] bytes = new byte[2];
    data.gather(new int[] {1}, bytes);
    assertThat(bytes).containsExactly((byte) 128, (byte) 255);
    assertThat(data.isBytes()).isTrue();
    assertThat(data.value(1, 1)).isEqualTo(255);
  }

  @Test
  void subsetsOfSubsetsSeeTheOriginalRows() {
    Dataset subset = Dataset.of(TABLE).subset(new int[] {3, 1, 1}).subset(new int[] {2, 0});
    double[] out = new double[6];
    subset.gather(new int[] {0, 1}, out);
    assertThat(out).containsExactly(4, 5, 6, -1, 0.5, 1e300);
    assertThat(Dataset.of(TABLE).subset(new int[0]).rows()).isZero();
  }

  @Test
  void namesAndShapeSurviveSubsetAndSplit() {
    Dataset data =
        Dataset.ofBytes(new byte[12], 3, 4)
            .withColumnNames(List.of("a", "b", "c", "d"))
            .withImageShape(new ImageShape(1, 2, 2));
    Dataset part = data.split(1, 7).validation().subset(new int[] {0});
    assertThat(part.columnNames()).containsExactly("a", "b", "c", "d");
    assertThat(part.columnLabel(1)).isEqualTo("b");
    assertThat(part.imageShape()).contains(new ImageShape(1, 2, 2));
    assertThat(data.withColumnNames(List.of()).columnNames()).isEmpty();
  }

  @Test
  void splitIsAPartitionInFileOrder() {
    Dataset data = counting(1000);
    Dataset.Split split = data.split(300, 42);
    int[] train = firstColumn(split.train());
    int[] validation = firstColumn(split.validation());
    assertThat(train).hasSize(700).isSorted();
    assertThat(validation).hasSize(300).isSorted();
    assertThat(IntStream.concat(IntStream.of(train), IntStream.of(validation)).sorted().toArray())
        .isEqualTo(IntStream.range(0, 1000).toArray());
    assertThat(IntStream.of(validation).average().orElseThrow()).isCloseTo(500, within(60.0));
  }

  @Test
  void splitDependsOnTheSeedAloneAndNeverChanges() {
    // Held-out rows belong to published numbers: these must be the same in every version of Ebb.
    assertThat(firstColumn(counting(20).split(5, 1).validation())).containsExactly(GOLDEN);
    assertThat(firstColumn(counting(20).split(5, 2).validation())).isNotEqualTo(GOLDEN);
  }

  private static final int[] GOLDEN = {2, 12, 14, 16, 17};

  @Test
  void splitOfNothingHoldsOutNothing() {
    Dataset.Split split = counting(3).split(0, 1);
    assertThat(split.train().rows()).isEqualTo(3);
    assertThat(split.validation().rows()).isZero();
    assertThat(split.validation().columns()).isEqualTo(1);
  }

  @Test
  void everyRowIsHeldOutEquallyOften() {
    int[] held = new int[10];
    Dataset data = counting(10);
    for (int seed = 0; seed < 5000; seed++) {
      for (int row : firstColumn(data.split(3, seed).validation())) {
        held[row]++;
      }
    }
    for (int count : held) {
      assertThat(count).isBetween(1350, 1650);
    }
  }

  @Test
  void fingerprintDependsOnContentShapeAndKind() {
    String print = Dataset.of(TABLE).fingerprint();
    assertThat(print).matches("[0-9a-f]{64}").isEqualTo(Dataset.of(TABLE).fingerprint());
    Dataset bytes = Dataset.ofBytes(new byte[] {1, 2, 3, 4}, 2, 2);
    assertThat(
            List.of(
                print,
                Dataset.of(TABLE).subset(new int[] {1, 0, 2, 3}).fingerprint(),
                Dataset.of(TABLE).subset(new int[] {0, 1, 2}).fingerprint(),
                bytes.fingerprint(),
                Dataset.ofBytes(new byte[] {1, 2, 3, 4}, 1, 4).fingerprint(),
                Dataset.of(new double[][] {{1, 2}, {3, 4}}).fingerprint(),
                Dataset.of(new double[][] {{1, 2}, {3, Math.nextUp(4.0)}}).fingerprint()))
        .doesNotHaveDuplicates();
    assertThat(bytes.withColumnNames(List.of("a", "b")).fingerprint())
        .isEqualTo(bytes.fingerprint());
    assertThat(bytes.subset(new int[] {0, 1}).fingerprint()).isEqualTo(bytes.fingerprint());
  }

  @Test
  void fingerprintNeverChanges() {
    // sha256 of "u8", 00000002 00000002, 01 02 03 04, computed elsewhere.
    assertThat(Dataset.ofBytes(new byte[] {1, 2, 3, 4}, 2, 2).fingerprint())
        .isEqualTo("719c327a425019685be47cd41ef753571868424364202ac277da6867378645be");
    // sha256 of "f64", 00000001 00000001, 3ff0000000000000.
    assertThat(Dataset.of(new double[][] {{1}}).fingerprint())
        .isEqualTo("a4e1becb51c79c56406e3cd745a669e7b9443891a43da6da8d16d0f20e188ca8");
  }

  @Test
  void tablesLargerThanAChunkAreWhole() {
    // 300 columns make chunks of 2048 rows; 5000 rows fill two and a half.
    int rows = 5000;
    int columns = 300;
    byte[] bytes = new byte[rows * columns];
    new Random(3).nextBytes(bytes);
    Dataset data = Dataset.ofBytes(bytes, rows, columns);
    DatasetBuilder builder = new DatasetBuilder(columns);
    double[] row = new double[columns];
    for (int r = 0; r < rows; r++) {
      data.gather(new int[] {r}, row);
      builder.add(row);
    }
    assertThat(builder.rows()).isEqualTo(rows);
    Dataset doubles = builder.build();
    byte[] back = new byte[bytes.length];
    data.gather(IntStream.range(0, rows).toArray(), back);
    assertThat(back).isEqualTo(bytes);
    for (int r : new int[] {0, 2047, 2048, 4095, 4096, 4999}) {
      assertThat(doubles.value(r, 299)).isEqualTo(bytes[r * columns + 299] & 0xff);
    }
  }

  @Test
  void rowsLongerThanAChunkAreWhole() {
    double[][] values = new double[2][(1 << 20) + 5];
    values[0][1 << 20] = 3;
    values[1][(1 << 20) + 4] = 4;
    Dataset data = Dataset.of(values);
    assertThat(data.value(0, 1 << 20)).isEqualTo(3);
    assertThat(data.value(1, (1 << 20) + 4)).isEqualTo(4);
  }

  @Test
  void mistakesAreNamed() {
    refused(() -> Dataset.of(new double[0][]), "without rows");
    refused(() -> Dataset.of(new float[0][]), "without rows");
    refused(() -> Dataset.of(new double[][] {{}}), "0 columns");
    refused(() -> Dataset.of(new double[][] {{1, 2}, {3}}), "row index 1 has 1 values", "has 2");
    refused(() -> Dataset.of(new float[][] {{1, 2}, {3}}), "row index 1 has 1 values");
    refused(
        () -> Dataset.of(new double[][] {{1, 2}, {3, Double.NaN}}),
        "row index 1, column index 1 is NaN");
    refused(
        () -> Dataset.of(new float[][] {{Float.POSITIVE_INFINITY}}),
        "row index 0, column index 0 is Infinity");
    refused(() -> Dataset.ofBytes(new byte[3], 2, 2), "3 bytes for 2 rows of 2 columns");
    refused(() -> Dataset.ofBytes(new byte[0], 0, 2), "without rows");
    refused(() -> Dataset.ofBytes(new byte[4], -2, -2), "-2 columns");
    refused(() -> Dataset.ofBytes(new byte[0], 1 << 16, 1 << 16), "0 bytes for 65536 rows");
    Dataset data = Dataset.of(TABLE);
    refused(() -> data.withColumnNames(List.of("a")), "1 names for 3 columns");
    refused(() -> data.withColumnNames(List.of("a", "b", "a")), "two columns are named 'a'");
    refused(() -> data.withColumnNames(List.of("a", " ", "c")), "column index 1 is empty");
    refused(() -> data.withImageShape(new ImageShape(1, 2, 2)), "1×2×2 image has 4 values");
    refused(() -> new ImageShape(0, 2, 2), "image shape 0×2×2");
    refused(() -> new ImageShape(3, 1 << 20, 1 << 20), "too many values");
    refused(() -> data.value(4, 0), "no row index 4", "use 0 to 3");
    refused(() -> data.value(0, -1), "no column index -1", "use 0 to 2");
    refused(() -> data.subset(new int[] {0, 9}), "no row index 9");
    refused(() -> data.subset(new int[0]).value(0, 0), "no row index 0");
    refused(() -> data.gather(new int[] {-1}, new double[3]), "no row index -1");
    refused(() -> data.gather(new int[] {0, 1}, new double[5]), "room for 6 values");
    refused(() -> data.gather(new int[] {0}, new byte[3]), "holds doubles");
    refused(() -> data.split(4, 1), "cannot hold out 4 of 4 rows");
    refused(() -> data.split(-1, 1), "cannot hold out -1");
  }

  @Test
  void aGatherBeyondOneArrayIsRefusedNotWrappedAround() {
    Dataset wide = Dataset.ofBytes(new byte[1 << 17], 1, 1 << 17);
    // 2^17 columns times 2^15 rows is 2^32, which an int would call 0.
    refused(() -> wide.gather(new int[1 << 15], new double[10]), "room for 4294967296 values");
  }

  @Test
  void aBuilderTakesWholeRowsUntilItIsBuilt() {
    DatasetBuilder builder = new DatasetBuilder(2);
    refused(() -> new DatasetBuilder(2).build(), "without rows");
    refused(() -> builder.add(new double[] {1}), "row index 0 has 1 values, not 2");
    builder.add(new double[] {1, 2});
    refused(() -> builder.add(new double[] {1, Double.NaN}), "row index 1, column index 1 is NaN");
    assertThat(builder.build().rows()).isEqualTo(1);
    assertThatThrownBy(() -> builder.add(new double[] {1, 2}))
        .isInstanceOf(IllegalStateException.class);
  }

  private static Dataset counting(int rows) {
    return Dataset.of(
        IntStream.range(0, rows).mapToObj(r -> new double[] {r}).toArray(double[][]::new));
  }

  private static int[] firstColumn(Dataset data) {
    return IntStream.range(0, data.rows()).map(r -> (int) data.value(r, 0)).toArray();
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }
}
