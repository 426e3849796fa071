package org.ebbflow.bench.tabular;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableWriter;

/**
 * A table with a label of zeros and ones, split into rows to train on and rows to test on.
 *
 * @param train with the label
 * @param test with the label
 */
record LabelledTable(Table train, Table test) {
  static final String LABEL = "label";
  private static final int MOST_ROWS = 10_000;
  private static final double TRAIN_SHARE = 0.7;

  /**
   * Reads a table and splits it as ADBench does: of more than 10,000 rows 10,000 drawn, then 70 %
   * to train on, with the same share of ones in both parts. (ADBench also copies rows of small
   * tables, which may put copies of a row into both parts; that is left out.)
   *
   * <p>Source of the protocol: Han et al., "ADBench", 2022, arXiv:2206.09426.
   */
  static LabelledTable read(Path file, long seed) {
    return split(MixedTable.read(file), seed);
  }

  static LabelledTable split(Table all, long seed) {
    Random random = new Random(seed);
    Column label = all.column(LABEL);
    List<Integer> train = new ArrayList<>();
    List<Integer> test = new ArrayList<>();
    for (int value = 0; value <= 1; value++) {
      int wanted = value;
      List<Integer> rows =
          new ArrayList<>(
              IntStream.range(0, all.rows())
                  .filter(row -> label.number(row) == wanted)
                  .boxed()
                  .toList());
      Collections.shuffle(rows, random);
      double share = Math.min(1, (double) MOST_ROWS / all.rows());
      int kept = (int) Math.round(share * rows.size());
      int first = (int) Math.round(TRAIN_SHARE * kept);
      train.addAll(rows.subList(0, first));
      test.addAll(rows.subList(first, kept));
    }
    Collections.shuffle(train, random);
    Collections.shuffle(test, random);
    return new LabelledTable(all.select(indices(train)), all.select(indices(test)));
  }

  private static int[] indices(List<Integer> rows) {
    return rows.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Writes both parts beside each other, for programs in other languages. */
  void write(Path folder) {
    TableWriter.write(folder.resolve("train.csv"), train);
    TableWriter.write(folder.resolve("test.csv"), test);
  }

  /** The rows to train on, without their labels. */
  Table unlabelled() {
    return train.without(List.of(LABEL));
  }

  /** The labels of the rows to test on. */
  boolean[] testLabels() {
    Column label = test.column(LABEL);
    boolean[] labels = new boolean[test.rows()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = label.number(row) == 1;
    }
    return labels;
  }
}
