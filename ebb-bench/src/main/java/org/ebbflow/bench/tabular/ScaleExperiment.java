package org.ebbflow.bench.tabular;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Cell;
import org.ebbflow.bench.reproduce.Context;
import org.ebbflow.bench.reproduce.Experiment;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.bench.speed.PeakMemory;
import org.ebbflow.cli.Main;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.FitOptions;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableFormat;
import org.ebbflow.tabular.table.TableSource;
import org.ebbflow.tabular.table.TableWriter;

/**
 * How fast long tables are scored, and in how much memory: rows of ten mixed columns in Parquet, a
 * model of the first of them, and {@code ebb score} over all.
 */
public final class ScaleExperiment implements Experiment {
  private static final int PIECE = 100_000;
  private static final int TRAINING_ROWS = 20_000;

  /** Uniform numbers of a row are hashes of its index: the table is the same everywhere. */
  private static final String UNIFORM = "(hash(i * 16 + %d) %% 1000003 + 0.5) / 1000003";

  private static final String ROWS =
      """
      SELECT 'k' || i AS id,
             round(exp(4 + 0.8 * a), 2) AS amount,
             CASE WHEN u5 < 0.05 THEN NULL ELSE 10 + 3 * a + b END AS balance,
             CAST(18 + floor(60 * u3) AS INTEGER) AS age,
             CAST(floor(-4 * ln(u4) * exp(0.3 * b)) AS INTEGER) AS visits,
             u6 < 0.5 + 0.4 * (a > 0)::INTEGER - 0.2 AS member,
             ['north', 'south', 'east', 'west'][1 + CAST(floor(4 * u7 * u7) AS INTEGER)] AS region,
             CASE WHEN b > 0.5 THEN 'gold' WHEN u8 < 0.3 THEN 'silver' ELSE 'plain' END AS class,
             make_timestamp(2020 + CAST(floor(5 * u9) AS BIGINT), 1, 1, 0, 0, 0)
               + to_seconds(CAST(floor(3e7 * u10) AS BIGINT)) AS since,
             CASE WHEN u11 < 0.3 THEN 0 ELSE -ln(u12) * (1 + u3) END AS debt
      FROM (SELECT *, sqrt(-2 * ln(u1)) * cos(2 * pi() * u2) AS a,
                   sqrt(-2 * ln(u1)) * sin(2 * pi() * u2) AS b
            FROM (SELECT i, %s FROM range(%d) AS t(i)))
      """;

  @Override
  public String name() {
    return "tabular-scale";
  }

  @Override
  public String description() {
    return "ebb score over long tables: rows a second and memory";
  }

  @Override
  public List<Cell> cells(Setup setup) {
    return setup.quick()
        ? List.of(new LongTable(5_000), new LongTable(20_000))
        : List.of(new LongTable(500_000), new LongTable(10_000_000));
  }

  private record LongTable(long rows) implements Cell {
    @Override
    public String name() {
      return "rows-" + rows;
    }

    @Override
    public Outcome run(Context context) {
      Path data = context.folder().resolve("rows.parquet");
      Path scores = context.folder().resolve("scores.parquet");
      Path model = context.folder().resolve("model");
      double written = seconds(() -> write(data));
      double fitted =
          seconds(
              () -> {
                Table train = first(data);
                FitOptions options =
                    FitOptions.defaults()
                        .withModel("spline")
                        .withSteps(context.setup().quick() ? 20 : 1_000)
                        .withSeed(context.setup().seed());
                TabularModel best =
                    TableTraining.run(context, "fit", train, Schema.infer(train), options);
                best.save(folder(model));
              });
      PeakMemory memory = PeakMemory.begin();
      double scored =
          seconds(
              () -> score("score", model.toString(), "--data", data + "", "--out", scores + ""));
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("rows", rows);
      row.put("writing [s]", written);
      row.put("fit [s]", fitted);
      row.put("scoring [s]", scored);
      row.put("rows a second", rows / scored);
      row.put("peak rise [MiB]", memory.mebibytes());
      row.put("peak of the process [MiB]", PeakMemory.ofProcess());
      return new Outcome(true, "table", List.of(row));
    }

    private void write(Path data) {
      StringBuilder uniform = new StringBuilder();
      for (int k = 1; k <= 12; k++) {
        uniform.append(k == 1 ? "" : ", ").append(UNIFORM.formatted(k)).append(" AS u").append(k);
      }
      String sql = ROWS.formatted(uniform, rows);
      try (TableSource source = TableSource.query(sql, List.of(), TableFormat.customary());
          TableSource.Chunks chunks = source.chunks(PIECE);
          TableWriter writer = TableWriter.create(data)) {
        chunks.forEachRemaining(writer::append);
        writer.commit();
      }
    }
  }

  private static Table first(Path data) {
    try (TableSource source = TableSource.open(data);
        TableSource.Chunks chunks = source.chunks(TRAINING_ROWS)) {
      return chunks.next();
    }
  }

  private static Path folder(Path path) {
    try {
      return Files.createDirectories(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command itself, so that what is measured is what users run. */
  private static void score(String... words) {
    StringWriter said = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(said))
            .setErr(new PrintWriter(said))
            .execute(words);
    if (code != 0) {
      throw new EbbException("ebb score failed: " + said, "see above");
    }
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return 1e-9 * (System.nanoTime() - start);
  }
}
