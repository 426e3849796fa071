package org.ebbflow.cli.command.table;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.ebbflow.cli.command.OutputName;
import org.ebbflow.io.AtomicFile;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.TableFormat;
import org.ebbflow.tabular.table.TableSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb schema}: what a table's columns seem to be. */
@Command(
    name = "schema",
    mixinStandardHelpOptions = true,
    description = "Writes what the columns of a table seem to be, as YAML to read and edit.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ebb schema customers.csv --out schema.yaml",
      "  ebb fit --data customers.csv --schema schema.yaml --out model"
    })
public final class SchemaCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "F", description = "CSV, Parquet or JSON file, plain or .gz.")
  private String file;

  @Option(
      names = "--out",
      paramLabel = "G",
      description = "File to write (default: standard output).")
  private @Nullable Path out;

  @Override
  public Integer call() {
    String yaml;
    try (TableSource source = TableSource.open(List.of(file), TableFormat.customary())) {
      yaml = Schema.infer(source.readAll()).toYaml();
    }
    if (out == null) {
      spec.commandLine().getOut().print(yaml);
      spec.commandLine().getOut().flush();
    } else {
      OutputName.requireOther("--out", out, List.of(file));
      AtomicFile.writeString(out, yaml);
    }
    return 0;
  }
}
