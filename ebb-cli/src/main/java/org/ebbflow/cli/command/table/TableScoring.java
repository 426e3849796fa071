package org.ebbflow.cli.command.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.ebbflow.EbbException;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.tabular.Explanation;
import org.ebbflow.tabular.Scores;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.schema.ColumnKind;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableSource;
import org.ebbflow.tabular.table.TableWriter;

/**
 * Scores a table of any length in pieces: keys, log-density, p-value, and on request the columns
 * that made rows unlikely.
 *
 * @param model what scores
 * @param input where the rows come from
 * @param out file to write, whole or not at all
 * @param level p-value up to which rows are flagged
 * @param reasons columns to name for flagged rows, 0 for none
 */
public record TableScoring(
    TabularModel model, TableInput input, Path out, double level, int reasons) {
  private static final String LOG_DENSITY = "log_density";
  private static final String P_VALUE = "p_value";
  private static final String BECAUSE = "because";

  /** The columns that are written beside the keys. */
  static final List<String> WRITTEN = List.of(LOG_DENSITY, P_VALUE, BECAUSE);

  private static final int PIECE = 20_000;

  /** Checks the ranges. */
  public TableScoring {
    if (!(level >= 0 && level <= 1)) {
      throw new EbbException("--flag is " + level, "give a p-value from 0 to 1");
    }
    if (reasons < 0) {
      throw new EbbException("--explain is " + reasons, "give a number of columns");
    }
  }

  /** Scores, writes, and says what was found. */
  public Map<String, Object> run() {
    long rows = 0;
    long flagged = 0;
    double sum = 0;
    try (TableSource source = input.open(model.schema());
        TableWriter writer = TableWriter.create(out)) {
      OptionalLong total = source.rowCount();
      try (ProgressLine progress = ProgressLine.steps("score", 0, total.orElse(Long.MAX_VALUE));
          TableSource.Chunks chunks = source.chunks(PIECE)) {
        while (chunks.hasNext()) {
          Table piece = chunks.next();
          Scores scores = model.score(piece, rows, share -> {});
          int[] strange = scores.flagged(level);
          writer.append(result(piece, scores, strange));
          for (double value : scores.logDensities()) {
            sum += value;
          }
          flagged += strange.length;
          rows += piece.rows();
          progress.stepTo(rows);
        }
      }
      writer.commit();
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rows", rows);
    result.put("meanLogDensity", sum / rows);
    result.put("flagged", flagged);
    result.put("out", out.toString());
    return result;
  }

  private Table result(Table piece, Scores scores, int[] strange) {
    List<Column> columns = new ArrayList<>();
    for (ColumnSpec spec : model.schema().columns()) {
      if (spec.kind() == ColumnKind.KEY) {
        piece.find(spec.name()).ifPresent(columns::add);
      }
    }
    columns.add(Column.numbers(LOG_DENSITY, scores.logDensities()));
    columns.add(Column.numbers(P_VALUE, scores.pValues()));
    if (reasons > 0) {
      String[] texts = new String[piece.rows()];
      List<List<Explanation>> all = model.explain(piece, strange, reasons);
      for (int i = 0; i < strange.length; i++) {
        texts[strange[i]] =
            all.get(i).stream().map(TableScoring::sentence).collect(Collectors.joining("; "));
      }
      columns.add(Column.texts(BECAUSE, texts));
    }
    return Table.of(columns);
  }

  private static String sentence(Explanation why) {
    return "%s = %s (%+.1f nats; usual %s)"
        .formatted(
            why.column(),
            why.value().isEmpty() ? "missing" : why.value(),
            -why.drop(),
            why.usual());
  }

  /** A number for people. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
