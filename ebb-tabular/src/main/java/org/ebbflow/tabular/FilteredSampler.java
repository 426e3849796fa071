package org.ebbflow.tabular;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableFormat;
import org.ebbflow.tabular.table.TableSource;
import org.ebbflow.tabular.table.TableWriter;
import org.ebbflow.tensor.Rng;

/**
 * Draws from a model by rejection: exact draws from its distribution given a condition, at the cost
 * of all that do not meet it.
 */
public final class FilteredSampler {
  private static final int BATCH = 20_000;
  private static final int FIRST_BATCH = 2_000;

  /** Draws after which a condition that none has met is given up. */
  private static final long MOST_IN_VAIN = 200_000;

  private static final long MOST_DRAWS = 2_000_000;

  private final TabularModel model;
  private final long seed;
  private final DoubleConsumer progress;

  /**
   * @param seed of the draws
   * @param progress told the share done, 0 to 1
   */
  public FilteredSampler(TabularModel model, long seed, DoubleConsumer progress) {
    this.model = model;
    this.seed = seed;
    this.progress = progress;
  }

  /**
   * {@code n} draws that meet a condition.
   *
   * @param where what a SELECT would have after WHERE, as {@code class = 'a' and age > 30}; it is
   *     SQL of this machine's, which can read its files: never a stranger's
   * @throws EbbException if the condition is not valid, or so few draws meet it that two million
   *     would not hold enough
   */
  public Table where(int n, String where) {
    String sql = "SELECT CASE WHEN (" + where + "\n) THEN 1 ELSE 0 END AS met FROM data";
    return collect(n, "the condition " + where, draws -> draws.select(met(draws, sql))).slice(0, n);
  }

  /** The rows for which a query over a file of them says 1. */
  private static int[] met(Table draws, String sql) {
    try {
      Path file = Files.createTempFile("ebb-draws", ".parquet");
      try {
        TableWriter.write(file, draws);
        try (TableSource source =
            TableSource.query(sql, List.of(file.toString()), TableFormat.customary())) {
          Column met = source.readAll().column("met");
          return IntStream.range(0, met.rows()).filter(row -> met.number(row) == 1).toArray();
        }
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Draws with equally many of each value that a column of texts, truth values or few whole numbers
   * has.
   *
   * @param n how many in all; the first values have one more where it does not divide
   * @throws EbbException if the column has too many values, or one is too rare
   */
  public Table balanced(int n, String column) {
    model.schema().column(column);
    List<String> values = values(column);
    int[] wanted = new int[values.size()];
    for (int i = 0; i < n; i++) {
      wanted[i % wanted.length]++;
    }
    Map<String, Integer> left = new LinkedHashMap<>();
    for (int i = 0; i < wanted.length; i++) {
      left.put(values.get(i), wanted[i]);
    }
    return collect(
        n,
        "equal shares of " + column + " (" + values.size() + " values)",
        draws -> {
          List<Integer> kept = new ArrayList<>();
          Column drawn = draws.column(column);
          for (int row = 0; row < draws.rows(); row++) {
            String value = drawn.text(row);
            Integer room = value == null ? null : left.get(value);
            if (value != null && room != null && room > 0) {
              left.put(value, room - 1);
              kept.add(row);
            }
          }
          return draws.select(kept.stream().mapToInt(Integer::intValue).toArray());
        });
  }

  private List<String> values(String column) {
    Column drawn = model.sample(BATCH, seed - 1).column(column);
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (int row = 0; row < drawn.rows(); row++) {
      String value = drawn.text(row);
      if (value != null) {
        counts.merge(value, 1, Integer::sum);
      }
    }
    if (counts.size() < 2 || counts.size() > 100) {
      throw new EbbException(
          "column '"
              + column
              + "' has "
              + counts.size()
              + (counts.size() > 100 ? " or more" : "")
              + " different values",
          "balance a column of 2 to 100 categories");
    }
    return counts.keySet().stream().sorted().toList();
  }

  private Table collect(int n, String what, Function<Table, Table> keep) {
    if (n < 1) {
      throw new EbbException(n + " draws are wanted", "ask for 1 or more");
    }
    List<Table> kept = new ArrayList<>();
    int rows = 0;
    long drawn = 0;
    for (int batch = 0; rows < n; batch++) {
      if (drawn >= MOST_DRAWS || (rows == 0 && drawn >= MOST_IN_VAIN)) {
        throw new EbbException(
            String.format(
                Locale.ROOT, "%s: %,d of %,d draws met it, %,d are wanted", what, rows, drawn, n),
            rows == 0 ? "give one that the model's rows can meet" : "ask for fewer rows");
      }
      int size = batch == 0 ? FIRST_BATCH : BATCH;
      drawn += size;
      Table met = keep.apply(model.sample(size, Rng.mix(seed, batch)));
      if (met.rows() > 0) {
        kept.add(met);
        rows += met.rows();
      }
      progress.accept(Math.min(1, rows / (double) n));
    }
    return Table.concatenate(kept);
  }
}
