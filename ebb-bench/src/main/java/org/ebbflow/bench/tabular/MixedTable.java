package org.ebbflow.bench.tabular;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableSource;

/** Tables of columns of several kinds, read from files or made up. */
final class MixedTable {
  private MixedTable() {}

  /**
   * Reads a table.
   *
   * @throws EbbException if there is no such file
   */
  static Table read(Path file) {
    if (!Files.exists(file)) {
      throw new EbbException("there is no " + file, "name the folder of data sets with --data");
    }
    return TableSource.read(file.toString());
  }

  /** So many rows drawn without replacement, in the table's order; all if there are fewer. */
  static Table drawn(Table table, int rows, long seed) {
    return rows >= table.rows() ? table : table.select(drawn(table.rows(), rows, seed));
  }

  /** So many of the numbers below {@code of}, rising; all if there are fewer. */
  static int[] drawn(int of, int rows, long seed) {
    List<Integer> all = new ArrayList<>(IntStream.range(0, of).boxed().toList());
    Collections.shuffle(all, new Random(seed));
    return all.stream().limit(rows).mapToInt(Integer::intValue).sorted().toArray();
  }

  /**
   * Two numbers, a whole number and two lists of categories, all of which hang together; the column
   * {@code answer} can be told from the others.
   */
  static Table toy(int rows, long seed) {
    Random random = new Random(seed);
    double[] x = new double[rows];
    double[] y = new double[rows];
    double[] count = new double[rows];
    String[] colour = new String[rows];
    String[] answer = new String[rows];
    for (int i = 0; i < rows; i++) {
      int group = random.nextInt(3);
      x[i] = 3 * group + random.nextGaussian();
      y[i] = x[i] + 0.3 * random.nextGaussian();
      count[i] = random.nextInt(5) + group;
      colour[i] = List.of("red", "green", "blue").get(group);
      answer[i] = y[i] + random.nextGaussian() > 4 ? "yes" : "no";
    }
    return Table.of(
        Column.numbers("x", x),
        Column.numbers("y", y),
        Column.integers("count", count),
        Column.texts("colour", colour),
        Column.texts("answer", answer));
  }
}
