package org.ebbflow.cli.command.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ebbflow.EbbException;
import org.ebbflow.cli.command.OutputName;
import org.ebbflow.cli.command.Results;
import org.ebbflow.cli.task.ProgressLine;
import org.ebbflow.tabular.TabularModel;
import org.ebbflow.tabular.conditional.Imputation;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb impute}: fills a table's gaps. */
@Command(
    name = "impute",
    mixinStandardHelpOptions = true,
    description = "Fills the missing cells of a table from a model's conditional distribution.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb impute model --data gaps.csv --out whole.csv",
      "  ebb impute model --data gaps.csv --out whole.csv --draws 5 --intervals cells.csv",
      "",
      "whole.csv has the single best value of every cell; with --draws m also whole-1.csv to",
      "whole-m.csv, each a draw of all cells together, for multiple imputation."
    })
public final class ImputeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The model's folder.")
  private Path folder;

  @Mixin private TableInput input;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "G",
      description = "File to write: .csv, .csv.gz or .parquet.")
  private Path out;

  @Option(
      names = "--draws",
      paramLabel = "M",
      description = "Completed copies to write besides (default 0).")
  private int draws;

  @Option(
      names = "--intervals",
      paramLabel = "H",
      description = "File to write with one row for each filled cell and its central interval.")
  private @Nullable Path intervals;

  @Option(
      names = "--level",
      paramLabel = "P",
      description = "Probability of the intervals (default 0.9).")
  private double level = 0.9;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of the draws (default 1).")
  private long seed = 1;

  @Override
  public Integer call() {
    if (draws < 0) {
      throw new EbbException("--draws is " + draws, "give 0 or more");
    }
    for (Path target : targets()) {
      OutputName.requireOther(optionOf(target), target, input.files());
    }
    TabularModel model = TabularModel.load(folder);
    Table table;
    Imputation filled;
    // All files are opened before the work and appear after it, or none does.
    try (WholeFiles files = new WholeFiles(targets())) {
      try (TableSource source = input.open(model.schema())) {
        table = source.readAll();
      }
      try (ProgressLine progress = ProgressLine.share("impute")) {
        filled = model.impute(table, draws, level, seed, progress::shareDone);
      }
      List<Table> contents = new ArrayList<>(List.of(filled.point()));
      contents.addAll(filled.draws());
      if (intervals != null) {
        contents.add(cells(filled));
      }
      files.write(contents);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rows", table.rows());
    result.put("filled", filled.cells().size());
    result.put("out", out.toString());
    if (draws > 0) {
      result.put("draws", draws);
    }
    Results.print(spec, result);
    return 0;
  }

  private List<Path> targets() {
    List<Path> targets = new ArrayList<>(List.of(out));
    for (int i = 0; i < draws; i++) {
      targets.add(numbered(out, i + 1));
    }
    if (intervals != null) {
      targets.add(intervals);
    }
    return targets;
  }

  private String optionOf(Path target) {
    if (target.equals(out)) {
      return "--out";
    }
    return target.equals(intervals) ? "--intervals" : "--draws";
  }

  /** {@code dir/name-3.csv.gz} for {@code dir/name.csv.gz}. */
  static Path numbered(Path path, int number) {
    String name = String.valueOf(path.getFileName());
    int dot = name.indexOf('.', 1);
    String all =
        dot < 0 ? name + "-" + number : name.substring(0, dot) + "-" + number + name.substring(dot);
    return path.resolveSibling(all);
  }

  private static Table cells(Imputation filled) {
    List<Imputation.Cell> cells = filled.cells();
    int n = cells.size();
    double[] row = new double[n];
    String[] column = new String[n];
    String[] point = new String[n];
    @Nullable String[] lower = new String[n];
    @Nullable String[] upper = new String[n];
    double[] confidence = new double[n];
    for (int i = 0; i < n; i++) {
      Imputation.Cell cell = cells.get(i);
      row[i] = cell.row() + 1.0;
      column[i] = cell.column();
      point[i] = cell.point();
      ColumnType type = filled.point().column(cell.column()).type();
      lower[i] = Double.isNaN(cell.lower()) ? null : Column.text(type, cell.lower());
      upper[i] = Double.isNaN(cell.upper()) ? null : Column.text(type, cell.upper());
      confidence[i] = cell.confidence();
    }
    return Table.of(
        Column.integers("row", row),
        Column.texts("column", column),
        Column.texts("value", point),
        Column.texts("lower", lower),
        Column.texts("upper", upper),
        Column.numbers("confidence", confidence));
  }
}
