package org.ebbflow.tabular.encode;

import java.util.List;
import org.ebbflow.data.Dataset;
import org.ebbflow.tabular.schema.ColumnKind;
import org.ebbflow.tabular.schema.Schema;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.Table;

/** A table's rows as rows of normal scores, and back. Never changes; safe for several threads. */
public final class TableEncoder {
  private final Schema schema;
  private final List<ColumnEncoder> columns;

  private TableEncoder(Schema schema, List<ColumnEncoder> columns) {
    this.schema = schema;
    this.columns = columns;
  }

  /**
   * Fits every modelled column's distribution.
   *
   * @param schema of the table; categories that it leaves open are taken from the rows
   * @param train the rows to fit to
   * @throws org.ebbflow.data.DataException naming column and row of what does not fit the schema
   */
  public static TableEncoder fit(Schema schema, Table train) {
    return org.ebbflow.tabular.Pending.body(new TableEncoder(Schema.of(List.of()), List.of()));
  }

  /** What the columns are, with all categories. */
  public Schema schema() {
    return schema;
  }

  /** The modelled columns, in order; unmodifiable. */
  public List<ColumnEncoder> columns() {
    return columns;
  }

  /** Whether some values are intervals of scores, so that densities depend on draws. */
  public boolean hasAtoms() {
    return columns.stream()
        .anyMatch(
            column ->
                !(column.spec().kind() == ColumnKind.CONTINUOUS
                        || column.spec().kind() == ColumnKind.TIMESTAMP)
                    || !column.spec().spikes().isEmpty()
                    || column.missingInterval().isPresent());
  }

  /**
   * Encodes rows.
   *
   * @param table with the schema's columns, in any order
   * @param seed of the draws for values that are intervals
   * @param firstRow index of the table's first row in the whole that it is a piece of: the same row
   *     gets the same draws whatever the pieces
   * @throws org.ebbflow.data.DataException naming column, row and value of what cannot be encoded
   */
  public Encoded encode(Table table, long seed, long firstRow) {
    return org.ebbflow.tabular.Pending.body(
        new Encoded(Dataset.of(new double[0][0]), new double[0][0]));
  }

  /**
   * Scores without draws: a value that is an interval has its middle by marginal mass, so that
   * equal rows have equal scores. For distances between rows; training and densities want draws.
   *
   * @param table with the schema's columns, in any order
   * @return rows × modelled columns
   */
  public double[][] middles(Table table) {
    Table checked = schema.check(table);
    double[][] rows = encode(checked, 0, 0).rows();
    for (int j = 0; j < columns.size(); j++) {
      Column values = checked.column(columns.get(j).spec().name());
      for (int row = 0; row < rows.length; row++) {
        Interval interval = columns.get(j).interval(values, row);
        if (!interval.isPoint()) {
          double middle =
              0.5 * (NormalScores.below(interval.lower()) + NormalScores.below(interval.upper()));
          rows[row][j] = NormalScores.quantile(middle);
        }
      }
    }
    return rows;
  }

  /**
   * Values from scores: modelled and constant columns, in the schema's order and types.
   *
   * @param scores rows × modelled columns
   */
  public Table decode(double[][] scores) {
    return org.ebbflow.tabular.Pending.body(Table.of());
  }

  /** As {@link #decode(double[][])}. */
  public Table decode(Dataset scores) {
    return org.ebbflow.tabular.Pending.body(Table.of());
  }

  /** The document {@code table.json}. */
  public String toJson() {
    return org.ebbflow.tabular.Pending.body("");
  }

  /**
   * What {@link #toJson} wrote, to the bit.
   *
   * @throws org.ebbflow.EbbException if it is damaged or of another version
   */
  public static TableEncoder fromJson(String json) {
    return org.ebbflow.tabular.Pending.body(new TableEncoder(Schema.of(List.of()), List.of()));
  }
}
