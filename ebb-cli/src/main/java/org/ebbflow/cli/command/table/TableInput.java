package org.ebbflow.cli.command.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.TableFormat;
import org.ebbflow.tabular.table.TableSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a table's rows come from: files, or a query over them. */
public final class TableInput {
  @Option(
      names = "--data",
      paramLabel = "F",
      description =
          "CSV, Parquet or JSON file, plain or .gz; repeatable, and patterns such as 'part-*.csv'"
              + " (also IDX files of images, for models of images).")
  private List<String> files = new ArrayList<>();

  @Option(
      names = "--query",
      paramLabel = "SQL",
      description =
          "A SELECT over --data, called data there, or over files named in quotes:"
              + " \"select * from data where year > 2020\".")
  private @Nullable String query;

  /** The files as they were given. */
  public List<String> files() {
    return files;
  }

  /** The query, if there is one. */
  public @Nullable String query() {
    return query;
  }

  /**
   * The one file.
   *
   * @throws EbbException if there is none, several, or a query
   */
  public Path file() {
    if (query != null || files.size() > 1) {
      throw new EbbException(
          (query != null ? "--query" : "several --data") + " go with models of tables only",
          "give one --data, or a model that --model auto has fitted");
    }
    if (files.isEmpty()) {
      throw new EbbException("there is no --data", "name a file of rows");
    }
    return Path.of(files.get(0));
  }

  /**
   * Opens the rows.
   *
   * @throws EbbException if neither files nor a query are given, or they cannot be read
   */
  public TableSource open() {
    return open(files, query);
  }

  /**
   * Opens rows for a model: what it knows as texts is read as texts, whatever it looks like.
   *
   * @throws EbbException if neither files nor a query are given, or they cannot be read
   */
  public TableSource open(Schema schema) {
    return open(files, query, schema.format());
  }

  static TableSource open(List<String> files, @Nullable String query) {
    return open(files, query, TableFormat.customary());
  }

  private static TableSource open(List<String> files, @Nullable String query, TableFormat format) {
    if (query != null) {
      return TableSource.query(query, files, format);
    }
    if (files.isEmpty()) {
      throw new EbbException("there is no --data", "name a CSV, Parquet or JSON file");
    }
    return TableSource.open(files, format);
  }

  /** What to call the rows. */
  static String name(List<String> files, @Nullable String query) {
    return query == null ? String.join(", ", files) : query;
  }
}
