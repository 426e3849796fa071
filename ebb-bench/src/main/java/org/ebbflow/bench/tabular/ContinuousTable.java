package org.ebbflow.bench.tabular;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ebbflow.data.Dataset;
import org.ebbflow.tabular.schema.ColumnKind;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableWriter;

/**
 * The numbers of a table made fit for densities, in three parts.
 *
 * <ol>
 *   <li>Columns of text are dropped, and rows in which a number is missing.
 *   <li>A column in which any value occurs twice gets uniform noise as wide as the smallest
 *       distance between two of its values. A density could grow without bound on repeated values,
 *       and what would be compared is who comes nearest to infinity.
 *   <li>Rows are shuffled; a tenth is for testing, another for validation. Where a table comes as
 *       two files, the second is for testing.
 *   <li>Columns are standardised by mean and deviation of the training rows and rounded to single
 *       precision, so that whoever reads them has the same numbers.
 * </ol>
 *
 * @param train rows to train on
 * @param validation rows to choose by
 * @param test rows seen by nothing but the last figure
 */
record ContinuousTable(Table train, Table validation, Table test) {

  /**
   * Prepares one file.
   *
   * @param columns which to take, none for all that are numbers
   * @param dropped columns left out
   * @param mostRows of it; more are drawn from
   * @param seed of noise and order
   */
  static ContinuousTable read(
      Path file, List<String> columns, List<String> dropped, int mostRows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> names = new ArrayList<>();
    List<double[]> rows = rows(List.of(MixedTable.read(file)), columns, dropped, names);
    dequantise(rows, random);
    BenchmarkTable.shuffle(rows, random);
    List<double[]> kept = rows.subList(0, Math.min(mostRows, rows.size()));
    int tenth = kept.size() / 10;
    return standardised(names, kept, kept.size() - 2 * tenth, tenth);
  }

  /** Prepares two files, the second of which is for testing; a tenth of the first validates. */
  static ContinuousTable read(Path file, Path test, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> names = new ArrayList<>();
    Table first = MixedTable.read(file);
    List<double[]> rows = rows(List.of(first, MixedTable.read(test)), List.of(), List.of(), names);
    dequantise(rows, random);
    int seen = rows(List.of(first), names, List.of(), new ArrayList<>()).size();
    List<double[]> shuffled = new ArrayList<>(rows.subList(0, seen));
    BenchmarkTable.shuffle(shuffled, random);
    shuffled.addAll(rows.subList(seen, rows.size()));
    return standardised(names, shuffled, seen - seen / 10, seen / 10);
  }

  /** Prepares a table that is in memory. */
  static ContinuousTable of(Table table, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> names = new ArrayList<>();
    List<double[]> rows = rows(List.of(table), List.of(), List.of(), names);
    dequantise(rows, random);
    BenchmarkTable.shuffle(rows, random);
    int tenth = rows.size() / 10;
    return standardised(names, rows, rows.size() - 2 * tenth, tenth);
  }

  /** Rows without gaps of the tables one after the other; names of their columns are added. */
  private static List<double[]> rows(
      List<Table> tables, List<String> columns, List<String> dropped, List<String> names) {
    for (Column column : tables.get(0).columns()) {
      boolean wanted =
          columns.isEmpty() ? !dropped.contains(column.name()) : columns.contains(column.name());
      if (wanted && column.type().isNumeric()) {
        names.add(column.name());
      }
    }
    List<double[]> rows = new ArrayList<>();
    for (Table table : tables) {
      List<Column> chosen = names.stream().map(table::column).toList();
      for (int i = 0; i < table.rows(); i++) {
        double[] row = new double[chosen.size()];
        for (int j = 0; j < row.length; j++) {
          row[j] = chosen.get(j).number(i);
        }
        if (Arrays.stream(row).noneMatch(Double::isNaN)) {
          rows.add(row);
        }
      }
    }
    return rows;
  }

  /** Adds the noise, in place. */
  private static void dequantise(List<double[]> rows, SplittableRandom random) {
    for (int j = 0; j < rows.get(0).length; j++) {
      double width = grid(rows, j);
      for (double[] row : rows) {
        row[j] += width * random.nextDouble();
      }
    }
  }

  /** The smallest distance between two values of a column, 0 if none of them occurs twice. */
  private static double grid(List<double[]> rows, int column) {
    double[] sorted = rows.stream().mapToDouble(row -> row[column]).sorted().toArray();
    double least = Double.POSITIVE_INFINITY;
    boolean repeats = false;
    for (int i = 1; i < sorted.length; i++) {
      double distance = sorted[i] - sorted[i - 1];
      repeats |= distance == 0;
      least = distance > 0 ? Math.min(least, distance) : least;
    }
    return repeats && Double.isFinite(least) ? least : 0;
  }

  private static ContinuousTable standardised(
      List<String> names, List<double[]> rows, int train, int validation) {
    List<double[]> scaled = BenchmarkTable.standardised(rows, rows.subList(0, train));
    return new ContinuousTable(
        table(names, scaled.subList(0, train)),
        table(names, scaled.subList(train, train + validation)),
        table(names, scaled.subList(train + validation, scaled.size())));
  }

  private static Table table(List<String> names, List<double[]> rows) {
    List<Column> columns = new ArrayList<>();
    for (int j = 0; j < names.size(); j++) {
      int column = j;
      columns.add(
          Column.numbers(
              names.get(j), rows.stream().mapToDouble(row -> (float) row[column]).toArray()));
    }
    return Table.of(columns);
  }

  /** All columns as continuous ones, whatever their values look like. */
  Schema schema() {
    return Schema.of(
        train.names().stream()
            .map(name -> ColumnSpec.of(name, ColumnType.NUMBER, ColumnKind.CONTINUOUS))
            .toList());
  }

  /** The rows of a part as they are. */
  static Dataset dataset(Table part) {
    double[][] rows = new double[part.rows()][part.columns().size()];
    for (int j = 0; j < part.columns().size(); j++) {
      double[] values = part.columns().get(j).numbers();
      for (int i = 0; i < rows.length; i++) {
        rows[i][j] = values[i];
      }
    }
    return Dataset.of(rows);
  }

  /** Writes the parts beside each other, for programs in other languages. */
  void write(Path folder) {
    TableWriter.write(folder.resolve("train.csv"), train);
    TableWriter.write(folder.resolve("validation.csv"), validation);
    TableWriter.write(folder.resolve("test.csv"), test);
  }
}
