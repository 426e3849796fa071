package org.ebbflow.tabular.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.ebbflow.tabular.table.Table;

/** What the columns of a table are, in order. Never changes. */
public final class Schema {
  private final List<ColumnSpec> columns;

  private Schema(List<ColumnSpec> columns) {
    this.columns = columns;
  }

  /**
   * A schema of some columns.
   *
   * @throws org.ebbflow.EbbException if two have one name, or none is modelled
   */
  public static Schema of(List<ColumnSpec> columns) {
    return new Schema(List.copyOf(columns));
  }

  /** {@link #infer(Table, String)} without overrides. */
  public static Schema infer(Table table) {
    return infer(table, "");
  }

  /**
   * What the columns of a table seem to be, but for what is said about them.
   *
   * @param overrides YAML as {@link #toYaml} writes it, of any columns and any of their settings;
   *     may be empty
   * @throws org.ebbflow.EbbException if a column has no values and is not ignored, or a setting is
   *     not known
   */
  public static Schema infer(Table table, String overrides) {
    return org.ebbflow.tabular.Pending.body(Schema.of(List.of()));
  }

  /**
   * The schema with some settings replaced.
   *
   * @param yaml as {@link #toYaml} writes it, of any columns and any of their settings
   * @throws org.ebbflow.EbbException naming an unknown column or setting and those that there are
   */
  public Schema override(String yaml) {
    return org.ebbflow.tabular.Pending.body(Schema.of(List.of()));
  }

  /**
   * The schema that a YAML text gives in full.
   *
   * @throws org.ebbflow.EbbException naming what is wrong
   */
  public static Schema fromYaml(String yaml) {
    return org.ebbflow.tabular.Pending.body(Schema.of(List.of()));
  }

  /** The schema for people to read and edit, with what was seen as comments. */
  public String toYaml() {
    return org.ebbflow.tabular.Pending.body("");
  }

  /** All columns in order; unmodifiable. */
  public List<ColumnSpec> columns() {
    return columns;
  }

  /** Those that become columns of normal scores, in order; unmodifiable. */
  public List<ColumnSpec> modelled() {
    return columns.stream().filter(column -> column.kind().isModelled()).toList();
  }

  /**
   * One column.
   *
   * @throws org.ebbflow.EbbException if there is none of that name
   */
  public ColumnSpec column(String name) {
    return org.ebbflow.tabular.Pending.body(columns.get(0));
  }

  /** What was seen of a column, if the schema was inferred. */
  public Optional<ColumnSummary> summary(String name) {
    return org.ebbflow.tabular.Pending.body(Optional.empty());
  }

  /**
   * Checks a table that is to be scored and puts its columns in order.
   *
   * @return the modelled and constant columns in the schema's order and types, and keys where the
   *     table has them; ignored columns and further ones are left out
   * @throws org.ebbflow.data.DataException naming missing or further columns, or the column, row
   *     and value that do not fit
   */
  public Table check(Table table) {
    return check(table, 0);
  }

  /** As {@link #check(Table)}, for a piece of a larger table. */
  public Table check(Table table, long firstRow) {
    return org.ebbflow.tabular.Pending.body(Table.of());
  }

  /** As a JSON tree. */
  public ObjectNode toJson() {
    return org.ebbflow.tabular.Pending.body(
        com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode());
  }

  /** What {@link #toJson} wrote. */
  public static Schema fromJson(JsonNode json) {
    return org.ebbflow.tabular.Pending.body(Schema.of(List.of()));
  }
}
