package org.ebbflow.cli.command.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.cli.command.OutputName;
import org.ebbflow.cli.command.Results;
import org.ebbflow.cli.report.Figure;
import org.ebbflow.cli.report.Histogram;
import org.ebbflow.cli.report.HtmlReport;
import org.ebbflow.cli.report.Section;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.compare.Comparison;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableFormat;
import org.ebbflow.tabular.table.TableSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb compare}: whether two tables have one distribution. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Tells whether two tables have one distribution, and which columns moved.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb compare january.csv february.csv --out drift.html",
      "  ebb compare january.csv february.csv --model model --out drift.html"
    })
public final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A", description = "The table to compare with.")
  private String first;

  @Parameters(index = "1", paramLabel = "B", description = "The table that may have moved.")
  private String second;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "A model of A's columns: adds how likely the rows of both are under it.")
  private @Nullable Path folder;

  @Option(names = "--schema", paramLabel = "Y", description = "What A's columns are, as YAML.")
  private @Nullable Path schemaFile;

  @Option(names = "--out", paramLabel = "R", description = "HTML report to write.")
  private @Nullable Path out;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of the redraws (default 1).")
  private long seed = 1;

  @Override
  public Integer call() {
    if (out != null) {
      OutputName.requireOther("--out", out, List.of(first, second));
    }
    if (folder != null && schemaFile != null) {
      throw new EbbException(
          "--schema and --model both say what the columns are", "give one of them");
    }
    TabularModel model = folder == null ? null : TabularModel.load(folder);
    Table a =
        TableSource.read(first, model == null ? TableFormat.customary() : model.schema().format());
    Schema schema = model != null ? model.schema() : Schema.infer(a, TableFit.yaml(schemaFile));
    Table b = TableSource.read(second, schema.format());
    Comparison comparison = Comparison.of(schema, a, b, seed);
    double[] before = model == null ? null : model.score(known(a, model)).logDensities();
    double[] after = model == null ? null : model.score(known(b, model)).logDensities();
    if (out != null) {
      report(comparison, before, after).write(out);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("differs", comparison.differs());
    result.put("mmd2", comparison.discrepancy().squared());
    result.put("threshold", comparison.discrepancy().threshold());
    List<String> moved = new ArrayList<>();
    for (Comparison.Shift shift : comparison.shifts()) {
      if (shift.pValue() < Comparison.LEVEL) {
        moved.add(shift.column());
      }
    }
    result.put("movedColumns", moved);
    if (out != null) {
      result.put("report", out.toString());
    }
    Results.print(spec, result);
    return 0;
  }

  /** Without the rows that the model gives no density: whose values it has never seen. */
  private static Table known(Table table, TabularModel model) {
    int[] rows = model.schema().known(table);
    return rows.length == table.rows() ? table : table.select(rows);
  }

  private HtmlReport report(
      Comparison comparison, double @Nullable [] before, double @Nullable [] after) {
    HtmlReport report =
        new HtmlReport(
                first + " and " + second,
                comparison.differs()
                    ? "The tables differ."
                    : "No difference that chance would not make.")
            .tile(
                "MMD²",
                TableScoring.number(comparison.discrepancy().squared()),
                "threshold " + TableScoring.number(comparison.discrepancy().threshold()));
    org.ebbflow.cli.report.Table table =
        new org.ebbflow.cli.report.Table(
                "All columns, the most moved first; p-values are Bonferroni's.")
            .text("Column")
            .number("Largest difference")
            .number("p")
            .text("In " + first)
            .text("In " + second)
            .number("Missing before")
            .number("Missing after");
    for (Comparison.Shift shift : comparison.shifts()) {
      table.row(
          shift.column(),
          number("%.3f", shift.statistic()),
          number("%.3g", shift.pValue()),
          shift.before(),
          shift.after(),
          number("%.1f %%", 100 * shift.missingBefore()),
          number("%.1f %%", 100 * shift.missingAfter()));
    }
    report.section(
        new Section("Columns")
            .paragraph(
                "The largest difference is that of the distribution functions; before and after"
                    + " are means of numbers and the commonest of other values.")
            .table(table));
    if (before != null && after != null) {
      Histogram histogram = new Histogram("Log-densities", "log p(row) [nats]");
      histogram.series(first, before);
      histogram.series(second, after);
      report.section(
          new Section("Under the model")
              .figures(
                  Figure.of(
                      histogram,
                      "Histogram of log-densities of both tables",
                      "How likely the rows of both tables are.")));
    }
    return report;
  }

  private static String number(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
