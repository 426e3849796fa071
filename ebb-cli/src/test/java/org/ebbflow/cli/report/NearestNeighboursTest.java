package org.ebbflow.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNeighboursTest {
  @ParameterizedTest
  @CsvSource({"1300,150,7,5", "512,64,2,1", "3,10,4,9", "40,1,1,40", "0,3,2,2", "5,3,0,2"})
  void agreesWithSortingAllDistances(int rows, int columns, int count, int k) {
    Random random = new Random(7);
    float[][] table = random(random, rows, columns);
    float[][] samples = random(random, count, columns);

    Neighbour[][] found = NearestNeighbours.of(new InMemory(table, columns)).find(samples, k);

    assertThat(found).hasNumberOfRows(count);
    for (int i = 0; i < count; i++) {
      float[] sample = samples[i];
      Integer[] expected =
          IntStream.range(0, rows)
              .boxed()
              .sorted(Comparator.comparingDouble(r -> distance(sample, table[r])))
              .limit(k)
              .toArray(Integer[]::new);
      assertThat(found[i]).extracting(Neighbour::row).containsExactly(expected);
      for (Neighbour neighbour : found[i]) {
        assertThat(neighbour.distance())
            .isCloseTo(distance(sample, table[neighbour.row()]), within(1e-9));
      }
    }
  }

  @Test
  void theEarlierOfTwoEqualRowsComesFirst() {
    float[][] table = new float[2000][];
    for (int i = 0; i < table.length; i++) {
      table[i] = new float[] {i % 2 == 0 ? 9 : 1};
    }

    Neighbour[][] found = NearestNeighbours.of(new InMemory(table, 1)).find(new float[][] {{1}}, 3);

    assertThat(found[0])
        .containsExactly(new Neighbour(1, 0), new Neighbour(3, 0), new Neighbour(5, 0));
  }

  @Test
  void everyRowIsReadOnceAndInOrder() {
    InMemory table = new InMemory(new float[1500][2], 2);

    NearestNeighbours.of(table).find(new float[3][2], 2);

    assertThat(table.reads).isEqualTo(1500);
  }

  @Test
  void valuesThatAreNotFiniteAreNamed() {
    float[][] table = new float[600][2];
    table[555][1] = Float.NaN;

    assertThatExceptionOfType(EbbException.class)
        .isThrownBy(() -> NearestNeighbours.of(new InMemory(table, 2)).find(new float[1][2], 1))
        .withMessageStartingWith("row 555 of the table has NaN in column 1");
    assertThatExceptionOfType(EbbException.class)
        .isThrownBy(
            () ->
                NearestNeighbours.of(new InMemory(new float[9][1], 1))
                    .find(new float[][] {{0}, {Float.NEGATIVE_INFINITY}}, 1))
        .withMessageStartingWith("sample 1 has -Infinity in column 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NearestNeighbours.of(new InMemory(table, 2)).find(new float[1][3], 1))
        .withMessage("sample 0 has 3 values, a row of the table has 2");
  }

  @RepeatedTest(50)
  void anInterruptEndsTheSearch() {
    Thread.currentThread().interrupt();

    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () -> NearestNeighbours.of(new InMemory(new float[9][1], 1)).find(new float[1][1], 1));

    assertThat(Thread.interrupted()).isTrue();
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.pow((double) a[i] - b[i], 2);
    }
    return Math.sqrt(sum);
  }

  private static float[][] random(Random random, int rows, int columns) {
    float[][] values = new float[rows][columns];
    for (float[] row : values) {
      for (int i = 0; i < columns; i++) {
        row[i] = random.nextInt(256);
      }
    }
    return values;
  }

  private static final class InMemory implements RowReader {
    private final float[][] values;
    private final int columns;
    private int reads;

    InMemory(float[][] values, int columns) {
      this.values = values;
      this.columns = columns;
    }

    @Override
    public int rows() {
      return values.length;
    }

    @Override
    public int columns() {
      return columns;
    }

    @Override
    public void copyRow(int row, float[] into) {
      assertThat(row).isEqualTo(reads++);
      System.arraycopy(values[row], 0, into, 0, columns);
    }
  }
}
