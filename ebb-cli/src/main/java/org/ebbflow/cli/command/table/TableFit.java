package org.ebbflow.cli.command.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ebbflow.EbbException;
import org.ebbflow.cli.report.Figure;
import org.ebbflow.cli.report.Histogram;
import org.ebbflow.cli.report.HtmlReport;
import org.ebbflow.cli.report.Section;
import org.ebbflow.cli.task.FolderLock;
import org.ebbflow.cli.task.Interruption;
import org.ebbflow.io.FolderTree;
import org.ebbflow.model.ModelFolder;
import org.ebbflow.tabular.TabularFit;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.schema.ColumnKind;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.select.Entry;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableSource;
import org.jspecify.annotations.Nullable;

/**
 * A table's fit from the command line: progress, Ctrl-C, report.
 *
 * @param begun what with
 * @param folder where the model goes
 */
public record TableFit(TableRun begun, Path folder) {
  private static final int INTERRUPTED = 130;
  private static final String REPORT = "report.html";

  /** Removes an earlier fit of any kind. */
  public static void clear(ModelFolder folder) {
    folder.clear();
    try {
      for (String name : List.of("table.json", "calibration.json", "fit.json", REPORT)) {
        Files.deleteIfExists(folder.path().resolve(name));
      }
      FolderTree.delete(folder.path().resolve("race"));
    } catch (IOException e) {
      throw new EbbException(
          "cannot remove the old fit in " + folder.path(), "choose another --out", e);
    }
  }

  /** The text of a schema file, empty where there is none. */
  public static String yaml(@Nullable Path file) {
    if (file == null) {
      return "";
    }
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new EbbException("cannot read " + file, "check the path given to --schema", e);
    }
  }

  /**
   * Fits.
   *
   * @param clear what removes an earlier fit, once it is certain that this one can begin
   * @param print takes the result
   * @return the exit code
   */
  public int run(Runnable clear, Consumer<Map<String, Object>> print) {
    Table table;
    try (TableSource source = TableInput.open(begun.files(), begun.query())) {
      table = source.readAll();
    }
    String name = TableInput.name(begun.files(), begun.query());
    Schema columns = Schema.infer(table, begun.schema());
    for (ColumnSpec spec : columns.columns()) {
      if (spec.kind() == ColumnKind.KEY && TableScoring.WRITTEN.contains(spec.name())) {
        throw new EbbException(
            "the key column '" + spec.name() + "' is named as one that 'ebb score' writes",
            "give it another name, or leave it out by a schema");
      }
      if (!spec.kind().isModelled()) {
        System.err.println(
            "ebb: column '%s' is taken as %s; a schema can say otherwise"
                .formatted(spec.name(), spec.kind().name().toLowerCase(Locale.ROOT)));
      }
    }
    try (TableProgress progress = new TableProgress("")) {
      // What does not suit is told before anything is written.
      TabularFit fit = new TabularFit(table, columns, begun.options(), name, folder, progress);
      new ModelFolder(folder).create();
      try (FolderLock lock = FolderLock.take(folder)) {
        clear.run();
        begun.write(folder);
        long start = System.nanoTime();
        Optional<TabularModel> fitted = train(fit);
        if (fitted.isEmpty()) {
          return INTERRUPTED;
        }
        double seconds = 1e-9 * (System.nanoTime() - start);
        Path report = folder.resolve(REPORT);
        report(fitted.get(), table, name, seconds).write(report);
        print.accept(result(fitted.get(), report));
        return 0;
      }
    }
  }

  private Optional<TabularModel> train(TabularFit fit) {
    try (Interruption interruption = new Interruption(fit::stop)) {
      Optional<TabularModel> model = fit.run();
      if (model.isEmpty()) {
        System.err.println("stopped; go on with: ebb fit --resume --out " + folder);
      }
      return model;
    }
  }

  private Map<String, Object> result(TabularModel model, Path report) {
    Entry best = model.calibration().best();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("model", folder.toString());
    result.put("chosen", best.name());
    result.put("validationNll", best.validationNll());
    Map<String, Object> all = new LinkedHashMap<>();
    for (Entry entry : model.calibration().entries()) {
      all.put(entry.name(), entry.note().isEmpty() ? (Object) entry.validationNll() : entry.note());
    }
    result.put("candidates", all);
    result.put("report", report.toString());
    return result;
  }

  private HtmlReport report(TabularModel model, Table table, String name, double seconds) {
    Entry best = model.calibration().best();
    HtmlReport report =
        new HtmlReport(
                name,
                String.format(
                    Locale.ROOT,
                    "A density of %d columns, fitted to %,d rows; '%s' won.",
                    model.schema().modelled().size(),
                    table.rows(),
                    best.name()))
            .tile(
                "Validation NLL",
                String.format(Locale.ROOT, "%,.3f nats", best.validationNll()),
                "in the table's own units")
            .tile("Time", String.format(Locale.ROOT, "%.1f min", seconds / 60), "all candidates");
    org.ebbflow.cli.report.Table race =
        new org.ebbflow.cli.report.Table(
                "All candidates in the order they were trained, by rows held out.")
            .text("Candidate")
            .number("Validation NLL [nats]")
            .number("Steps")
            .number("Seconds")
            .number("Parameters")
            .text("Remark");
    for (Entry entry : model.calibration().entries()) {
      race.row(
          entry.name(),
          String.format(Locale.ROOT, "%.4f", entry.validationNll()),
          String.format(Locale.ROOT, "%,d", entry.steps()),
          String.format(Locale.ROOT, "%.1f", entry.seconds()),
          String.format(Locale.ROOT, "%,d", entry.parameters()),
          entry.note());
    }
    report.section(new Section("Race").table(race));
    org.ebbflow.cli.report.Table columns =
        new org.ebbflow.cli.report.Table("What the columns are taken as.")
            .text("Column")
            .text("Kind")
            .text("Missing")
            .text("Spikes or categories");
    for (ColumnSpec spec : model.schema().columns()) {
      List<String> values =
          spec.categories().isEmpty()
              ? spec.spikes().stream().map(String::valueOf).toList()
              : spec.categories();
      columns.row(
          spec.name(),
          spec.kind().name().toLowerCase(Locale.ROOT),
          spec.missing() ? "allowed" : "",
          String.join(", ", values.subList(0, Math.min(8, values.size())))
              + (values.size() > 8 ? " and " + (values.size() - 8) + " more" : ""));
    }
    report.section(new Section("Columns").table(columns));
    Histogram histogram = new Histogram("Log-densities", "log p(row) [nats]");
    histogram.series("held out", model.calibration().heldOut());
    report.section(
        new Section("Held-out rows")
            .paragraph("A row's p-value is its rank among these.")
            .figures(
                Figure.of(
                    histogram,
                    "Histogram of log-densities",
                    "Rows the model was not trained on.")));
    report.configuration(model.schema().toYaml());
    return report
        .provenance("data", name)
        .provenance("seed", String.valueOf(begun.options().seed()));
  }
}
